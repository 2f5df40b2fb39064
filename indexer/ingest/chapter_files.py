"""Files of chapters beside recordings, each folder listed once in a run."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.base.errors import AudioError
from indexer.base.names import folded, is_utf8
from indexer.base.remote_path import RemotePath
from indexer.base.types import Chapter
from indexer.ingest.folders import Listing
from indexer.ingest.remote_files import fetch
from indexer.media.chapters import (
    INFO,
    find_chapters,
    is_chapter_file,
    named_recording,
    read_chapters,
)

log = logging.getLogger(__name__)


def without_chapters(listing: Listing) -> Listing:
    """Return the files of a folder without the chapters of its recordings.

    They are read with these; chapters of no recording stay.
    """
    names = {folded(name) for path in listing.recordings for name in (path.stem, path.name)}

    def is_read(path: Path) -> bool:
        # The notes of a downloader say more than chapters, and are passed over as such.
        return named_recording(path) in names and not folded(path.name).endswith(INFO)

    return replace(
        listing,
        transcripts=[path for path in listing.transcripts if not is_read(path)],
        others={path: why for path, why in listing.others.items() if not is_read(path)},
    )


class ChapterFiles:
    """Reader of the chapters beside recordings."""

    def __init__(self) -> None:
        self._in_folder: dict[Path, list[Path]] = {}

    def beside(
        self, recording: Path | None, remote: Sequence[Path] = ()
    ) -> tuple[tuple[Chapter, ...] | None, str | None]:
        """Read the chapters beside a recording.

        Args:
            recording: The recording.
            remote: What lies beside a remote one: `Source.beside`.

        Returns:
            The chapters, None without a file that can be read; a warning, None without one.
        """
        if recording is None:
            return None, None
        path = find_chapters(recording, remote or self._files(recording.parent))
        if path is None:
            return None, None
        try:
            if isinstance(path, RemotePath):
                with tempfile.TemporaryDirectory(prefix="hilbert-") as folder:
                    copy = Path(folder) / path.name
                    fetch(path, copy)
                    return read_chapters(copy), None
            return read_chapters(path), None
        except AudioError as error:
            log.debug("could not read %s", path, exc_info=True)
            return None, str(error)

    def _files(self, folder: Path) -> list[Path]:
        if folder not in self._in_folder:
            try:
                paths = (path for path in folder.iterdir() if is_utf8(path.name))
                found = sorted(path for path in paths if is_chapter_file(path))
            except OSError:
                log.debug("could not list %s", folder, exc_info=True)
                found = []
            self._in_folder[folder] = found
        return self._in_folder[folder]
