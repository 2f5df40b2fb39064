"""`metadata.csv`: what a table in a folder says of the files there."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from indexer.base.names import folded
from indexer.base.regular_file import read_small
from indexer.ingest.table_rows import NAME_COLUMN, TableError, read_table
from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.transcripts.formats import transcript_extensions

log = logging.getLogger(__name__)

METADATA_FILE = "metadata.csv"
METADATA_FIELDS = ("title", "date", "speaker", "label", "language")
SPEAKERS_FIELD = "speakers"
"""Column of names for the labels of a transcript: `SPEAKER_00=Anna; SPEAKER_01=Ben`."""
URL_FIELD = "url"
"""Column of the pages on the web."""
_NAMED = 3


def document_name(path: Path) -> str:
    """The name of a document of a file: the name without the extension of a known kind."""
    extension = path.suffix.lower()
    is_known = extension in RECORDING_EXTENSIONS or extension in transcript_extensions()
    return path.stem if is_known else path.name


def is_metadata_file(name: str) -> bool:
    """Whether a file is the table of its folder, by its name."""
    return folded(name) == METADATA_FILE


class MetadataTable:
    """The rows of a table, by the names of files as people write them.

    Attributes:
        path: The table, None where there is none.
        rows: Values of the known columns by name; empty where there is no table.
        unreadable: Whether there is a table and nobody can tell what it says.
    """

    def __init__(
        self,
        path: Path | None = None,
        rows: dict[str, dict[str, str]] | None = None,
        notes: Iterable[str] = (),
        below: dict[tuple[str, ...], MetadataTable] | None = None,
    ) -> None:
        self.path = path
        self.rows = rows or {}
        self.unreadable = False
        self._notes = list(notes)
        self._below = below or {}
        self._used: set[str] = set()
        self._by_folded: dict[str, list[str]] = {}
        for name in self.rows:
            self._by_folded.setdefault(folded(name), []).append(name)

    def row(self, name: str) -> dict[str, str]:
        """Return the row of a document; an exact name before one in another form or case."""
        found = self._matching(name)
        if len(found) != 1:
            return {}
        self._used.add(found[0])
        return self.rows[found[0]]

    def row_below(self, folder: Path, name: str) -> dict[str, str]:
        """Return the row of a document in a folder below.

        Args:
            folder: Relative to that of the table.
            name: Of the document.
        """
        table = self._below.get(tuple(map(folded, folder.parts)))
        return table.row(name) if table else {}

    def without_notes(self) -> MetadataTable:
        """Return the table of a folder that nobody asked for: its rows, and nothing to say."""
        return MetadataTable(None if not self._below else self.path, {}, (), self._below)

    def warning_of_folders(self) -> str:
        """Say which rows of files in folders below are of none; empty where all were used."""
        unused = [
            "/".join((*folder, name))
            for folder, table in self._below.items()
            for name in table.rows
            if name not in table._used
        ]
        return f"no file there for the rows {_listed(unused)}" if unused else ""

    def warnings(self, names: Collection[str]) -> list[str]:
        """Say which rows could not be used for the documents of the folder.

        Args:
            names: Of all documents there.
        """
        found = list(self._notes)
        ambiguous: set[str] = set()
        for name in names:
            if len(same := self._matching(name)) > 1 and ambiguous.isdisjoint(same):
                found.append(f"not used for {name}: the rows {' and '.join(same)} both fit")
                ambiguous.update(same)
        unused = [n for n in self.rows if n and n not in self._used and n not in ambiguous]
        if unused:
            found.append(f"no file here for the rows {_listed(unused)}")
        return found

    def _matching(self, name: str) -> list[str]:
        return [name] if name in self.rows else self._by_folded.get(folded(name), [])


def read_metadata_table(path: Path) -> MetadataTable:
    """Read a table.

    Raises:
        TableError: It cannot be read, or has no column of names.
    """
    try:
        table = read_table(read_small(path))
    except OSError as error:
        raise TableError(f"cannot be read as a table: {error.strerror or error}") from error
    fields: dict[tuple[str, ...], dict[str, dict[str, str]]] = {(): {}}
    repeated: dict[str, None] = {}
    elsewhere: dict[str, None] = {}
    nameless = 0
    for row in table.rows:
        written, values = row.get(NAME_COLUMN, ""), _fields(row)
        place = _place(written, path.parent)
        if place is None:
            elsewhere[written] = None
            continue
        folders, file = place
        name = document_name(Path(file))
        here = fields.setdefault(folders, {})
        if name in here and here[name] != values:
            repeated["/".join((*folders, name))] = None
        nameless += bool(values and not name)
        here[name] = values
    notes = list(table.notes)
    if repeated:
        notes.append(f"several rows for {_listed(list(repeated))}: the last one counts")
    if elsewhere:
        notes.append(
            f"rows of other folders, {_listed(list(elsewhere))}, are not used: a table stands in "
            "the folder of its files, or above it"
        )
    if nameless:
        notes.append(f"rows without a name, used for nothing: {nameless}")
    below = {
        folders: MetadataTable(path, rows) for folders, rows in fields.items() if folders != ()
    }
    return MetadataTable(path, fields[()], notes, below)


def split_speakers(row: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the row without its column of speakers, and the names of speakers by label."""
    written = row.get(SPEAKERS_FIELD, "")
    pairs = (pair.partition("=") for pair in written.split(";"))
    speakers = {label.strip(): name.strip() for label, _, name in pairs if name.strip()}
    values = {key: value for key, value in row.items() if key != SPEAKERS_FIELD}
    if written and "=" not in written:  # "Speaker(s)": who speaks, of no labels
        values.setdefault("speaker", written)
    return values, speakers


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _place(written: str, folder: Path) -> tuple[tuple[str, ...], str] | None:
    """The folders below the table, folded, and the name of a file as a row writes it.

    A whole path may be one of another computer, so its folders say nothing; those of a relative
    path lie below the table, unless the table's own folder is called so. None for one that leads
    elsewhere.
    """
    if "://" in written:  # of a feed
        name = unquote(urlsplit(written).path.rpartition("/")[2])
        return ((), name) if name else None
    *folders, name = re.split(r"[/\\]", written)
    folders = [part for part in folders if part != "."]
    is_whole = bool(folders) and (folders[0] == "" or re.fullmatch(r"[A-Za-z]:", folders[0]))
    here = [folded(part) for part in folder.parts[-len(folders) :]]
    below = tuple(folded(part) for part in folders)
    if not folders or is_whole or here == list(below):
        return (), name
    return None if ".." in folders or "" in folders else (below, name)


def _fields(row: dict[str, str]) -> dict[str, str]:
    values = {key: row.get(key, "") for key in (*METADATA_FIELDS, URL_FIELD, SPEAKERS_FIELD)}
    return {key: value for key, value in values.items() if value}
