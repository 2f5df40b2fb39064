"""Files that survive a power cut: written beside, synced, then put in place; and their hashes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

PARTIAL_SUFFIX = ".partial"
# Safetensors writes beside a file, too.
_SAFETENSORS_PREFIX = ".tmp"


def is_leftover(path: Path) -> bool:
    """Return whether a killed process left a file, where none writes any more."""
    return path.suffix == PARTIAL_SUFFIX or path.name.startswith(_SAFETENSORS_PREFIX)


def sync_tree(folder: Path) -> None:
    """Wait until all files below a folder, and the folders themselves, are on disk."""
    for path in folder.rglob("*"):
        (sync_folder if path.is_dir() else sync_file)(path)
    sync_folder(folder)
    sync_folder(folder.parent)


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, sync it and rename it to `path`.

    After a kill at any point there is the old file or the new one, and at most a leftover that
    ends in `.partial`.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL_SUFFIX}")
    try:
        write(partial)
        sync_file(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Wait until a file's content is on disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until a folder's entries are on disk, where the system can."""
    if os.name == "nt":  # Windows does not open folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_file(path: Path) -> str:
    """Return the hex sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cached_sha256_file(path: Path) -> str:
    """Return the same, read once a process while size and time of change stay what they are."""
    status = path.stat()
    return _cached_sha256(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _cached_sha256(path: Path, size: int, mtime_ns: int) -> str:
    return sha256_file(path)
