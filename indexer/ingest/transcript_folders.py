"""Folders of the transcripts of recordings elsewhere: `Subs/`, `Subs/NAME/`, `../transcripts/`."""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from pathlib import Path

from indexer.base.names import folded, is_utf8
from indexer.ingest.folders import Listing, list_folder
from indexer.transcripts.pairing import RecordingNames, is_subtitle_folder

log = logging.getLogger(__name__)


class TranscriptFolders:
    """Finds the transcripts near recordings, and lists each folder once in a run."""

    def __init__(self) -> None:
        self._listings: dict[Path, Listing] = {}
        self._folders: dict[Path, list[Path]] = {}

    def transcripts_near(self, listing: Listing) -> list[Path]:
        """Return the transcripts of a folder, and those in folders made for its transcripts.

        Such a folder lies in there or beside it; folders in it are named after recordings.
        """
        found = list(listing.transcripts)
        if not listing.recordings:
            return found
        for folder in filter(is_subtitle_folder, listing.folders):
            found += self._lone_transcripts(folder)
            for inner in self._list(folder).folders:
                found += self._lone_transcripts(inner)
        return found + self._transcripts_beside(listing.folder)

    def recordings_for(self, listing: Listing) -> list[Path]:
        """Return the recordings that the transcripts of a folder may belong to."""
        folder = listing.folder
        if is_subtitle_folder(folder):
            around = self._list(folder.parent).recordings or self._unique_beside(folder)
        elif is_subtitle_folder(folder.parent):
            around = self._list(folder.parent.parent).recordings
            around = [path for path in around if folded(path.stem) == folded(folder.name)]
        else:
            around = []
        return listing.recordings + around

    def _lone_transcripts(self, folder: Path) -> list[Path]:
        """The transcripts of a folder that are of no recording in it."""
        listing = self._list(folder)
        own = RecordingNames(listing.recordings)
        return [file for file in listing.transcripts if not own.owners_of(file)]

    def _transcripts_beside(self, folder: Path) -> list[Path]:
        """Transcripts in folders beside one of recordings, where the parent has no recordings."""
        beside = [path for path in self._folders_in(folder.parent) if is_subtitle_folder(path)]
        # Most parents have no such folder, and may be large.
        if not beside or is_subtitle_folder(folder) or self._list(folder.parent).recordings:
            return []
        found: list[Path] = []
        for path in beside:
            own = RecordingNames(r for r in self._unique_beside(path) if r.parent == folder)
            found += [file for file in self._lone_transcripts(path) if own.owners_of(file)]
        return found

    def _unique_beside(self, folder: Path) -> list[Path]:
        """Recordings in the folders beside one of transcripts, with names that only one has."""
        by_name: dict[str, list[Path]] = defaultdict(list)
        for beside in self._list(folder.parent).folders:
            if not is_subtitle_folder(beside) and not beside.name.startswith("."):
                for recording in self._list(beside).recordings:
                    by_name[folded(recording.stem)].append(recording)
        return [
            recording
            for recordings in by_name.values()
            if len({recording.parent for recording in recordings}) == 1
            for recording in recordings
        ]

    def _folders_in(self, folder: Path) -> list[Path]:
        """Folders in a folder, without a look at its files."""
        if folder not in self._folders:
            try:
                with os.scandir(folder) as entries:
                    found = sorted(
                        Path(entry.path)
                        for entry in entries
                        if is_utf8(entry.name) and entry.is_dir()
                    )
            except OSError:
                log.debug("could not list %s", folder, exc_info=True)
                found = []
            self._folders[folder] = found
        return self._folders[folder]

    def _list(self, folder: Path) -> Listing:
        if folder not in self._listings:
            self._listings[folder] = list_folder(folder)
        return self._listings[folder]
