"""What there is to index: recordings and transcripts in folders, paired by name."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.base.languages import language_code
from indexer.base.names import existing_path, is_utf8, readable
from indexer.ingest.chapter_files import without_chapters
from indexer.ingest.folder_tables import FolderTables
from indexer.ingest.folders import NOT_UTF8, Listing, Notes, list_folder, walk
from indexer.ingest.info_files import InfoFiles
from indexer.ingest.metadata_table import is_metadata_file, split_speakers
from indexer.ingest.not_taken import (
    NOT_READ,
    is_no_transcript_by_name,
    may_hold_words,
    warning_of,
    why_by_itself,
    why_nothing_was_taken,
    why_refused,
)
from indexer.ingest.one_text import say_the_same
from indexer.ingest.remote_files import RemoteListing
from indexer.ingest.source import Source
from indexer.ingest.transcript_folders import TranscriptFolders
from indexer.media.kinds import RECORDING_EXTENSIONS, not_a_recording
from indexer.transcripts.formats import transcript_extensions
from indexer.transcripts.name_tags import NameTags
from indexer.transcripts.pairing import (
    NamedTranscript,
    RecordingNames,
    choose,
    transcripts_by_recording,
)
from indexer.transcripts.reader import may_be_transcript

log = logging.getLogger(__name__)


@dataclass
class Scan(Notes):
    """What a scan found, and what it did not take and why, by path.

    Attributes:
        sources: The documents.
        tables: The metadata files that were looked at.
        given: Absolute paths of what the user named, whether it is there or not.
        remote: What was found behind addresses.
        superseded: Transcripts that are not taken to the one of the same name that is.
    """

    sources: list[Source] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    given: list[Path] = field(default_factory=list)
    superseded: dict[str, str] = field(default_factory=dict)
    remote: RemoteListing = field(default_factory=RemoteListing)


def scan(
    paths: Iterable[Path],
    exclude: Path | None = None,
    language: str = "en",
    leave: Iterable[Path] = (),
) -> Scan:
    """Find the documents in files and folders (folders with everything below them).

    Args:
        paths: What the user named; a file is taken whatever it is called.
        exclude: The library's own folder, which may lie within.
        language: ISO 639 code of what is spoken where no table says it; of several transcripts
            (NAME.de.vtt, NAME.en.vtt) the one in this language is taken.
        leave: Folders within that are left for another scan.
    """
    given = [existing_path(Path(os.path.abspath(path))) for path in paths]
    excluded = [*([exclude] if exclude else []), *leave]
    scanner = _Scanner(excluded, language, given)
    for path in given:
        if not is_utf8(path):
            scanner.found.failures[readable(path)] = NOT_UTF8
        elif os.path.isdir(path):
            scanner.scan_folder(path)
        elif os.path.lexists(path):
            scanner.scan_file(path)
        else:
            scanner.found.failures[str(path)] = "there is no such file or folder"
    scanner.end()
    for shown, reason in scanner.found.passed_over.items():
        log.info("passed over: %s: %s", shown, reason)
    return scanner.found


class _Scanner:
    """One scan of all that the user named."""

    def __init__(self, exclude: Iterable[Path], language: str, given: list[Path]) -> None:
        self.found = Scan(given=given)
        self.language = language
        self.named = frozenset(path for path in given if not os.path.isdir(path))
        self._excluded = {os.path.realpath(folder) for folder in exclude}
        self._visited: dict[str, Path] = {}
        self._places: dict[str, int] = {}  # of sources, by real path
        self._tables = FolderTables(self.found, given)
        self._infos = InfoFiles()
        self._transcript_folders = TranscriptFolders()

    def scan_folder(self, top: Path) -> None:
        """Take everything in a folder."""
        before = len(self.found.sources) + len(self.found.failures)
        real = os.path.join(os.path.realpath(top), "")
        # A folder may be named twice, or within another one that is named.
        taken_before = any(place.startswith(real) for place in self._places)
        for listing in walk(top, self.found, self._is_excluded, self._visited):
            self._take(listing)
        is_empty = len(self.found.sources) + len(self.found.failures) == before
        if is_empty and not taken_before:
            self.found.warnings.setdefault(
                str(top), why_nothing_was_taken(top, self.found.passed_over)
            )

    def scan_file(self, path: Path) -> None:
        """Take a file that the user named, or say why not."""
        if is_metadata_file(path.name):
            return  # caught by a pattern such as folder/*; read beside each recording
        if path.suffix.lower() in transcript_extensions():
            self._take_lone_transcripts([path], self._names_for(list_folder(path.parent)))
        elif reason := not_a_recording(path):
            self.found.failures[str(path)] = why_refused(path, reason)
        else:
            beside = without_chapters(list_folder(path.parent))
            names = RecordingNames(dict.fromkeys([*beside.recordings, path]))
            near = self._transcript_folders.transcripts_near(beside)
            of_recording = transcripts_by_recording(near, names)
            self._take_recording(path, of_recording.get(path, []))
            for other in beside.others:
                owners = names.owners_of(other)
                is_its_own = owners and path in owners.recordings
                if is_its_own and may_hold_words(other, names):
                    self.found.warnings[str(other)] = NOT_READ

    def _take(self, listing: Listing) -> None:
        """Take the documents of one folder."""
        listing = without_chapters(listing)
        names = RecordingNames(listing.recordings)
        near = self._transcript_folders.transcripts_near(listing)
        of_recording = transcripts_by_recording(near, names)
        # Of two files with the same bytes the first names the document: rather one that is called
        # a recording than one that only sounds like one.
        for recording in sorted(listing.recordings, key=_lacks_extension):
            self._take_recording(recording, of_recording.get(recording, []))
        names = self._names_for(listing)
        self._take_lone_transcripts(listing.transcripts, names)
        for other, reason in listing.others.items():
            self._pass_over(other, reason, names)
        self._tables.check_rows(listing)

    def _names_for(self, listing: Listing) -> RecordingNames:
        """The recordings that the transcripts of a folder may belong to."""
        return RecordingNames(self._transcript_folders.recordings_for(listing))

    def _take_lone_transcripts(self, files: Sequence[Path], names: RecordingNames) -> None:
        """Take the transcripts that belong to no recording; the others come with theirs.

        Of several of one name that say the same, as programs write in every format that they know,
        one is taken.
        """
        of_one_name: dict[str, list[Path]] = {}
        for file in files:
            owners = names.owners_of(file)
            if owners and not owners.ambiguous:
                for recording in owners.recordings:
                    if os.path.realpath(recording) not in self._places:
                        self.scan_file(recording)
            elif file not in self.named and is_no_transcript_by_name(file):
                self.found.passed_over[str(file)] = "not a transcript, by its name"
            elif file not in self.named and not may_be_transcript(file):
                self._pass_over(file, "not a transcript, by its content", names)
            else:
                if reason := why_by_itself(file, owners, names):
                    self.found.warnings[str(file)] = f"indexed by itself: {reason}"
                key = str(file) if file in self.named else file.stem
                of_one_name.setdefault(key, []).append(file)
        for same in of_one_name.values():
            choice = choose([NamedTranscript(file, NameTags()) for file in same], self.language)
            best = choice.best.path
            self._add(self._source(None, best, self._row(best)))
            for file, why in choice.rejected.items():
                if say_the_same(best, file):
                    self.found.warnings[str(file)] = why
                    self.found.superseded[str(file)] = str(best)
                else:
                    self._add(self._source(None, file, self._row(file)))

    def _take_recording(self, recording: Path, candidates: list[NamedTranscript]) -> None:
        row = self._row(recording)
        transcripts = [one for one in candidates if self._may_be_its_words(one.path)]
        if not transcripts:
            self._add(self._source(recording, None, row))
            return
        spoken = language_code(row.get("language")) or self.language
        choice = choose(transcripts, spoken, self.named)
        for other, why in choice.rejected.items():
            self.found.warnings[str(other)] = why
        best = choice.best
        self._add(self._source(recording, best.path, row, best.tags.language))

    def _may_be_its_words(self, file: Path) -> bool:
        """Whether a file with a recording's name may hold its words; data may be named so, too."""
        if file in self.named or may_be_transcript(file):
            return True
        self.found.warnings[str(file)] = "not used: it is no transcript, by its content"
        return False

    def end(self) -> None:
        """Say which rows of files in folders below a table are of none, and what is broken."""
        self.found.warnings.update(self._infos.failures)
        self._tables.check_rows_of_folders()
        self.found.tables = self._tables.paths

    def _row(self, file: Path) -> dict[str, str]:
        """What is written of a file: in a table, else in a file of yt-dlp beside it."""
        return self._infos.values(file) | self._tables.row_of(file)[1]

    def _source(
        self,
        recording: Path | None,
        transcript: Path | None,
        row: dict[str, str],
        language: str | None = None,
    ) -> Source:
        """Make a source, with what the table of its folder gives."""
        metadata, speakers = split_speakers(row)
        file = recording or transcript
        assert file is not None
        table, given = self._tables.row_of(file)
        given_by = table.path if given else None
        return Source(
            recording, transcript, metadata, speakers, language, given_by, table.unreadable
        )

    def _pass_over(self, path: Path, reason: str, names: RecordingNames) -> None:
        """Pass over a file, and warn of it if it may hold the words of a recording."""
        if warning := warning_of(path, reason, names):
            self.found.warnings[str(path)] = warning
        self.found.passed_over[str(path)] = reason

    def _is_excluded(self, folder: Path) -> bool:
        is_library = (folder / "catalog.sqlite").is_file() and (folder / "features").is_dir()
        return is_library or os.path.realpath(folder) in self._excluded

    def _add(self, source: Source) -> None:
        """Add a source unless its file was found under another name, by a link."""
        path = source.path
        real = os.path.realpath(path)
        place = self._places.setdefault(real, len(self.found.sources))
        if place == len(self.found.sources):
            self.found.sources.append(source)
            return
        first = self.found.sources[place]
        if first.path == path:
            return
        # The one with a transcript, else the file itself rather than a link to it.
        pairs = [(first, source), (source, first)]
        kept, other = max(pairs, key=lambda pair: _worth(pair[0], real))
        self.found.sources[place] = kept
        self.found.passed_over[str(other.path)] = f"a link to the same file as {kept.path}"


def _lacks_extension(recording: Path) -> bool:
    return recording.suffix.lower() not in RECORDING_EXTENSIONS


def _worth(source: Source, real: str) -> tuple[bool, bool]:
    return source.transcript is not None, str(source.path) == real
