"""Paragraphs and columns on standard output, without rich: its import outlasts a short verb."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import click

from indexer.commands.terminal import console, printable

_STYLES: dict[str, dict[str, Any]] = {
    "bold": {"bold": True},
    "cyan": {"fg": "cyan"},
    "dim": {"dim": True},
}
# Combining marks and format characters, which take no cell.
_NO_CELL = frozenset({"Mn", "Me", "Cf"})
_COLUMN_GAP = "  "


def styled(text: str, style: str) -> str:
    """Return a text, control characters escaped, in a style where standard output shows colours.

    Args:
        text: The text.
        style: `bold`, `cyan` or `dim`.
    """
    text = printable(text)
    return click.style(text, **_STYLES[style]) if text and _shows_colours() else text


def print_line_of(*parts: str) -> None:
    """Print parts, control characters escaped before they were styled, as one line."""
    click.echo("".join(parts), file=sys.stdout)


def print_paragraph(text: str, style: str = "", indent: int = 0) -> None:
    """Print running text on one line; on a terminal it is wrapped between words.

    Args:
        text: The text; control characters are escaped.
        style: As of `styled`, or none.
        indent: Cells to the left of it.
    """
    text = printable(" ".join(text.split()))
    lines = [text]
    if sys.stdout.isatty():
        lines = list(_wrapped(text, max(1, shutil.get_terminal_size().columns - indent)))
    for line in lines:
        print_line_of(" " * indent, styled(line, style) if style else line)


def print_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; on a terminal too narrow for it all columns but the first are folded.

    Args:
        header: Names of the columns.
        rows: Cells, as many as there are columns; control characters are escaped.
    """
    table = [list(header), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_count, column)) for column in zip(*table, strict=True)]
    whole = sum(widths) + len(_COLUMN_GAP) * (len(widths) - 1)
    if sys.stdout.isatty() and whole > shutil.get_terminal_size().columns:
        _print_folded(table)
        return
    for number, row in enumerate(table):
        cells = (
            cell + " " * (width - cell_count(cell)) for cell, width in zip(row, widths, strict=True)
        )
        line = _COLUMN_GAP.join(cells).rstrip()
        print_line_of(line if number else styled(line, "bold"))


def cell_count(text: str) -> int:
    """Return how many cells of a terminal a text takes: wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in _NO_CELL:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Break a text between words; a word that is longer than a line is broken where it must."""
    line, used = "", 0
    for word in text.split(" "):
        count = cell_count(word)
        if line and used + 1 + count <= width:
            line, used = f"{line} {word}", used + 1 + count
            continue
        if line:
            yield line
        while count > width and len(word) > 1:
            size = _fitting(word, width)
            yield word[:size]
            word = word[size:]
            count = cell_count(word)
        line, used = word, count
    yield line


def _fitting(word: str, width: int) -> int:
    """Return how many characters, one at least, fit a width."""
    used = 0
    for size, character in enumerate(word):
        used += _cells_of(character)
        if used > width:
            return max(1, size)
    return len(word)


def _print_folded(table: list[list[str]]) -> None:
    from rich.table import Table

    header, *rows = table
    folded = Table(box=None, pad_edge=False)
    for number, name in enumerate(header):
        # The first is a name to be copied.
        folded.add_column(name, no_wrap=number == 0, overflow="ellipsis" if not number else "fold")
    for row in rows:
        folded.add_row(*row)
    console().print(folded)


def _shows_colours() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown")
    return sys.stdout.isatty() and not plain
