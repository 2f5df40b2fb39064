"""Chapters that makers of recordings give: in the container, or in a file beside the recording.

Files are Podcasting 2.0 JSON
(https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md)
and FFmpeg's metadata (https://ffmpeg.org/ffmpeg-formats.html#Metadata-2); yt-dlp notes those of a
page in `NAME.info.json`.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.base.errors import AudioError
from indexer.base.names import folded
from indexer.base.regular_file import read_small
from indexer.base.types import Chapter
from indexer.media.containers import open_av
from indexer.media.guarded import guarded
from indexer.media.tags import readable

log = logging.getLogger(__name__)

INFO = ".info.json"
"""End of the names of files in which yt-dlp notes what it downloaded."""
_JSON, _FFMETADATA = ".chapters.json", (".ffmetadata", ".ffmeta", ".chapters.txt")
_SUFFIXES = (_JSON, *_FFMETADATA, INFO)
_FFMETADATA_BEGIN = b";FFMETADATA"
# A recording of a day with a chapter a minute has 1440; a broken file may announce millions.
_MOST = 10_000


def container_chapters(container: Any) -> tuple[Chapter, ...]:
    """Return the chapters of a container that PyAV opened, in order."""
    found = []
    for given in container.chapters()[:_MOST]:
        base = given["time_base"]
        if base is None:  # of no seconds
            continue
        start, end = (float(given[key] * base) for key in ("start", "end"))
        title = readable(given["metadata"].get("title", ""))
        found.append(Chapter(_line(title), start, end))
    return _in_order(found)


def find_chapters(recording: Path, siblings: Iterable[Path]) -> Path | None:
    """Find the file with the chapters of a recording `NAME.mp3`, whatever the case of its name.

    `NAME.chapters.json`, `NAME.ffmetadata`, `NAME.ffmeta`, `NAME.chapters.txt` or
    `NAME.info.json`, or the same after `NAME.mp3`.
    """
    bases = (folded(recording.stem), folded(recording.name))
    wanted = [base + suffix for suffix in _SUFFIXES for base in bases]
    there = {folded(path.name): path for path in siblings if is_chapter_file(path)}
    return next((there[name] for name in wanted if name in there), None)


def is_chapter_file(path: Path) -> bool:
    """Whether a file holds chapters, by its name."""
    return named_recording(path) is not None


def named_recording(chapters: Path) -> str | None:
    """Return the folded name or stem of the recording that a file of chapters is named after."""
    name = folded(chapters.name)
    suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), None)
    return name.removesuffix(suffix) if suffix else None


def read_chapters(path: Path) -> tuple[Chapter, ...] | None:
    """Read a file of chapters; None for a page that yt-dlp found none in.

    Raises:
        AudioError: It cannot be opened, or holds no chapters.
    """
    try:
        data = read_small(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AudioError(f"{path.name}: it cannot be opened ({reason})") from error
    if data.startswith(_FFMETADATA_BEGIN):
        arguments = {"path": str(path.absolute())}
        ((values, _),) = guarded("chapters", path, arguments)
        return tuple(Chapter(**chapter) for chapter in values["chapters"])
    if folded(path.name).endswith(INFO):
        return _read_info(data)
    return _read_json(path, data)


def ffmetadata_chapters(path: Path) -> tuple[Chapter, ...]:
    """Read the chapters of FFmpeg's metadata; in a guarded process, as all that FFmpeg reads.

    Raises:
        AudioError: It is no such file.
    """
    import av

    try:
        with open_av(path, format="ffmetadata") as container:
            return container_chapters(container)
    except (OSError, ValueError, av.error.FFmpegError) as error:
        # FFmpeg has the system's numbers for what it does not like in a file, too.
        with path.open("rb"):
            pass
        raise AudioError(f"{path.name}: it is not metadata that FFmpeg reads") from error


def _read_json(path: Path, data: bytes) -> tuple[Chapter, ...]:
    try:
        listed = json.loads(data.decode("utf-8-sig"))["chapters"]
        # `toc` is false for what is not to be listed, such as a change of the cover.
        given = [c for c in listed[:_MOST] if c.get("toc", True) is not False]
        found = [
            Chapter(_line(c.get("title")), float(c["startTime"]), _seconds(c.get("endTime")))
            for c in given
        ]
    except (
        AttributeError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise AudioError(
            f"{path.name}: it holds no chapters as of Podcasting 2.0 "
            '({"chapters": [{"startTime": 0, "title": "..."}]}) or FFmpeg'
        ) from error
    return _in_order(found)


def _read_info(data: bytes) -> tuple[Chapter, ...] | None:
    """Chapters as yt-dlp notes them; what reads the rest of the file says where it is broken."""
    try:
        listed = json.loads(data)["chapters"]
        found = [
            Chapter(_line(c.get("title")), float(c["start_time"]), _seconds(c.get("end_time")))
            for c in listed[:_MOST]
        ]
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
        log.debug("no chapters", exc_info=True)
        return None
    return _in_order(found) or None


def _in_order(chapters: Iterable[Chapter]) -> tuple[Chapter, ...]:
    """Chapters by their starts, without those that have no possible one, nor impossible ends."""
    possible = [
        c if c.end is None or c.start <= c.end < math.inf else replace(c, end=None)
        for c in chapters
        if 0 <= c.start < math.inf
    ]
    return tuple(sorted(possible, key=lambda chapter: chapter.start))


def _seconds(value: Any) -> float | None:
    """Return a time; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _line(title: Any) -> str:
    """Return a title on one line, without the lone surrogates that JSON can write."""
    text = title if isinstance(title, str) else ""
    return " ".join(text.encode("utf-8", "replace").decode().split())
