"""Times, speakers and sounds of segments as arrays of `lexical.sqlite`, beside its postings.

Read as rows, 1,000,000 segments take seconds and hundreds of megabytes at every start; as arrays,
milliseconds and 24 bytes each. Files that were written before they were stored lack them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.coded_column import CodedColumn

_TIMES = ("starts", "ends")
_TEXTS = ("speakers", "sounds")
# What they are called in the table `segments`.
_COLUMNS = {"starts": "start", "ends": '"end"', "speakers": "speakers", "sounds": "sounds"}


@dataclass(frozen=True)
class SegmentArrays:
    """The segments of a file, or of several, by document id and in order.

    Attributes:
        starts: `[n]`, seconds; NaN where nothing is timed.
        ends: See `starts`.
        speakers: `[n]`, names of the speakers, one a line.
        sounds: `[n]`, labels of the sounds that are noted, one a line.
    """

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    speakers: CodedColumn
    sounds: CodedColumn


def write_segment_arrays(db: sqlite3.Connection) -> None:
    """Store the arrays of the segments that are there in `row_arrays`, within a transaction."""
    arrays = _from_rows(db)
    for name in _TIMES:
        _put(db, name, getattr(arrays, name).tobytes())
    for name in _TEXTS:
        column: CodedColumn = getattr(arrays, name)
        _put(db, name, column.codes.tobytes())
        _put(db, _values(name), json.dumps(column.values).encode())


def read_segment_arrays(db: sqlite3.Connection) -> SegmentArrays:
    """Read the arrays of a file, from its rows where it was written without arrays."""
    names = (*_TIMES, *_TEXTS, *map(_values, _TEXTS))
    marks = ",".join("?" * len(names))
    rows = db.execute(f"SELECT name, data FROM row_arrays WHERE name IN ({marks})", names)
    stored: dict[str, bytes] = dict(map(tuple, rows))
    if len(stored) < len(names):
        return _from_rows(db)
    starts, ends = (np.frombuffer(stored[name], np.float64) for name in _TIMES)
    speakers, sounds = (
        CodedColumn(json.loads(stored[_values(name)]), np.frombuffer(stored[name], np.int32))
        for name in _TEXTS
    )
    return SegmentArrays(starts, ends, speakers, sounds)


def join_arrays(
    parts: Sequence[SegmentArrays], rows: Sequence[NDArray[np.int64]], n: int
) -> SegmentArrays:
    """Join the arrays of several files.

    Args:
        parts: One a file.
        rows: For each the rows that its segments get, -1 for those that are left out.
        n: How many rows there are; each is of one file.
    """
    times = {name: np.full(n, np.nan) for name in _TIMES}
    codes = {name: np.zeros(n, np.int32) for name in _TEXTS}
    numbers: dict[str, dict[str, int]] = {name: {} for name in _TEXTS}
    for part, of_part in zip(parts, rows, strict=True):
        kept = of_part >= 0
        places = of_part[kept]
        for name in _TIMES:
            times[name][places] = getattr(part, name)[kept]
        for name in _TEXTS:
            column: CodedColumn = getattr(part, name)
            codes[name][places] = _renumbered(column.values, column.codes[kept], numbers[name])
    speakers, sounds = (CodedColumn(list(numbers[name]), codes[name]) for name in _TEXTS)
    return SegmentArrays(times["starts"], times["ends"], speakers, sounds)


def _renumbered(
    values: Sequence[str], codes: NDArray[np.int32], numbers: dict[str, int]
) -> NDArray[np.int32]:
    """Return the codes that values have by `numbers`, which new ones that are used are put into."""
    used = np.bincount(codes, minlength=len(values)) > 0
    new = np.zeros(len(values), np.int32)
    for code in np.flatnonzero(used).tolist():
        new[code] = numbers.setdefault(values[code], len(numbers))
    return new[codes]


def _from_rows(db: sqlite3.Connection) -> SegmentArrays:
    known = {row[1] for row in db.execute("PRAGMA table_info(segments)")}
    columns = dict(_COLUMNS)
    if "sounds" not in known:  # a file of the first release
        columns["sounds"] = "''"
    starts, ends = (
        np.fromiter((np.nan if t is None else t for t in _column(db, columns[name])), np.float64)
        for name in _TIMES
    )
    speakers, sounds = (CodedColumn.of(_column(db, columns[name])) for name in _TEXTS)
    return SegmentArrays(starts, ends, speakers, sounds)


def _column(db: sqlite3.Connection, expression: str) -> Iterator[Any]:
    """Yield a column of all segments, by document id and in order."""
    rows = db.execute(f"SELECT {expression} FROM segments ORDER BY document, ordinal")
    return (row[0] for row in rows)


def _put(db: sqlite3.Connection, name: str, data: bytes) -> None:
    db.execute("INSERT INTO row_arrays VALUES (?, ?)", [name, data])


def _values(name: str) -> str:
    """Return the name under which the distinct texts of a column are stored, as JSON."""
    return f"{name}.values"
