"""Faults of the machine, told as such: a full disk is no damaged file.

Libraries hide what the operating system said: SQLite in a code, safetensors, ONNX Runtime, FAISS
and tokenizers in the text of exceptions of their own. Whoever takes an exception for a sign that a
file is missing or damaged calls `raise_system_fault` first.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hilbert.errors import HilbertError

_FULL = (
    "the disk is full; what is stored stays as it was: free some space, then run the same command "
    "again"
)
IO_FAULT = (
    "the disk cannot be read or written (I/O error); what is stored stays as it was: check the "
    "disk and how it is connected, then run the same command again"
)
_FILES = (
    "too many files are open; close other programs or raise the limit ('ulimit -n 4096'), then run "
    "the same command again"
)
_READ_ONLY = "this place can only be read; name another one, or let it be written to"
_PERMISSION = "no permission; change who may read and write here, or name another place"
_MEMORY = (
    "there is not enough memory; close other programs, or let searches hold less with "
    "'hilbert index --max-memory MB', then run the same command again"
)
_WORKING_FILE = (
    "a database cannot make the file that it works with: the disk is full or fails (I/O error), or "
    "there is not enough memory; what is stored stays as it was: free some space, then run the "
    "same command again"
)
_FULL_OR_FAILS = (
    "the disk is full or fails (I/O error); what is stored stays as it was: free some space or "
    "check the disk, then run the same command again"
)
# SQLite does not say why.
_CANNOT_OPEN = (
    "a database cannot be opened: the disk is full, too many files are open, or there is no "
    "permission to read and write it and its folder; mend that, then run the same command again"
)

# SQLite opens a file for reading where it cannot be opened for writing, whatever the reason.
_OPENED_READ_ONLY = (
    "a database can only be read: there is no permission to write it and its folder, or the disk "
    "is full or fails (I/O error); mend that or name another place, then run the same command again"
)

_WORDS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EIO: IO_FAULT,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.ENOMEM: _MEMORY,
}
# Primary result codes: https://www.sqlite.org/rescode.html
_SQLITE = {
    3: _PERMISSION,  # SQLITE_PERM
    7: _MEMORY,  # SQLITE_NOMEM
    8: _OPENED_READ_ONLY,  # SQLITE_READONLY
    10: IO_FAULT,  # SQLITE_IOERR
    13: _FULL,  # SQLITE_FULL
    14: _CANNOT_OPEN,  # SQLITE_CANTOPEN
}
# Extended ones, of the `-shm` file: SQLITE_IOERR_SHMOPEN, SHMSIZE, SHMMAP.
_SQLITE_EXTENDED = {number << 8 | 10: _WORKING_FILE for number in (18, 19, 21)}
# SQLITE_IOERR_FSYNC, DIR_FSYNC, TRUNCATE: SQLite does not say that the disk is full.
_SQLITE_EXTENDED |= {number << 8 | 10: _FULL_OR_FAILS for number in (4, 5, 6)}
# How Rust, C and C++ write it: safetensors and tokenizers, ONNX Runtime, FAISS.
_NUMBER = re.compile(r"(?:os error|error number|errcode =|errno:?) (\d+)")
_TEXTS = {os.strerror(number): words for number, words in _WORDS.items()}
_TEXTS |= {"bad_alloc": _MEMORY, "Failed to allocate memory": _MEMORY}


class SystemFaultError(HilbertError):
    """The machine failed: its disk, its memory, its permissions; says what to do."""


def system_fault(error: BaseException) -> str:
    """Return what is wrong with the machine and what to do; empty where a file is at fault.

    Args:
        error: With all that it was raised from.
    """
    for each in _chain(error):
        if isinstance(each, SystemFaultError):
            return str(each)
        if words := _words(each):
            named = each.filename if isinstance(each, OSError) else None
            return f"{os.fsdecode(named)}: {words}" if isinstance(named, str | bytes) else words
    return ""


def raise_system_fault(error: BaseException) -> None:
    """Raise what is wrong with the machine; do nothing where a file is at fault.

    Raises:
        SystemFaultError: A full disk, a failing one, no memory, no permission and the like.
    """
    if words := system_fault(error):
        raise SystemFaultError(words) from error


@contextmanager
def why_not_opened(path: Path) -> Iterator[None]:
    """Raise why a file that is there cannot be opened, within which safetensors opens it.

    Safetensors calls any file a missing one that it cannot open.

    Raises:
        OSError: What the system says, or an I/O error where the file can be opened by now.
    """
    try:
        yield
    except FileNotFoundError as error:
        if error.errno is None and path.exists():
            with path.open("rb"):
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(path)) from error
        raise


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return _WORDS.get(error.errno, "")
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(code := getattr(error, "sqlite_errorcode", None), int):
        # The lowest byte of an extended code is the code.
        return _SQLITE_EXTENDED.get(code) or _SQLITE.get(code & 0xFF, "")
    if isinstance(error, HilbertError | KeyboardInterrupt | SystemExit):
        return ""
    text = str(error)
    if number := _NUMBER.search(text):
        return _WORDS.get(int(number[1]), "")
    return next((words for part, words in _TEXTS.items() if part in text), "")
