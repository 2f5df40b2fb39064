"""Clips that visitors searched with: on disk by digest, so that an address opens them again."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hilbert.user_folders import cache_folder
from indexer.base.errors import QueryError

log = logging.getLogger(__name__)

# The clips used last are kept, up to these.
_MOST_CLIPS = 50
_MOST_BYTES = 500_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_STEM = 80
# Seconds after which a file that is still being written is a leftover.
_UNFINISHED = 86_400


def clips_folder() -> Path:
    """Return the folder of this user's clips, which need not exist."""
    return cache_folder() / "clips"


def keep_clip(content: IO[bytes]) -> str:
    """Keep the sound of a clip, and drop those that have not been used for longest.

    Returns:
        SHA-256 of its bytes, which names it.

    Raises:
        QueryError: It cannot be stored; says why.
    """
    folder = clips_folder()
    hashed = hashlib.sha256()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stored:
            partial = Path(stored.name)
            try:
                while block := content.read(1 << 20):
                    hashed.update(block)
                    stored.write(block)
            except OSError:
                partial.unlink()
                raise
        partial.replace(folder / hashed.hexdigest())
        _drop_old(folder, hashed.hexdigest())
    except OSError as error:
        raise QueryError(f"the clip cannot be kept: {error.strerror}") from error
    return hashed.hexdigest()


def find_clip(digest: str) -> Path | None:
    """Return the file of a clip; None where it is not kept any more, or was never."""
    path = clips_folder() / digest
    if not _DIGEST.fullmatch(digest) or not path.is_file():
        return None
    try:
        os.utime(path)  # used now
    except OSError:
        log.debug("could not mark a clip as used", exc_info=True)
    return path


@contextmanager
def clip_file(digest: str, name: str) -> Iterator[Path]:
    """Give a clip its name back, in a file that exists while the block runs.

    Raises:
        QueryError: The clip is not kept any more.
    """
    path = find_clip(digest)
    if path is None:
        raise QueryError(
            f"the clip {name} is not kept here any more" if name else "this clip is not kept here"
        )
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / safe_name(name)
        try:
            shutil.copyfile(path, named)
        except OSError as error:
            raise QueryError(f"the clip {name} cannot be read: {error.strerror}") from error
        yield named


def _drop_old(folder: Path, newest: str) -> None:
    """Delete what was used longest ago, beyond the most that is kept; never the newest.

    And what a server that was killed did not finish writing.
    """
    for path in folder.iterdir():
        if not _DIGEST.fullmatch(path.name) and path.stat().st_mtime < time.time() - _UNFINISHED:
            path.unlink(missing_ok=True)
    files = sorted(
        (path for path in folder.iterdir() if _DIGEST.fullmatch(path.name)),
        key=lambda path: (path.name == newest, path.stat().st_mtime),
        reverse=True,
    )
    total = 0
    for number, path in enumerate(files):
        total += path.stat().st_size
        if number and (number >= _MOST_CLIPS or total > _MOST_BYTES):
            path.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """Return a file name that stays in its folder and that every system accepts.

    Equal stems stay equal, since a transcript belongs to the recording of its stem; different
    stems stay different.
    """
    stem, extension = os.path.splitext(Path(name.replace("\\", "/")).name)
    cleaned = re.sub(r"[^\w.\- ]", "_", stem)[:_LONGEST_STEM].strip(". ")
    if cleaned != stem or not cleaned:
        digest = hashlib.sha256(stem.encode("utf-8", "replace")).hexdigest()[:6]
        cleaned = f"{cleaned or 'clip'}-{digest}"
    return cleaned + re.sub(r"[^\w.]", "", extension)[:10]
