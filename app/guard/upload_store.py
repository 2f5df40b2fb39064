"""Uploaded files, on disk until their visit ends or the server does."""

from __future__ import annotations

import functools
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.guard.own_folder import OwnFolder

log = logging.getLogger(__name__)
# Seconds that files outlast their visit, whose connection may have broken for a moment.
_KEPT = 3600


@dataclass(frozen=True)
class _Upload:
    visit: str
    path: Path
    stored: float  # by the monotonic clock


class UploadStore:
    """Files that visitors uploaded, by the ids that Streamlit gave them; for any thread."""

    def __init__(self) -> None:
        self._folder: OwnFolder | None = None
        self._files: dict[str, _Upload] = {}
        self._lock = threading.Lock()

    def add(self, file: str, visit: str, content: IO[bytes]) -> None:
        """Copy the rest of `content` to the disk.

        Args:
            file: Id of the file; one of the same id is replaced.
            visit: Id of the visit that it belongs to.
            content: Read in blocks.

        Raises:
            OSError: The disk is full, say; nothing is kept.
        """
        with self._lock:
            if self._folder is None:
                self._folder = OwnFolder("uploads")
            folder = self._folder.path
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stored:
            path = Path(stored.name)
            try:
                shutil.copyfileobj(content, stored, 1 << 20)
            except OSError:
                path.unlink()
                raise
        self.forget(file)
        with self._lock:
            self._files[file] = _Upload(visit, path, time.monotonic())

    def path(self, file: str) -> Path | None:
        """Return where a file lies; None where there is none of this id."""
        with self._lock:
            found = self._files.get(file)
        return found.path if found else None

    def forget(self, file: str) -> None:
        """Delete a file, where it is there."""
        with self._lock:
            found = self._files.pop(file, None)
        if found:
            found.path.unlink(missing_ok=True)

    def forget_ended(self, is_open: Callable[[str], bool]) -> None:
        """Delete the files of visits that ended a while ago."""
        latest = time.monotonic() - _KEPT
        with self._lock:
            old = [(file, each.visit) for file, each in self._files.items() if each.stored < latest]
        for file, visit in old:
            if not is_open(visit):
                self.forget(file)

    def close(self) -> None:
        """Delete all files."""
        with self._lock:
            folder, self._folder = self._folder, None
            self._files.clear()
        if folder:
            folder.delete()


@functools.cache
def upload_store() -> UploadStore:
    """Return the store of this process: the server fills it, pages read it."""
    return UploadStore()
