"""A filter of system calls for this process and its threads: Linux, without any privilege.

What a reader of files never needs is refused: sockets, other programs and processes, and files
opened for writing, made, renamed or deleted. https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from typing import NamedTuple

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER, _FILTER_FLAG_TSYNC = 1, 1
# Of `struct seccomp_data`: number, architecture, and the low halves of the first three arguments.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, (16, 24, 32)
# Of classic BPF: load a word, jump if equal, at least, or with a bit in common, return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_REFUSE, _NO_SUCH_CALL = 0x00050000 | errno.EACCES, 0x00050000 | errno.ENOSYS
_X32 = 0x40000000  # a second numbering of the calls of x86-64
_CLONE_THREAD = 0x00010000
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC


class _Machine(NamedTuple):
    """Numbers of system calls.

    Attributes:
        architecture: Value of AUDIT_ARCH.
        seccomp: The call that sets the filter.
        clone: The call that makes threads and processes.
        opens: Calls that open files, each with the place of the argument that holds the flags.
        refused: What is refused whatever its arguments are.
    """

    architecture: int
    seccomp: int
    clone: int
    opens: dict[int, int]
    refused: tuple[int, ...]


# arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
_MACHINES = {
    "x86_64": _Machine(
        *(0xC000003E, 317, 56, {257: 2, 2: 1}),
        (
            *(41, 42, 43, 44, 46, 49, 50, 53, 288, 307),  # socket to listen, socketpair, accept4
            *(57, 58, 59, 322, 62, 101, 129, 310, 311),  # fork, execve, kill, ptrace, process_vm
            *(76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 133, 188, 189, 190),
            *(258, 259, 260, 263, 264, 265, 266, 268, 316),  # truncate to fchmodat, renameat2
            *(165, 250, 272, 298, 308, 321, 323, 434, 425),  # mount to io_uring_setup
        ),
    ),
    "aarch64": _Machine(
        *(0xC00000B7, 277, 220, {56: 2}),
        (
            *(198, 199, 200, 201, 202, 203, 206, 211, 242, 269),
            *(221, 281, 129, 117, 138, 270, 271),
            *(45, 46, 33, 34, 35, 36, 37, 38, 52, 53, 54, 55, 276, 5, 6, 7),
            *(40, 219, 97, 241, 268, 280, 282, 434, 425),
        ),
    ),
}
_CLONE3, _OPENAT2 = 435, 437  # their arguments lie where a filter cannot look

_Instruction = tuple[int, int, int, int]


def restrict_calls() -> bool:
    """Refuse the calls from now on; return whether that is so."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES or sys.maxsize < 2**32:
        return False
    machine = _MACHINES[platform.machine()]
    code = b"".join(struct.pack("<HBBI", *one) for one in _program(machine))
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        """`struct sock_fprog`."""

        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    done = libc.syscall(
        ctypes.c_long(machine.seccomp),
        ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_FILTER_FLAG_TSYNC),
        ctypes.byref(program),
    )
    return bool(done == 0)


def _program(machine: _Machine) -> list[_Instruction]:
    out: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in (_CLONE3, _OPENAT2):
        out += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NO_SUCH_CALL)]
    for number in machine.refused:
        out += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    # Of these the flags decide: a thread, no process; files opened for reading.
    out += [(_EQUAL, 0, 4, machine.clone), (_LOAD, 0, 0, _ARGUMENTS[0])]
    out += [(_ANY_BIT, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    for number, argument in machine.opens.items():
        out += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, _ARGUMENTS[argument])]
        out += [(_ANY_BIT, 0, 1, _WRITING), (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return [*out, (_RETURN, 0, 0, _ALLOW)]
