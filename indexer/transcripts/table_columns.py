"""The columns of a table whose first row does not name them, found by what stands in them.

Spreadsheets and scripts write `0.0,2.5,Anna,Hello there` without a line of headings. Much other
data has numbers and texts, so it counts as a transcript only where times run forward, each end is
that of its row, and most rows hold several words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# As aeneas and others number rows: f000001.
_ID = re.compile(r"[A-Za-z_\-]{0,12}\d{1,9}")
_MIN_ROWS = 2
_MOST_WORDS_OF_NAME = 5
_LONGEST_NAME = 40
_WORDY = 0.5  # of the rows


@dataclass(frozen=True)
class ContentColumns:
    """What stands in which column, by number."""

    start: int
    end: int | None
    name: int | None
    words: int


def columns_by_content(
    rows: Sequence[Sequence[str]], read_time: Callable[[str, float], float | None]
) -> ContentColumns | None:
    """Find out what the columns hold; None where it is no transcript.

    Args:
        rows: Cells; rows with more cells than others have delimiters in their words, at the end.
        read_time: Reads a clock, or a number with the seconds that it counts.
    """
    width = min(map(len, rows), default=0)
    if width < 2 or len(rows) < _MIN_ROWS:
        return None
    even = [(*row[: width - 1], " ".join(row[width - 1 :])) for row in rows]
    columns = list(zip(*even, strict=True))
    times: dict[int, list[float]] = {}
    for number, column in enumerate(columns):
        read = [read_time(cell, 1.0) for cell in column]
        known = [time for time in read if time is not None and time >= 0]
        if len(known) == len(column):
            times[number] = known
    others = [number for number in range(width) if number not in times]
    if not times or not others:
        return None
    words = max(others, key=lambda number: sum(len(cell.split()) for cell in columns[number]))
    wordy = sum(len(cell.split()) >= 2 for cell in columns[words])
    if wordy < _WORDY * len(even):
        return None
    start, end = _start_and_end(times)
    names = [n for n in others if n != words and _are_names(columns[n])]
    if start is None or (end is None and not (names and ":" in columns[start][0])):
        return None
    return ContentColumns(start, end, names[0] if names else None, words)


def _start_and_end(times: dict[int, list[float]]) -> tuple[int | None, int | None]:
    """The first column that runs forward, and the next that is nowhere before it nor the same.

    One that numbers the rows is none of them where others are left.
    """
    forward = [n for n, column in times.items() if all(a <= b for a, b in pairwise(column))]
    for start in forward:
        for end in times:
            pairs = list(zip(times[start], times[end], strict=True))
            after = all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
            if end > start and after and not _is_count(times[start]):
                return start, end
    clocks = [number for number in forward if not _is_count(times[number])]
    return (clocks[0] if clocks else None), None


def _is_count(column: Sequence[float]) -> bool:
    return len(column) > 1 and all(b - a == 1 for a, b in pairwise(column)) and column[0] in (0, 1)


def _are_names(column: Sequence[str]) -> bool:
    """Whether cells are short, and some of them recur or are few; numbered ids are none."""
    given = [cell.strip() for cell in column if cell.strip()]
    if len(set(given)) == len(given) and all(map(_ID.fullmatch, given)):
        return False
    short = all(
        len(cell) <= _LONGEST_NAME and len(cell.split()) <= _MOST_WORDS_OF_NAME for cell in given
    )
    uses = Counter(given)
    return bool(given) and short and (len(given) <= 3 or 3 * len(uses) <= 2 * len(given))
