"""A child process that is killed at one of its changes to a folder."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHANGES = frozenset(("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"))
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_STATEMENTS = ("INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "PRAGMA wal_checkpoint")

Action = Callable[[], object]


def in_child(action: Action, folder: Path | None = None, step: int = 0) -> int:
    """Run something in a forked child; return how it ended, -9 where it was killed.

    Args:
        action: What is run; an int that it returns is the exit status.
        folder: Its changes are counted: files opened to be written, synced, renamed or deleted,
            folders made or deleted, and statements that change a database in it.
        step: The child is killed right before this change, from 1; never for 0.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        if folder is not None and step:
            _kill_at(folder, step)
        returned = action()
        status = returned if isinstance(returned, int) else 0
    finally:
        os._exit(status)


def _kill_at(folder: Path, step: int) -> None:
    left = step

    def change() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def is_inside(path: object) -> bool:
        return isinstance(path, (str, os.PathLike)) and str(path).startswith(str(folder))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        is_change = event in _CHANGES or (event == "open" and arguments[2] & _WRITES)
        if is_change and is_inside(arguments[0]):
            change()

    def trace(statement: str) -> None:
        if statement.lstrip().startswith(_STATEMENTS):
            change()

    connect, fsync = sqlite3.connect, os.fsync

    def traced(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        db = connect(database, *arguments, **options)
        if is_inside(database):
            db.set_trace_callback(trace)
        return db

    def counted(descriptor: int) -> None:
        change()
        fsync(descriptor)

    sqlite3.connect, os.fsync = traced, counted  # type: ignore[assignment]
    sys.addaudithook(hook)
