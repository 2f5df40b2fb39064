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

from indexer.base.dates import iso_date
from indexer.transcripts.encoding import decode
from indexer.transcripts.row_keys import plain_key
from indexer.transcripts.transcript import TranscriptError

NAME_COLUMN = "name"
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\A\s*\"?sep=([,;\t|])\"?[ \t]*\r?\n", re.IGNORECASE)
# What columns are called, the surest name first.
_HEADINGS = {
    NAME_COLUMN: "name filename file recording audiofile filepath path mediafile enclosure"
    " dateiname datei fichier nomdufichier archivo nombrearchivo nombredearchivo nomefile"
    " bestandsnaam bestand nomedoarquivo nomearquivo arquivo plik nazwapliku файл имяфайла"
    " ファイル名 ファイル 文件名 文件 檔名 파일명 파일 audio nom",
    "title": "title titel titre titulo titolo episodetitle tytuł название заголовок"
    " タイトル 标题 標題 제목",
    "date": "date datum fecha data dato datepublished published publicationdate publishdate"
    " pubdate releasedate uploaddate recordingdate daterecorded recorded airdate dateaired"
    " eventdate year jahr annee ano anno дата 日付 日期 날짜",
    "speaker": "speaker speakername presenter lecturer sprecher sprecherin referent intervenant"
    " orateur ponente orador relatore spreker palestrante intervenante oradora"
    " prelegent mówca спикер докладчик лектор 話者 講演者 演讲者 講者 발표자"
    " host hosts author artist guest autor autorin auteur autore",
    "label": "label category genre topic kategorie thema categorie categoria etiqueta etichetta",
    "language": "language lang sprache langue idioma lingua taal język язык 言語 语言 語言 언어",
    "url": "url webpageurl webpage link episodelink episodeurl pageurl lien enlace",
    "speakers": "speakers",
}
_HEAD_WITHIN = 10  # lines
_NAMED = 3
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
    text, delimiter = _delimiter(decoded.text)
    notes = list(decoded.warnings)
    try:
        filled = [line for line in _lines(text, delimiter, notes) if any(c.strip() for c in line)]
    except csv.Error as error:
        raise TableError(f"cannot be read as a table: {error}") from error
    if not filled:
        return TableRows(())
    head = _head(filled)
    if head:
        notes.append(f"above its headings: {' '.join(filled[0]).strip()[:40]} is left out")
    filled = filled[head:]
    columns = _columns(filled[0])
    if NAME_COLUMN not in columns:
        known = ",".join(key for key in _HEADINGS if key not in (NAME_COLUMN, "speakers"))
        raise TableError(f"needs a header line: name,{known} (only name is required)")
    rows, surplus = [], []
    for line in filled[1:]:
        if len(fitted := _fitted(line, filled[0], columns)) > len(filled[0]):
            surplus.append(line[columns[NAME_COLUMN]].strip())
            continue
        cells = {key: fitted[at] for key, at in columns.items() if at < len(fitted)}
        rows.append({key: _value(key, cell) for key, cell in cells.items()})
    if surplus:
        notes.append(
            f"rows with more cells than there are headings, used for nothing: "
            f"{', '.join(surplus[:_NAMED])}; put quotation marks around what holds '{delimiter}'"
        )
    return TableRows(tuple(rows), (*notes, *_misspelt(filled[0], columns)))


def _value(column: str, cell: str) -> str:
    """Return what a cell says, on one line; names of files may hold several spaces in a row."""
    return cell.strip() if column in (NAME_COLUMN, "speakers") else " ".join(cell.split())


def _lines(text: str, delimiter: str, notes: list[str]) -> list[list[str]]:
    """The cells of each row; of a table with a quotation mark too many, a row a line."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not any("\n" in cell for line in lines for cell in line):
        return lines
    notes.append("its quotation marks are not paired: a row ends with its line")
    by_line = [next(csv.reader([line], delimiter=delimiter), []) for line in text.split("\n")]
    return [[cell.strip('"') for cell in line] for line in by_line]


def _head(lines: Sequence[Sequence[str]]) -> int:
    """The number of the line of headings: the first, or one below a title or a remark."""
    if NAME_COLUMN in _columns(lines[0]):
        return 0
    below = range(1, min(_HEAD_WITHIN, len(lines)))
    known = (
        number
        for number in below
        if len(found := _columns(lines[number])) >= 2 and NAME_COLUMN in found
    )
    return next(known, 0)


def _fitted(line: list[str], head: Sequence[str], columns: dict[str, int]) -> list[str]:
    """A row with as many cells as there are headings.

    What a title was cut into is put together where the date behind it then is one; a row with more
    cells stays as it is.
    """
    while len(line) > len(head) and not line[-1].strip():
        line = line[:-1]
    surplus = len(line) - len(head)
    title, date = columns.get("title"), columns.get("date")
    if surplus <= 0 or title is None or date is None or date < title:
        return line
    joined = [
        *line[:title],
        ",".join(line[title : title + surplus + 1]),
        *line[title + surplus + 1 :],
    ]
    return joined if iso_date(joined[date]) else line


def _delimiter(text: str) -> tuple[str, str]:
    """The text without Excel's line `sep=;`, and the mark that finds most columns in its head."""
    if said := _SEPARATOR_LINE.match(text):
        return text[said.end() :], said[1]
    heads = [line for line in text[:100_000].split("\n") if line.strip()][:_HEAD_WITHIN]

    def known(mark: str) -> int:
        return max((_known(head, mark) for head in heads), default=0)

    return text, max(_DELIMITERS, key=known)


def _known(head: str, delimiter: str) -> int:
    return len(_columns(next(csv.reader([head], delimiter=delimiter), [])))


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """The number of each column that is known, by what it holds."""
    plain = [_plain(heading) for heading in headings]
    found = {}
    for key, names in _HEADINGS.items():
        at = next((plain.index(n) for n in map(_plain, names.split()) if n in plain), None)
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
