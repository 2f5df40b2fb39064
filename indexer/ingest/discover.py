"""What there is to index: recordings and transcripts in folders, paired by name."""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.media.decode import EXTENSIONS as RECORDING_EXTENSIONS
from indexer.transcripts.formats import transcript_extensions
from indexer.transcripts.reader import find_transcript, may_be_transcript

log = logging.getLogger(__name__)

METADATA_FILE = "metadata.csv"
METADATA_FIELDS = ("title", "date", "speaker", "label", "language")
SPEAKERS_FIELD = "speakers"
"""Column of names for the labels of a transcript: `SPEAKER_00=Anna; SPEAKER_01=Ben`."""
# Text files that stand beside recordings without being transcripts.
_NOT_TRANSCRIPTS = frozenset(
    ["readme", "source-readme", "license", "licence", "copying", "notice", "changelog"]
)


@dataclass(frozen=True)
class Source:
    """A document to be: a recording, a transcript, or both, and what a table says of it."""

    recording: Path | None
    transcript: Path | None
    metadata: dict[str, str] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The recording, else the transcript."""
        path = self.recording or self.transcript
        assert path is not None
        return path

    @property
    def name(self) -> str:
        """The file stem, by which people name the document."""
        return self.path.stem


@dataclass
class Scan:
    """What a scan found; `failures` maps a path to the reason it cannot be used.

    `tables` are the metadata files that were looked at.
    """

    sources: list[Source] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)


def scan(paths: Iterable[Path], exclude: Path | None = None, language: str = "en") -> Scan:
    """Find the documents in files and folders (folders with everything below them).

    Args:
        paths: what the user named; a file is taken whatever it is called.
        exclude: the library's own folder, which may lie within.
        language: which transcript to take where there are several (NAME.de.vtt, NAME.en.vtt).
    """
    found = Scan()
    seen: set[Path] = set()
    for path in paths:
        path = Path(os.path.abspath(path))
        if os.path.isdir(path):
            before = len(found.sources) + len(found.failures)
            for folder, names in _folders(path, exclude, found):
                _scan_folder(folder, names, language, found, seen)
            if len(found.sources) + len(found.failures) == before:
                found.warnings[str(path)] = (
                    "no recordings or transcripts here; recordings end in "
                    + " ".join(sorted(RECORDING_EXTENSIONS))
                )
        elif os.path.lexists(path):
            _scan_file(path, language, found, seen)
        else:
            found.failures[str(path)] = "there is no such file or folder"
    return found


def _folders(top: Path, exclude: Path | None, found: Scan) -> Iterator[tuple[Path, list[str]]]:
    def unreadable(error: OSError) -> None:
        found.failures[str(error.filename)] = "no permission to read the folder"

    for folder, folders, names in os.walk(top, onerror=unreadable, followlinks=False):
        here = Path(folder)
        folders[:] = sorted(
            f
            for f in folders
            if not f.startswith(".") and here / f != exclude and not _is_library(here / f)
        )
        yield here, sorted(n for n in names if not n.startswith("."))


def _is_library(folder: Path) -> bool:
    return (folder / "catalog.sqlite").is_file() and (folder / "features").is_dir()


def _scan_folder(
    folder: Path, names: list[str], language: str, found: Scan, seen: set[Path]
) -> None:
    metadata = _read_metadata(folder, found) if METADATA_FILE in names else {}
    files = [folder / name for name in names]
    taken: set[Path] = set()
    recordings = [f for f in files if f.suffix.lower() in RECORDING_EXTENSIONS]
    for recording in recordings:
        transcript = find_transcript(recording, files, language)
        if transcript:
            taken.add(transcript)
        _add(found, seen, _source(recording, transcript, metadata.get(recording.stem, {})))
    extensions = transcript_extensions()
    # A second transcript of the same recording (NAME.txt beside NAME.vtt) is no document.
    for file in files:
        if (
            file.suffix.lower() in extensions
            and file not in taken
            and not _recordings_of(file, recordings)
            and _may_be_transcript(file)
        ):
            _add(found, seen, _source(None, file, metadata.get(file.stem, {})))


def _recordings_of(transcript: Path, siblings: Iterable[Path]) -> list[Path]:
    """The recordings beside a transcript that it is one of, also where another is preferred."""
    stems = {transcript.stem, transcript.stem.split(".")[0]}
    return [f for f in siblings if f.suffix.lower() in RECORDING_EXTENSIONS and f.stem in stems]


def _scan_file(path: Path, language: str, found: Scan, seen: set[Path]) -> None:
    try:
        siblings = sorted(path.parent.iterdir())
    except OSError:
        log.debug("could not list %s", path.parent, exc_info=True)
        siblings = []
    metadata = _read_metadata(path.parent, found) if path.parent / METADATA_FILE in siblings else {}
    row = metadata.get(path.stem, {})
    if path.name == METADATA_FILE:
        return  # caught by a pattern such as folder/*; read beside each recording
    if path.suffix.lower() in transcript_extensions():
        for recording in _recordings_of(path, siblings):
            _scan_file(recording, language, found, seen)
        if not _recordings_of(path, siblings):
            _add(found, seen, _source(None, path, row))
    elif path.suffix.lower() in RECORDING_EXTENSIONS:
        _add(found, seen, _source(path, find_transcript(path, siblings, language), row))
    else:
        found.failures[str(path)] = (
            "neither a recording ("
            + " ".join(sorted(RECORDING_EXTENSIONS))
            + ") nor a transcript ("
            + " ".join(transcript_extensions())
            + ")"
        )


def _add(found: Scan, seen: set[Path], source: Source) -> None:
    if source.path in seen:
        return
    seen.add(source.path)
    try:
        str(source.path).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(source.path).decode("utf-8", "replace")
        log.debug("could not encode the name of %s", shown, exc_info=True)
        found.failures[shown] = "the file's name is not UTF-8; rename it"
        return
    found.sources.append(source)


def _may_be_transcript(file: Path) -> bool:
    """Whether a lone text file is likely one: not a licence, not just any JSON."""
    if file.name.lower().split(".")[0] in _NOT_TRANSCRIPTS:
        return False
    return may_be_transcript(file)


def _read_metadata(folder: Path, found: Scan) -> dict[str, dict[str, str]]:
    """The rows of `metadata.csv` by name; a broken table is a failure, the files go on."""
    path = folder / METADATA_FILE
    found.tables.add(str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        log.debug("could not read %s", path, exc_info=True)
        found.failures[str(path)] = f"cannot be read as a table: {error}"
        return {}
    if rows and "name" not in rows[0]:
        found.failures[str(path)] = (
            "needs a header line: name," + ",".join(METADATA_FIELDS) + " (only name is required)"
        )
        return {}
    return {_stem(row["name"] or ""): _fields(row) for row in rows}


def _stem(name: str) -> str:
    """A document's name as people write it in a table: with the extension or without."""
    path = Path(name.strip())
    return path.stem if path.suffix.lower() in RECORDING_EXTENSIONS else name.strip()


def _fields(row: dict[str, str | None]) -> dict[str, str]:
    columns = (*METADATA_FIELDS, SPEAKERS_FIELD)
    values = {key: (row.get(key) or "").strip() for key in columns}
    return {key: value for key, value in values.items() if value}


def _source(recording: Path | None, transcript: Path | None, row: dict[str, str]) -> Source:
    """A source with its row of the table."""
    metadata = {key: value for key, value in row.items() if key != SPEAKERS_FIELD}
    return Source(recording, transcript, metadata, _speakers(row.get(SPEAKERS_FIELD, "")))


def _speakers(column: str) -> dict[str, str]:
    """Names by label, from `SPEAKER_00=Anna; SPEAKER_01=Ben`."""
    pairs = (pair.partition("=") for pair in column.split(";"))
    return {label.strip(): name.strip() for label, _, name in pairs if name.strip()}
