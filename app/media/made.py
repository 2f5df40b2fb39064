"""What is made of recordings for the player: outlines, and copies that every browser plays."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.guard.own_folder import OwnFolder
from app.media.served import Recording
from app.media.worker import State, Worker
from indexer.media.browser_copy import EXTENSION, write_browser_copy
from indexer.media.waveform import waveform

_MOST_OUTLINES = 512
_MOST_COPY_BYTES = 4 << 30  # on the disk, while the server runs


@dataclass(frozen=True)
class _Version:
    """A recording as its file is now, and the language of its sound."""

    path: Path
    modified: int
    size: int
    language: str | None


def outline(recording: Recording) -> State[list[int]]:
    """Return the outline of a recording (`indexer.media.waveform`), or how far it is."""
    return _outlines().ask(_version(recording))


def browser_copy(recording: Recording) -> State[Path]:
    """Return the copy of a recording (`indexer.media.browser_copy`), or how far it is."""
    return _copies().ask(_version(recording))


def _version(recording: Recording) -> _Version:
    stat = recording.path.stat()
    language = recording.document.language
    return _Version(recording.path, stat.st_mtime_ns, stat.st_size, language)


@functools.cache
def _outlines() -> Worker[_Version, list[int]]:
    def make(wanted: _Version, progress: Callable[[float], None]) -> list[int]:
        return [int(each) for each in waveform(wanted.path, wanted.language, progress)]

    return Worker(make, lambda _: 1, _MOST_OUTLINES, lambda _: None)


@functools.cache
def _copies() -> Worker[_Version, Path]:
    numbers = itertools.count()

    def make(wanted: _Version, progress: Callable[[float], None]) -> Path:
        out = _folder().path / f"{next(numbers)}{EXTENSION}"
        write_browser_copy(wanted.path, out, wanted.language, progress)
        return out

    return Worker(make, lambda path: path.stat().st_size, _MOST_COPY_BYTES, _discard)


@functools.cache
def _folder() -> OwnFolder:
    return OwnFolder("copies")


def delete_copies() -> None:
    """Delete all copies, and none can be made any more: the server ends."""
    if _folder.cache_info().currsize:
        _folder().delete()


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)
