"""The rows of a table as spreadsheets save it: its encoding, what parts its cells, its columns.

Excel writes semicolons where the decimal mark is a comma, the encoding of the country under "CSV",
a mark and UTF-8 under "CSV UTF-8", and UTF-16 with tabs under "Unicode Text". People translate the
headings, too.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.transcripts.encoding import decode
from indexer.transcripts.row_keys import plain_key
from indexer.transcripts.transcript import TranscriptError

NAME_COLUMN = "name"
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\A\s*\"?sep=([,;\t|])\"?[ \t]*\r?\n", re.IGNORECASE)
# What columns are called, the surest name first.
_HEADINGS = {
    NAME_COLUMN: "name filename file recording audiofile dateiname datei fichier nomdufichier"
    " archivo nombrearchivo nombredearchivo nomefile bestandsnaam bestand",
    "title": "title titel titre titulo titolo episodetitle",
    "date": "date datum fecha data dato datepublished published publicationdate publishdate"
    " pubdate releasedate uploaddate recordingdate daterecorded recorded",
    "speaker": "speaker speakername presenter lecturer sprecher sprecherin referent intervenant"
    " orateur ponente orador relatore spreker",
    "label": "label category topic kategorie thema categorie categoria etiqueta etichetta",
    "language": "language lang sprache langue idioma lingua taal",
    "url": "url webpageurl webpage link episodelink episodeurl pageurl lien enlace",
    "speakers": "speakers",
}
_LIKE = 0.75  # of the letters: Speakr, Langauge


class TableError(ValueError):
    """A table that cannot be read: what is wrong with it."""


@dataclass(frozen=True)
class TableRows:
    """What a table says.

    Attributes:
        rows: Values by known column, stripped; a row without any value is left out.
        notes: What the user should know of the table as a whole.
    """

    rows: tuple[dict[str, str], ...]
    notes: tuple[str, ...] = ()


def read_table(data: bytes) -> TableRows:
    """Read a table with a line of headings.

    Args:
        data: The whole file.

    Raises:
        TableError: It is no text, or none of its columns holds names of files.
    """
    try:
        decoded = decode(data, "en")
    except TranscriptError as error:
        raise TableError("cannot be read as a table: it is no text; save it as CSV") from error
    try:
        text, delimiter = _delimiter(decoded.text)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise TableError(f"cannot be read as a table: {error}") from error
    filled = [line for line in lines if any(cell.strip() for cell in line)]
    if not filled:
        return TableRows(())
    columns = _columns(filled[0])
    if NAME_COLUMN not in columns:
        known = ",".join(key for key in _HEADINGS if key not in (NAME_COLUMN, "speakers"))
        raise TableError(f"needs a header line: name,{known} (only name is required)")
    rows = tuple(
        {key: line[at].strip() for key, at in columns.items() if at < len(line)}
        for line in filled[1:]
    )
    return TableRows(rows, (*decoded.warnings, *_misspelt(filled[0], columns)))


def _delimiter(text: str) -> tuple[str, str]:
    """The text without Excel's line `sep=;`, and the mark that finds most columns in its head."""
    if said := _SEPARATOR_LINE.match(text):
        return text[said.end() :], said[1]
    head = text.lstrip().split("\n", 1)[0]
    return text, max(_DELIMITERS, key=lambda mark: _known(head, mark))


def _known(head: str, delimiter: str) -> int:
    return len(_columns(next(csv.reader([head], delimiter=delimiter), [])))


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """The number of each column that is known, by what it holds."""
    plain = [_plain(heading) for heading in headings]
    found = {}
    for key, names in _HEADINGS.items():
        at = next((plain.index(name) for name in names.split() if name in plain), None)
        if at is not None:
            found[key] = at
    return found


def _misspelt(headings: Sequence[str], columns: dict[str, int]) -> list[str]:
    """Say which columns are not used, but are called nearly like one that is missing."""
    missing = [key for key in _HEADINGS if key not in columns]
    notes = []
    for at, heading in enumerate(headings):
        like = difflib.get_close_matches(_plain(heading), missing, 1, _LIKE)
        if like and at not in columns.values():
            notes.append(f"the column '{heading.strip()}' is not used; {like[0]} is the known name")
    return notes


def _plain(heading: str) -> str:
    letters = unicodedata.normalize("NFKD", heading)
    return plain_key("".join(c for c in letters if not unicodedata.combining(c)))
