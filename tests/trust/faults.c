/* Failing system calls: preloaded into a process, it lets the Nth call on a folder fail, or kills.

   cc -shared -fPIC -O1 -o faults.so faults.c -ldl;  LD_PRELOAD=faults.so python ...

   Nothing fails until hilbert_arm_faults is called (tests/trust/shim.py, through ctypes). Calls are
   counted by class where they concern a file below the folder: by its path, or, for a descriptor,
   by what /proc says of it. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN, CREATE, READ, WRITE, SYNC, RENAME, UNLINK, MKDIR, MAP, CLASSES };

static char folder[4096];
static size_t length; /* of its name; 0: not armed */
static unsigned failing; /* classes that may fail, a bit each */
static long first;       /* the call that fails, from 1; 0: none */
static int number;       /* errno; negative: SIGKILL */
static int lasting;      /* whether all later calls fail too */
static atomic_long met;
static atomic_long counted[CLASSES];

void hilbert_arm_faults(const char *path, unsigned classes, long nth, int code, int forever) {
    strncpy(folder, path, sizeof folder - 1);
    failing = classes, first = nth, number = code, lasting = forever;
    length = strlen(folder);
}

void hilbert_disarm_faults(void) { length = 0; }

long hilbert_counted_faults(int class) { return counted[class]; }

static int is_inside(const char *path) {
    return length && path && !strncmp(path, folder, length);
}

static int is_open_inside(int descriptor) {
    char link[64], path[4096];
    if (!length || descriptor < 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return 0;
    path[n] = 0;
    return is_inside(path);
}

static int is_at_inside(int descriptor, const char *path) {
    return path && path[0] == '/' ? is_inside(path) : is_open_inside(descriptor);
}

static int fails(int class) {
    counted[class]++;
    if (!(failing & 1u << class))
        return 0;
    long now = ++met;
    if (!first || now < first || (now > first && !lasting))
        return 0;
    if (number < 0)
        kill(getpid(), SIGKILL);
    errno = number;
    return 1;
}

static int class_of_open(int flags) {
    return flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR) ? CREATE : OPEN;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPENING(name)                                                                              \
    int name(const char *path, int flags, ...) {                                                   \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        if (is_inside(path) && fails(class_of_open(flags)))                                        \
            return -1;                                                                             \
        return REAL(name)(path, flags, mode);                                                      \
    }
#define OPENING_AT(name)                                                                           \
    int name(int at, const char *path, int flags, ...) {                                           \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        if (is_at_inside(at, path) && fails(class_of_open(flags)))                                 \
            return -1;                                                                             \
        return REAL(name)(at, path, flags, mode);                                                  \
    }
#define OPENING_STREAM(name)                                                                       \
    FILE *name(const char *path, const char *mode) {                                               \
        if (is_inside(path) && fails(mode[0] == 'r' && !strchr(mode, '+') ? OPEN : CREATE))        \
            return NULL;                                                                           \
        return REAL(name)(path, mode);                                                             \
    }
#define WRAPPED(type, name, class, is_concerned, failed, parameters, arguments)                    \
    type name parameters {                                                                         \
        if ((is_concerned) && fails(class))                                                        \
            return (type)(failed);                                                                 \
        return REAL(name) arguments;                                                               \
    }
#define ON_DESCRIPTOR(type, name, class, parameters, arguments)                                    \
    WRAPPED(type, name, class, is_open_inside(fd), -1, parameters, arguments)

OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)
OPENING_STREAM(fopen)
OPENING_STREAM(fopen64)

ON_DESCRIPTOR(ssize_t, read, READ, (int fd, void *b, size_t n), (fd, b, n))
ON_DESCRIPTOR(ssize_t, pread, READ, (int fd, void *b, size_t n, off_t o), (fd, b, n, o))
ON_DESCRIPTOR(ssize_t, pread64, READ, (int fd, void *b, size_t n, off64_t o), (fd, b, n, o))
ON_DESCRIPTOR(ssize_t, readv, READ, (int fd, const struct iovec *v, int n), (fd, v, n))

ON_DESCRIPTOR(ssize_t, write, WRITE, (int fd, const void *b, size_t n), (fd, b, n))
ON_DESCRIPTOR(ssize_t, pwrite, WRITE, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
ON_DESCRIPTOR(ssize_t, pwrite64, WRITE, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o))
ON_DESCRIPTOR(ssize_t, writev, WRITE, (int fd, const struct iovec *v, int n), (fd, v, n))
ON_DESCRIPTOR(int, ftruncate, WRITE, (int fd, off_t n), (fd, n))
ON_DESCRIPTOR(int, ftruncate64, WRITE, (int fd, off64_t n), (fd, n))
ssize_t sendfile(int, int, off_t *, size_t);
ssize_t sendfile64(int, int, off64_t *, size_t);
ON_DESCRIPTOR(ssize_t, sendfile, WRITE, (int fd, int in, off_t *o, size_t n), (fd, in, o, n))
ON_DESCRIPTOR(ssize_t, sendfile64, WRITE, (int fd, int in, off64_t *o, size_t n), (fd, in, o, n))
ON_DESCRIPTOR(ssize_t, copy_file_range, WRITE,
              (int in, off64_t *i, int fd, off64_t *o, size_t n, unsigned f), (in, i, fd, o, n, f))

ON_DESCRIPTOR(int, fsync, SYNC, (int fd), (fd))
ON_DESCRIPTOR(int, fdatasync, SYNC, (int fd), (fd))

WRAPPED(int, rename, RENAME, is_inside(b), -1, (const char *a, const char *b), (a, b))
WRAPPED(int, renameat, RENAME, is_at_inside(d, b), -1,
        (int c, const char *a, int d, const char *b), (c, a, d, b))
WRAPPED(int, unlink, UNLINK, is_inside(a), -1, (const char *a), (a))
WRAPPED(int, unlinkat, UNLINK, is_at_inside(c, a), -1, (int c, const char *a, int f), (c, a, f))
WRAPPED(int, rmdir, UNLINK, is_inside(a), -1, (const char *a), (a))
WRAPPED(int, mkdir, MKDIR, is_inside(a), -1, (const char *a, mode_t m), (a, m))
WRAPPED(int, mkdirat, MKDIR, is_at_inside(c, a), -1, (int c, const char *a, mode_t m), (c, a, m))

WRAPPED(void *, mmap, MAP, is_open_inside(fd), MAP_FAILED,
        (void *a, size_t n, int p, int f, int fd, off_t o), (a, n, p, f, fd, o))
WRAPPED(void *, mmap64, MAP, is_open_inside(fd), MAP_FAILED,
        (void *a, size_t n, int p, int f, int fd, off64_t o), (a, n, p, f, fd, o))
