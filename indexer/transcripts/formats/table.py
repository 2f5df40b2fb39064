"""Tables: `.tsv` of Whisper, `.csv` of whisper.cpp, Premiere, Sonix and other editors.

The first row names the columns: when words start, they themselves, and when they end, how long
they last or who says them. Where it names none, what stands in the columns tells. Sources:
https://github.com/openai/whisper/blob/main/whisper/utils.py (`WriteTSV`) and
https://github.com/ggml-org/whisper.cpp/blob/master/examples/cli/cli.cpp (`output_csv`), both in
milliseconds; quotation marks as in RFC 4180.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.durations import spoken_seconds
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import closed, seconds, speaker
from indexer.transcripts.notes import Notes
from indexer.transcripts.row_keys import ENDS, LENGTHS, NAMES, STARTS, WORDS, find_key, unit_of
from indexer.transcripts.table_columns import columns_by_content
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_EXTENSIONS = (".tsv", ".csv")
_DELIMITERS = "\t;,|"
# Also as people translate them: German, French, Spanish, Italian, Portuguese, Dutch.
_STARTS = (
    f"{STARTS} in timein tcin timecode recordin anfang beginn startzeit zeit von début"
    " debut inicio início comienzo inizio begintijd tempo tiempo temps"
)
_ENDS = f"{ENDS} out timeout tcout recordout ende endzeit bis fin fim fine einde eindtijd"
_WORDS = (
    f"{WORDS} words subtitle dialogue annotation inhalt transkript äußerung untertitel texte"
    " texto testo tekst paroles transcripción trascrizione transcrição"
)
_NAMES = (
    f"{NAMES} who participant sprecher sprecherin person locuteur intervenant hablante orador"
    " interlocutor parlante relatore spreker"
)
# Of Excel: which mark parts the columns.
_SEPARATOR_LINE = re.compile(r"\A\s*\"?sep=.\"?[ \t]*\n", re.IGNORECASE)
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
_DECIMAL_COMMA = re.compile(r"\s*-?\d+,\d+\s*")
_MILLISECOND = 0.001
_WIDE = 4  # columns
_LOOKED_AT = 1000  # rows
# Any table: some have no headings.
_MARKERS = (b",", b"\t", b";", b"|")


@dataclass(frozen=True)
class _Columns:
    """What stands in which column, by number."""

    delimiter: str
    names: tuple[str, ...]
    start: int
    words: int
    end: int | None
    length: int | None
    speaker: int | None


def sniff(text: str, extension: str) -> bool:
    """Recognise a table by the names of its columns; of running text, by all that Whisper has."""
    body = _without_separator_line(text).lstrip()
    columns = _columns(body.split("\n", 1)[0])
    if columns is None:
        found = _unnamed(body)
        return found is not None and (extension in _EXTENSIONS or _is_export(body, found))
    # In text, bars are those of a table of Markdown.
    return extension in _EXTENSIONS or (columns.end is not None and columns.delimiter != "|")


def _is_export(body: str, columns: _Columns) -> bool:
    """Whether a text is a table of an editor such as ELAN: two times, and more than lines have."""
    cells = body.split("\n", 1)[0].split("\t")
    if columns.delimiter != "\t" or columns.end is None or len(cells) < _WIDE:
        return False
    return len(cells) > _WIDE or ":" not in cells[columns.start]


def parse(text: str, extension: str = ".tsv", language: str = "en") -> Transcript:
    """Read the rows.

    Times are clocks or numbers. Whole numbers are milliseconds or seconds, whichever fits better
    what is said, unless the name of the column says which.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; rows are cues as they stand.

    Raises:
        TranscriptError: A column is missing, or there are no words.
    """
    whole = _without_separator_line(text).strip("\n")
    header, _, body = whole.partition("\n")
    columns = _columns(header)
    if columns is None and (columns := _unnamed(whole)):
        body = whole
    if columns is None:
        raise TranscriptError(
            "line 1: it does not name the columns start, end and text; it is no transcript"
        )
    notes = Notes()
    rows = []
    for number, cells in enumerate(_rows(body, columns.delimiter, notes), start=1):
        row = _fitted(cells, columns)
        if row is None:
            notes.add("a column is missing, so it is left out", f"row {number}")
        else:
            rows.append(row)
    return timed_transcript(closed(_cues(rows, columns)), "table", None, notes)


def _without_separator_line(text: str) -> str:
    return _SEPARATOR_LINE.sub("", text)


def _columns(header: str) -> _Columns | None:
    """Read the names of the columns; None where they name no times or no words."""
    for delimiter in _DELIMITERS:
        if delimiter not in header:
            continue
        names = tuple(_unquoted(name) for name in header.split(delimiter))
        start, words = find_key(names, _STARTS), find_key(names, _WORDS)
        end, length = find_key(names, _ENDS), find_key(names, LENGTHS)
        who = find_key(names, _NAMES)
        if start is None or words is None or (end, length, who) == (None, None, None):
            continue
        return _Columns(delimiter, names, start, words, end, length, who)
    return None


def _unnamed(body: str) -> _Columns | None:
    """Find the columns of a table without headings by what stands in them; None for other data."""
    for delimiter in _DELIMITERS:
        if delimiter not in body.split("\n", 1)[0]:
            continue
        rows = list(_rows("\n".join(body.split("\n")[:_LOOKED_AT]), delimiter, Notes()))
        found = columns_by_content(rows, _time)
        if found:
            names = ("",) * min(map(len, rows))
            return _Columns(delimiter, names, found.start, found.words, found.end, None, found.name)
    return None


def _rows(body: str, delimiter: str, notes: Notes) -> Iterator[list[str]]:
    """The cells of each row that has any."""
    lines = body.split("\n")
    if delimiter == "\t":  # Whisper quotes nothing, and writes what is said in quotation marks
        parsed = [[_unquoted(cell) for cell in line.split("\t")] for line in lines]
    else:
        try:
            ended = (f"{line}\n" for line in lines)  # a quoted cell may hold line ends
            parsed = list(csv.reader(ended, delimiter=delimiter, strict=True))
        except csv.Error:
            notes.add("its quotation marks are not paired: a row ends with its line")
            parsed = [[_unquoted(cell) for cell in line.split(delimiter)] for line in lines]
    return (row for row in parsed if any(cell.strip() for cell in row))


def _unquoted(cell: str) -> str:
    match = _QUOTED.fullmatch(cell)
    return match[1].replace('""', '"') if match else cell


def _fitted(cells: list[str], columns: _Columns) -> list[str] | None:
    """A row with as many cells as there are columns; delimiters that are too many are words."""
    surplus = len(cells) - len(columns.names)
    if surplus < 0:
        return None
    at = columns.words
    words = columns.delimiter.join(cells[at : at + surplus + 1])
    if words.startswith(' "'):  # whisper.cpp puts a space before the quotation mark
        words = _unquoted(words)
    return [*cells[:at], words, *cells[at + surplus + 1 :]]


def _cues(rows: Sequence[Sequence[str]], columns: _Columns) -> Iterator[Cue]:
    timed = [i for i in (columns.start, columns.end, columns.length) if i is not None]
    scale = _scale(rows, columns, timed)
    for row in rows:
        times = {
            i: _time(row[i], unit if (unit := _unit(columns, i)) is not None else scale)
            for i in timed
        }
        start, end = times[columns.start], None
        if columns.end is not None:
            end = times[columns.end]
        elif columns.length is not None and start is not None:
            length = times[columns.length]
            end = None if length is None else start + length
        name = speaker(row[columns.speaker]) if columns.speaker is not None else None
        yield Cue(row[columns.words], start, end, name)


def _unit(columns: _Columns, number: int) -> float | None:
    names = f"{_STARTS} {_ENDS} {LENGTHS}"
    return unit_of(columns.names[number], names)


def _scale(rows: Sequence[Sequence[str]], columns: _Columns, timed: Sequence[int]) -> float:
    """What a number without a unit is in seconds."""
    cells = [row[i] for row in rows for i in timed]
    if any("." in cell or _DECIMAL_COMMA.fullmatch(cell) for cell in cells if ":" not in cell):
        return 1.0
    starts = [time for row in rows if (time := _time(row[columns.start], 1.0)) is not None]
    ends = [time for row in rows for i in timed if (time := _time(row[i], 1.0)) is not None]
    span = max(ends, default=0.0) - min(starts, default=0.0)
    said = sum(spoken_seconds(row[columns.words]) for row in rows)
    if span <= 0 or said <= 0:
        return _MILLISECOND
    return min((_MILLISECOND, 1.0), key=lambda scale: abs(math.log(span * scale / said)))


def _time(cell: str, scale: float) -> float | None:
    if ":" in cell:
        return read_caption_clock(cell.strip())
    if _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    return seconds(cell, scale)


TRANSCRIPT_FORMATS.add(
    "table",
    TranscriptFormat(_EXTENSIONS, True, sniff, parse, _MARKERS),
    order=23,
)
