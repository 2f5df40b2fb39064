"""Files of chapters beside recordings, each folder listed once in a run."""

from __future__ import annotations

import logging
from pathlib import Path

from indexer.base.errors import AudioError
from indexer.base.types import Chapter
from indexer.media.chapters import find_chapters, is_chapter_file, read_chapters

log = logging.getLogger(__name__)


class ChapterFiles:
    """Reader of the chapters beside recordings."""

    def __init__(self) -> None:
        self._in_folder: dict[Path, list[Path]] = {}

    def beside(self, recording: Path | None) -> tuple[tuple[Chapter, ...] | None, str | None]:
        """Read the chapters beside a recording.

        Returns:
            The chapters, None without a file that can be read; a warning, None without one.
        """
        path = find_chapters(recording, self._files(recording.parent)) if recording else None
        if path is None:
            return None, None
        try:
            return read_chapters(path), None
        except AudioError as error:
            log.debug("could not read %s", path, exc_info=True)
            return None, str(error)

    def _files(self, folder: Path) -> list[Path]:
        if folder not in self._in_folder:
            try:
                found = sorted(path for path in folder.iterdir() if is_chapter_file(path))
            except OSError:
                log.debug("could not list %s", folder, exc_info=True)
                found = []
            self._in_folder[folder] = found
        return self._in_folder[folder]
