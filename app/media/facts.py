"""What a player needs to know of a recording before it plays."""

from __future__ import annotations

import functools
import logging
import mimetypes
import os
from pathlib import Path
from typing import Any

from app.media.served import Recording
from indexer.base.errors import AudioError
from indexer.media.playback import Playback, playback

log = logging.getLogger(__name__)

_MOST_KEPT = 1000
# Some systems lack these types in `mimetypes`.
_TYPES = {
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".webm": "audio/webm",
}
_NOT_PLAYED = Playback("", False, 0.0)


def facts_of(recording: Recording) -> dict[str, Any]:
    """Return what JSON can hold: title, length, chapters, and how it is played."""
    found = playback_of(recording)
    document = recording.document
    chapters = recording.library.store.catalog.supplement(document.id).chapters
    return {
        "title": document.title,
        "seconds": document.seconds,
        "type": found.media_type,
        "video": found.has_video,
        "offset": found.offset,
        "chapters": [{"start": each.start, "title": each.title} for each in chapters],
    }


def playback_of(recording: Recording) -> Playback:
    """Look up how browsers play a recording; once, until its file is modified.

    What cannot be read plays nowhere; the copy that is then asked for says why.
    """
    stat = os.stat(recording.path)
    version = (stat.st_mtime_ns, stat.st_size)
    try:
        return _playback(recording.path, recording.document.language, version)
    except AudioError:
        log.debug("%s cannot be looked at", recording.path, exc_info=True)
        return _NOT_PLAYED


@functools.lru_cache(_MOST_KEPT)
def _playback(path: Path, language: str | None, version: tuple[int, int]) -> Playback:
    return playback(path, language)


def is_readable(recording: Recording) -> bool:
    """Return whether a file is a recording at all."""
    return playback_of(recording) is not _NOT_PLAYED


def content_type(recording: Recording) -> str:
    """Return the MIME type of a recording by what is in it, else by its extension."""
    return playback_of(recording).media_type or media_type(recording.path)


def media_type(path: Path) -> str:
    """Return the MIME type of a recording, by its extension."""
    suffix = path.suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "audio/mpeg"
