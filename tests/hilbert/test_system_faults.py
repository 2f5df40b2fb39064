"""Faults of the machine are told from damaged files, whoever noticed them."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from hilbert.errors import HilbertError
from hilbert.system_faults import SystemFaultError, raise_system_fault, system_fault

FULL, IO, MEMORY = "the disk is full", "I/O error", "not enough memory"


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EIO, "Input/output error"), IO),
        (OSError(errno.EMFILE, "Too many open files"), "many files are open"),
        (OSError(errno.EROFS, "Read-only file system"), "only be read"),
        (PermissionError(errno.EACCES, "Permission denied"), "no permission"),
        (MemoryError(), MEMORY),
        (of_sqlite(sqlite3.SQLITE_FULL), FULL),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), IO),
        (of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), FULL),
        (of_sqlite(sqlite3.SQLITE_IOERR_FSYNC), FULL),
        (of_sqlite(sqlite3.SQLITE_IOERR_TRUNCATE), FULL),
        (of_sqlite(sqlite3.SQLITE_READONLY_DIRECTORY), "only be read"),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), FULL),
        (Exception("Error while serializing: I/O error: ... (os error 28)"), FULL),
        (RuntimeError("Load model failed: system error number 5"), IO),
        (RuntimeError("could not open x for reading: Too many open files"), "many files are open"),
        (RuntimeError("std::bad_alloc"), MEMORY),
    ],
)
def test_a_fault_of_the_machine_says_what_to_do(error: Exception, words: str) -> None:
    assert words in system_fault(error)
    with pytest.raises(SystemFaultError, match=words):
        raise_system_fault(error)


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
        ValueError("it is cut off"),
        of_sqlite(sqlite3.SQLITE_CORRUPT),
        HilbertError("a message that says: Permission denied"),
    ],
)
def test_what_is_wrong_with_a_file_is_none(error: Exception) -> None:
    assert system_fault(error) == ""
    raise_system_fault(error)


def test_the_cause_counts_and_its_file_is_named(tmp_path: Path) -> None:
    damaged = HilbertError("the file is damaged")
    damaged.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))
    assert system_fault(damaged).startswith(f"{tmp_path}: {FULL}")
