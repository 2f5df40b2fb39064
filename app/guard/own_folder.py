"""Temporary folders of a server, which goes on holding a lock in each: what no one holds is left.

A server that was killed deletes nothing. The next one finds its folders by their names, and tells
by the lock, which the operating system releases, that their process is gone.
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

_PREFIX = "hilbert-"
_LOCK = "held.lock"


class OwnFolder:
    """A folder in the system's temporary folder that only this user may read.

    Attributes:
        path: Where it lies.
    """

    def __init__(self, kind: str) -> None:
        """Make it.

        Args:
            kind: What it holds, in its name.

        Raises:
            OSError: It cannot be made.
        """
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}-"))
            self._lock = _lock(self.path, -1)
            self._lock.acquire()
            if (self.path / _LOCK).exists():
                return
            self._lock.release()  # another start took it for a leftover before it was locked

    def delete(self) -> None:
        """Delete it, with all that it holds."""
        _delete(self.path, self._lock)


def delete_leftovers() -> None:
    """Delete the folders of servers that were killed; never those of one that runs."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        try:
            # A folder of another user may be a trap; one without a lock is of another kind.
            if not _is_own(folder) or not (folder / _LOCK).is_file():
                continue
            lock = _lock(folder, 0)
            lock.acquire()
        except Timeout:
            continue
        except OSError:
            log.debug("could not look into %s", folder, exc_info=True)
            continue
        log.info("deleting %s, which a server left that was killed", folder)
        _delete(folder, lock)


def _lock(folder: Path, timeout: float) -> FileLock:
    # Another thread may delete the folder than the one that made it.
    return FileLock(folder / _LOCK, timeout=timeout, thread_local=False)


def _is_own(folder: Path) -> bool:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def _delete(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)  # the lock itself, where an open file stays
