"""What there is to index: recordings and transcripts in folders, paired by name."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.base.languages import language_code
from indexer.base.names import existing_path, folded, is_utf8, readable
from indexer.ingest.chapter_files import without_chapters
from indexer.ingest.folders import (
    LEFTOVER,
    NOT_UTF8,
    Listing,
    Notes,
    is_partial_download,
    list_folder,
    walk,
)
from indexer.ingest.info_files import InfoFiles
from indexer.ingest.metadata_table import (
    METADATA_FILE,
    MetadataTable,
    document_name,
    is_metadata_file,
    read_metadata_table,
    split_speakers,
)
from indexer.ingest.one_text import say_the_same
from indexer.ingest.remote_files import RemoteListing
from indexer.ingest.table_rows import TableError
from indexer.ingest.transcript_folders import TranscriptFolders
from indexer.media.kinds import RECORDING_EXTENSIONS, Content, content_of, not_a_recording
from indexer.transcripts.formats import transcript_extensions
from indexer.transcripts.name_tags import NameTags
from indexer.transcripts.pairing import (
    NamedTranscript,
    Owners,
    RecordingNames,
    choose,
    transcripts_by_recording,
)
from indexer.transcripts.reader import may_be_transcript

log = logging.getLogger(__name__)

# Text files that stand beside recordings without being transcripts: README, LICENSE-MIT,
# "01 Tracklist". A recording of the same name makes each a transcript.
_NOT_TRANSCRIPTS = re.compile(
    r".*\.(?:info|live_chat|chapters|meta|metadata)"  # of yt-dlp and podcast hosts
    r"|(?:source[ _-])?(?:read[ _-]?me|licen[sc]e|changelog)\b.*"
    r"|(?:copying|notice|contributing|requirements|robots|(?:.*\W)?(?:track[ _-]?list|playlist))s?"
    r"|vocabulary"  # of names, for the recogniser: indexer.ingest.expected_names
)
# Of a recording's name, but of no words: lists, checksums, links, settings.
_COMPANIONS = frozenset(
    {".nfo", ".cue", ".m3u", ".m3u8", ".pls", ".xspf", ".wpl", ".asx", ".url", ".webloc"}
    | {".lnk", ".log", ".ini", ".md5", ".sha1", ".sha256", ".sfv", ".yaml", ".yml", ".toml"}
    | {".xmp", ".torrent", ".zip", ".py", ".sh", ".css", ".js", ".svg", ".mpd"}
)
# Captions and annotations in formats that are not read, wherever they lie.
_UNREAD_FORMATS = frozenset(
    {".stl", ".scc", ".mcc", ".usf", ".cap", ".textgrid", ".eaf"}
    | {".cha", ".trs", ".stm", ".ctm", ".rtf", ".doc", ".odt", ".sup", ".idx", ".vobsub"}
    | {".mks", ".dote"}
)
# What a table is called before it is saved as CSV.
_TABLE_STEM = Path(METADATA_FILE).stem
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".tsv", ".tab"})
_REFUSED = 5  # are named
_TABLES_ABOVE = 8
_NEVER_SOUND = frozenset({Content.PLAYLIST, Content.APPLE_DOUBLE})


@dataclass(frozen=True)
class Source:
    """A document to be: a recording, a transcript, or both, and what a table says of it.

    Attributes:
        recording: The recording.
        transcript: Its transcript, or a transcript without a recording.
        metadata: Values of the table by column.
        speakers: Names of the table by label of the transcript.
        transcript_language: ISO 639 code that the name of the transcript holds.
        table: The metadata file that gave `metadata` or `speakers`.
        table_failed: Whether there is a metadata file that cannot be read: what it gave before
            still holds.
        beside: Of a remote recording, the files beside it that are read with it: those of its
            chapters, and the names that its folder expects.
    """

    recording: Path | None
    transcript: Path | None
    metadata: dict[str, str] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    transcript_language: str | None = None
    table: Path | None = None
    table_failed: bool = False
    beside: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        """The recording, else the transcript."""
        path = self.recording or self.transcript
        assert path is not None
        return path

    @property
    def name(self) -> str:
        """The file stem, by which people name the document."""
        return document_name(self.path)


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
    scanner = _Scanner(excluded, language, frozenset(p for p in given if not os.path.isdir(p)))
    scanner.found.given = given
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

    def __init__(self, exclude: Iterable[Path], language: str, named: frozenset[Path]) -> None:
        self.found = Scan()
        self.language = language
        self.named = named
        self._excluded = {os.path.realpath(folder) for folder in exclude}
        self._visited: dict[str, Path] = {}
        self._places: dict[str, int] = {}  # of sources, by real path
        self._tables: dict[Path, MetadataTable] = {}
        self._infos = InfoFiles()
        self._walked: list[Path] = []  # folders whose files were taken
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
            self.found.warnings.setdefault(str(top), self._why_empty(top))

    def _why_empty(self, top: Path) -> str:
        """Say why nothing in a folder was taken: what might have been, or what there is not."""
        extensions = transcript_extensions()
        refused = [
            f"{Path(path).name} ({why})"
            for path, why in self.found.passed_over.items()
            if Path(path).suffix.lower() in extensions and top in Path(path).parents
        ]
        if refused:
            more = f" and {len(refused) - _REFUSED} more" if len(refused) > _REFUSED else ""
            return f"nothing here was taken: {', '.join(refused[:_REFUSED])}{more}"
        return (
            "no recordings or transcripts here; recordings are sound and video that FFmpeg reads, "
            f"transcripts end in {' '.join(extensions)}"
        )

    def scan_file(self, path: Path) -> None:
        """Take a file that the user named, or say why not."""
        if is_metadata_file(path.name):
            return  # caught by a pattern such as folder/*; read beside each recording
        if path.suffix.lower() in transcript_extensions():
            self._take_lone_transcripts([path], self._names_for(list_folder(path.parent)))
        elif reason := not_a_recording(path):
            self.found.failures[str(path)] = _refusal(path, reason)
        else:
            beside = without_chapters(list_folder(path.parent))
            names = RecordingNames(dict.fromkeys([*beside.recordings, path]))
            near = self._transcript_folders.transcripts_near(beside)
            of_recording = transcripts_by_recording(near, names)
            self._take_recording(path, of_recording.get(path, []))
            for other in beside.others:
                owners = names.owners_of(other)
                if owners and path in owners.recordings:
                    self._warn_of_unread(other, names)

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
        table = self._table(listing.folder, listing.table)
        self._walked.append(listing.folder)
        documents = [document_name(f) for f in listing.recordings + listing.transcripts]
        if warnings := table.warnings(documents):
            self.found.warnings[str(listing.table)] = "; ".join(warnings)

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
            elif file not in self.named and _NOT_TRANSCRIPTS.fullmatch(folded(file.stem)):
                self.found.passed_over[str(file)] = "not a transcript, by its name"
            elif file not in self.named and not may_be_transcript(file):
                self._pass_over(file, "not a transcript, by its content", names)
            else:
                self._note_owner(file, owners, names)
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
        for table in map(self._tables.__getitem__, self._walked):
            if table.path is not None and (warning := table.warning_of_folders()):
                said = self.found.warnings.get(str(table.path))
                self.found.warnings[str(table.path)] = f"{said}; {warning}" if said else warning

    def _row(self, file: Path) -> dict[str, str]:
        """What is written of a file: in a table, else in a file of yt-dlp beside it."""
        return self._infos.values(file) | self._table_of(file)[1]

    def _table_of(self, file: Path) -> tuple[MetadataTable, dict[str, str]]:
        """The table that has a row of a file, and the row: its folder's, else one above.

        A folder above may be looked through another time, so all are asked.
        """
        own, name = self._table(file.parent), document_name(file)
        if row := own.row(name):
            return own, row
        for above in list(file.parent.parents)[:_TABLES_ABOVE]:
            if above in self._tables or (above / METADATA_FILE).is_file():
                table = self._table_above(above)
                if row := table.row_below(file.parent.relative_to(above), name):
                    return table, row
        return own, {}

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
        table, given = self._table_of(file)
        given_by = table.path if given else None
        return Source(
            recording, transcript, metadata, speakers, language, given_by, table.unreadable
        )

    def _note_owner(self, transcript: Path, owners: Owners | None, names: RecordingNames) -> None:
        """Say why a transcript that begins like a recording's name is not taken for its words."""
        nearest = names.nearest(transcript)
        if owners:
            similar = " and ".join(recording.name for recording in owners.recordings)
            reason = f"it is named like {similar}; name it exactly like one of them"
        elif nearest:
            recording, rest = nearest
            reason = f"'{rest.strip(' ._-')}' is no language or kind of transcript"
            reason = f"{reason} of {recording.name}"
        else:
            return
        self.found.warnings[str(transcript)] = f"indexed by itself: {reason}"

    def _pass_over(self, path: Path, reason: str, names: RecordingNames) -> None:
        """Pass over a file, and warn of it if it may hold the words of a recording."""
        if folded(path.stem) == _TABLE_STEM and path.suffix.lower() in _SPREADSHEETS:
            self.found.warnings[str(path)] = f"not read: save the table as {METADATA_FILE}"
        elif reason == LEFTOVER or (
            path.suffix.lower() in RECORDING_EXTENSIONS and content_of(path) in _NEVER_SOUND
        ):
            self.found.warnings[str(path)] = reason
        else:
            self._warn_of_unread(path, names)
        self.found.passed_over[str(path)] = reason

    def _warn_of_unread(self, path: Path, names: RecordingNames) -> None:
        """Warn of captions, or of text of a recording's name, in a format that is not read."""
        extension = path.suffix.lower()
        if extension in _UNREAD_FORMATS or (
            extension not in _COMPANIONS
            and names.owners_of(path)
            and not is_partial_download(path)
            and content_of(path) in (Content.TEXT, Content.DOCUMENT)
        ):
            self.found.warnings[str(path)] = (
                "not a transcript format hilbert reads; save it as WebVTT, SRT or text"
            )

    def _table(self, folder: Path, path: Path | None = None) -> MetadataTable:
        """The table of a folder; a broken one is a failure, the files go on without it."""
        if folder not in self._tables:
            path = path or list_folder(folder).table
            table = MetadataTable(path)
            if path is not None:
                self.found.tables.add(str(path))
                try:
                    table = read_metadata_table(path)
                except TableError as error:
                    log.debug("could not read %s", path, exc_info=True)
                    self.found.failures[str(path)] = f"{error}; what it gave before is kept"
                    table.unreadable = True
            self._tables[folder] = table
        return self._tables[folder]

    def _table_above(self, folder: Path) -> MetadataTable:
        """A table above a folder; what is wrong with one that nobody named is not said."""
        given = [os.path.join(path, "") for path in self.found.given]
        if folder not in self._tables and not os.path.join(folder, "").startswith(tuple(given)):
            try:
                self._tables[folder] = read_metadata_table(folder / METADATA_FILE).without_notes()
            except TableError:
                log.debug("could not read the table in %s", folder, exc_info=True)
                self._tables[folder] = MetadataTable()
        return self._table(folder)

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


def _refusal(path: Path, reason: str) -> str:
    """Why a file that the user named cannot be used."""
    if is_partial_download(path):
        return "a download that is not finished; index it when it is whole"
    if path.suffix.lower() in RECORDING_EXTENSIONS or content_of(path) in _NEVER_SOUND:
        return reason
    known = " ".join(transcript_extensions())
    return f"neither a recording that FFmpeg reads nor a transcript ({known})"
