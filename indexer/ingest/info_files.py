"""What yt-dlp writes beside a recording, `NAME.info.json`: title, day, who made it, its page.

Source: https://github.com/yt-dlp/yt-dlp#output-template (the fields; `--write-info-json`).
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

from indexer.base.names import folded
from indexer.base.regular_file import read_small
from indexer.base.web_pages import web_address
from indexer.media.chapters import INFO
from indexer.transcripts.formats import transcript_extensions

log = logging.getLogger(__name__)

# The keys of a field, the first that says anything counts.
_KEYS = {
    "title": ("fulltitle", "title"),
    "date": ("release_date", "upload_date"),
    "speaker": ("artist", "creator", "uploader", "channel"),
    "label": ("genre", "categories"),
    "language": ("language",),
    "url": ("webpage_url", "original_url"),
}
# Of these one at least stands in every such file.
_MARKS = ("extractor", "extractor_key", "webpage_url")


class InfoFiles:
    """Reader of the files beside recordings and transcripts, each folder listed once in a run.

    Attributes:
        failures: What could not be read, by path.
    """

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}
        self._in_folder: dict[Path, dict[str, Path]] = {}
        self._read: dict[Path, dict[str, str]] = {}

    def beside(self, file: Path) -> Path | None:
        """Find the file of a recording or of its captions: `NAME.mp4`, `NAME.en.vtt`."""
        there = self._files(file.parent)
        names = [file.name, file.stem]
        if file.suffix.lower() in transcript_extensions():
            names.append(Path(file.stem).stem)
        return next((there[n] for name in names if (n := folded(name)) in there), None)

    def values(self, file: Path) -> dict[str, str]:
        """Return the fields of the columns of a table that a file gives; empty without one."""
        path = self.beside(file)
        if path is None:
            return {}
        if path not in self._read:
            try:
                self._read[path] = _fields(json.loads(read_small(path)))
            except (OSError, ValueError, RecursionError) as error:
                log.debug("could not read %s", path, exc_info=True)
                self._read[path] = {}
                reason = getattr(error, "strerror", None) or error
                self.failures[str(path)] = (
                    f"cannot be read ({reason}): its title and date are not known"
                )
        return self._read[path]

    def _files(self, folder: Path) -> dict[str, Path]:
        if folder not in self._in_folder:
            try:
                names = [name for name in os.listdir(folder) if folded(name).endswith(INFO)]
            except OSError:
                log.debug("could not list %s", folder, exc_info=True)
                names = []
            stems = {folded(name).removesuffix(INFO): folder / name for name in sorted(names)}
            self._in_folder[folder] = stems
        return self._in_folder[folder]


def _fields(info: Any) -> dict[str, str]:
    if not isinstance(info, dict) or not any(mark in info for mark in _MARKS):
        return {}
    found = {
        field: next(filter(None, (_text(info.get(key)) for key in keys)), "")
        for field, keys in _KEYS.items()
    }
    found["url"] = web_address(found["url"]) or ""
    return {field: value for field, value in found.items() if value}


def _text(value: Any) -> str:
    """A text on one line, of a list its first one."""
    if isinstance(value, list) and value:
        value = value[0]
    return " ".join(value.split()) if isinstance(value, str) else ""
