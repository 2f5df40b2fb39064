"""What there is to index behind an address: recordings, their transcripts and tables, by name.

Nothing but tables is fetched here, so files are what their names say.
"""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from indexer.base.errors import HilbertError
from indexer.base.languages import language_code
from indexer.base.names import folded
from indexer.base.remote_path import RemotePath
from indexer.ingest.chapter_files import without_chapters
from indexer.ingest.discover import Scan
from indexer.ingest.expected_names import VOCABULARY_FILE
from indexer.ingest.folders import Listing, list_file
from indexer.ingest.metadata_table import (
    MetadataTable,
    document_name,
    read_metadata_table,
    split_speakers,
)
from indexer.ingest.remote_files import RemoteFile, fetch, list_remote
from indexer.ingest.source import Source
from indexer.ingest.table_rows import TableError
from indexer.media.chapters import INFO, find_chapters, is_chapter_file
from indexer.transcripts.pairing import RecordingNames, choose, transcripts_by_recording

log = logging.getLogger(__name__)

_NOTES = "a downloader's notes: read beside recordings on this machine alone; use metadata.csv"
_EMPTY = "nothing lies there; is the address right?"


def scan_remote(place: RemotePath, found: Scan, language: str) -> None:
    """Add the documents of a remote file or folder to a scan.

    Args:
        place: What the user named.
        found: What was found elsewhere.
        language: ISO 639 code of what is spoken where no table says it.
    """
    try:
        files = list_remote(place)
    except HilbertError as error:
        log.debug("could not list %s", place, exc_info=True)
        found.remote.unreachable[str(place)] = str(error)
        found.failures[str(place)] = str(error)
        return
    if not files:
        found.remote.unreachable[str(place)] = found.failures[str(place)] = _EMPTY
        return
    found.remote.files.update({str(file.path): file for file in files})
    found.remote.listed.add(str(place))
    companions = _companions(files)
    for listing in _listings(files):
        _take(listing, companions[listing.folder], found, language)


def _companions(files: Iterable[RemoteFile]) -> Mapping[Path, Sequence[Path]]:
    """Files by their folder that are read with recordings, where these have their names.

    Not the notes of a downloader: those of each recording would be fetched in each run.
    """
    found: dict[Path, list[Path]] = defaultdict(list)
    for path in (file.path for file in files):
        name = folded(path.name)
        if name == VOCABULARY_FILE or (is_chapter_file(path) and not name.endswith(INFO)):
            found[path.parent].append(path)
    return found


def _listings(files: Iterable[RemoteFile]) -> list[Listing]:
    """The files of each folder, by what their names say they are."""
    listings: dict[Path, Listing] = {}
    for file in files:
        folder = file.path.parent
        if any(part.startswith(".") for part in file.path.parts):
            continue
        listing = listings.setdefault(folder, Listing(folder))
        if folded(file.path.name).endswith(INFO):
            listing.others[file.path] = _NOTES
        elif folded(file.path.name) != VOCABULARY_FILE:
            list_file(listing, file.path, look_inside=False)
    return [without_chapters(listing) for listing in listings.values()]


def _take(listing: Listing, companions: Sequence[Path], found: Scan, language: str) -> None:
    table = _table(listing, found)
    names = RecordingNames(listing.recordings)
    of_recording = defaultdict(list, transcripts_by_recording(listing.transcripts, names))
    used: set[Path] = set()
    for recording in listing.recordings:
        row = table.row(document_name(recording))
        metadata, speakers = split_speakers(row)
        best, tag = None, None
        if candidates := of_recording[recording]:
            spoken = language_code(metadata.get("language")) or language
            choice = choose(candidates, spoken)
            best, tag = choice.best.path, choice.best.tags.language
            used |= {best, *choice.rejected}
            found.warnings.update({str(other): why for other, why in choice.rejected.items()})
        given_by = table.path if row else None
        chapters = find_chapters(recording, companions)
        expected = (path for path in companions if not is_chapter_file(path))
        beside = (*([chapters] if chapters else []), *expected)
        found.sources.append(
            Source(recording, best, metadata, speakers, tag, given_by, table.unreadable, beside)
        )
    for transcript in listing.transcripts:
        if transcript not in used:
            found.passed_over[str(transcript)] = "a remote transcript of no recording there"
    found.passed_over.update({str(path): why for path, why in listing.others.items()})
    if warnings := table.warnings([document_name(path) for path in listing.recordings]):
        found.warnings[str(listing.table)] = "; ".join(warnings)


def _table(listing: Listing, found: Scan) -> MetadataTable:
    """The table of a folder; a broken one is a failure, the files go on without it."""
    path = listing.table
    if not isinstance(path, RemotePath):
        return MetadataTable(None)
    found.tables.add(str(path))
    table = MetadataTable(path)
    try:
        with tempfile.TemporaryDirectory(prefix="hilbert-") as folder:
            copy = Path(folder) / path.name
            fetch(path, copy)
            table = read_metadata_table(copy)
    except (HilbertError, TableError) as error:
        log.debug("could not read %s", path, exc_info=True)
        found.failures[str(path)] = f"{error}; what it gave before is kept"
        table.unreadable = True
    table.path = path
    return table
