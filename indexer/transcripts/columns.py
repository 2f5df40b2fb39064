"""Text in columns: rows of a Markdown table, or parts divided by tabs or by several spaces.

Zoom, editors and spreadsheets write `time, speaker, words` in any order. Nothing names the
columns reliably, so what stands in them decides: clocks, names that recur, and words. Rows become
the lines that other text has, `[0:05 --> 0:09] [Anna] words`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_CLOCK = re.compile(
    r"[\[(]?(?:(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3}|[:;]\d{2})?|\d{1,6}\.\d{1,3})\s?s?[\])]?"
)
_NUMBER = re.compile(r"#?\d{1,6}[.)]?")
_NAME = re.compile(r"[^\W\d_][^\t|:]{0,38}[^\t|:.?!,]:?|[^\W\d_]:?")
_RULE = re.compile(r"[\s|:\-]*-[\s|:\-]*")
_BOLD = re.compile(r"\A(?:\*\*|__)(.*?)(?:\*\*|__)\Z")
# Of the lines with words; a title and a date may stand above.
_MIN_SHARE = 0.8
_MIN_ROWS = 2
_MOST = 5
_MOST_WORDS_OF_NAME = 5
_SPLITTERS: tuple[Callable[[str, int], list[str]], ...] = (
    lambda line, most: line.strip().split("\t", most - 1),
    lambda line, most: re.split(r"\s*\t\s*|\s{2,}", line.strip(), maxsplit=most - 1),
)


@dataclass(frozen=True)
class _Columns:
    """Which column holds what, by number; `clocks` are one or two."""

    clocks: tuple[int, ...]
    name: int | None
    words: int


def columns_as_lines(lines: Sequence[str]) -> list[str] | None:
    """Write the rows of text in columns as lines of text; None for other text.

    A line of headings becomes empty; what is no row stays as it is.
    """
    rows = {i: _cells(line) for i, line in enumerate(lines) if line.lstrip().startswith("|")}
    if len(rows) >= _MIN_ROWS:
        return _written(lines, rows, any_order=True)
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for split in _SPLITTERS:
        for count in range(_MOST, 1, -1):
            rows = {i: cells for i in filled if len(cells := split(lines[i], count)) == count}
            if len(rows) >= max(_MIN_ROWS, _MIN_SHARE * len(filled)):
                written = _written(lines, rows, any_order=False)
                if written is not None:
                    return written
    return None


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _written(lines: Sequence[str], rows: dict[int, list[str]], any_order: bool) -> list[str] | None:
    width = Counter(map(len, rows.values())).most_common(1)[0][0]
    even = {i: _plain(cells) for i, cells in rows.items() if len(cells) == width}
    rules = {i for i, cells in even.items() if all(map(_RULE.fullmatch, cells))}
    body = {i: cells for i, cells in even.items() if i not in rules}
    head = min(body, default=-1)
    columns = _columns(list(body.values()), any_order)
    if columns is None or _is_head(body[head], columns, rules):
        # Headings are of another kind than what stands below them.
        below = {i: cells for i, cells in body.items() if i != head}
        columns = _columns(list(below.values()), any_order)
        if columns is None or not _is_head(body[head], columns, rules):
            return None
        body, rules = below, rules | {head}
    if len(body) + len(rules) < len(rows) or len(body) < _MIN_ROWS:
        return None
    written = list(lines)
    for i in rules:
        written[i] = ""
    for i, cells in body.items():
        written[i] = _line(cells, columns)
    return written


def _plain(cells: Sequence[str]) -> list[str]:
    return [_BOLD.sub(r"\1", cell.strip()).strip() for cell in cells]


def _columns(rows: Sequence[Sequence[str]], any_order: bool) -> _Columns | None:
    """Find out what the columns hold; None where one of them holds anything else."""
    if len(rows) < _MIN_ROWS:
        return None
    columns = list(zip(*rows, strict=True))
    counts = [sum(len(cell.split()) for cell in column) for column in columns]
    words = counts.index(max(counts)) if any_order else len(columns) - 1
    others = [i for i in range(len(columns)) if i != words]
    clocks = [i for i in others if all(map(_CLOCK.fullmatch, columns[i]))]
    names = [i for i in others if i not in clocks and _are_names(columns[i], bool(clocks))]
    numbers = [i for i in others if i not in clocks + names and _count(columns[i])]
    if len(clocks) + len(names) + len(numbers) < len(others):
        return None
    if len(clocks) > 2 or len(names) > 1 or not clocks + names:
        return None
    return _Columns(tuple(clocks), names[0] if names else None, words)


def _are_names(cells: Sequence[str], beside_clocks: bool) -> bool:
    """Whether cells are names that recur; beside clocks each may speak once, or go on unnamed."""
    given = [cell for cell in cells if cell or not beside_clocks]
    if not given or not all(map(_NAME.fullmatch, given)):
        return False
    uses = Counter(given)
    if any(len(name.split()) > _MOST_WORDS_OF_NAME for name in uses):
        return False
    if beside_clocks and all(name[0].isupper() for name in uses) and len(uses) <= 20:
        return True
    recurring = sum(n for n in uses.values() if n >= 2)
    return len(uses) >= (1 if beside_clocks else 2) and recurring >= 0.8 * len(given)


def _count(cells: Sequence[str]) -> bool:
    """Whether cells number the rows."""
    if not all(map(_NUMBER.fullmatch, cells)):
        return False
    numbers = [int(re.sub(r"\D", "", cell)) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_head(cells: Sequence[str], columns: _Columns, rules: set[int]) -> bool:
    """Whether a row names the columns: it has no clock where all others do, or has a rule below."""
    if columns.clocks:
        return not any(_CLOCK.fullmatch(cells[i]) for i in columns.clocks)
    return bool(rules) or all(len(cell.split()) == 1 for cell in cells)


def _line(cells: Sequence[str], columns: _Columns) -> str:
    clocks = [cells[i].strip("[]()") for i in columns.clocks]
    clock = f"[{' --> '.join(clocks)}] " if clocks else ""
    if len(clocks) == 1 and ":" not in clocks[0]:
        clock = f"[{clocks[0].rstrip('s ')}s] "
    name = cells[columns.name].rstrip(": ") if columns.name is not None else ""
    return clock + (f"[{name}] " if name else "") + cells[columns.words]
