"""The terminal: lines that any terminal can show, tables, progress bars."""

from __future__ import annotations

import re
import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

# Of a table that goes to a file or a pipe, where nothing may be wrapped.
_NO_WRAP = 100_000
# Control characters (C0, C1), line separators, marks that turn the direction of writing, and the
# lone surrogates that stand for undecodable bytes of file names.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Return a text with control characters as escapes such as `\x1b`, safe on a terminal.

    Names and tags come from files of others: a terminal would obey what is hidden in them.
    """
    return _UNPRINTABLE.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), text)


def json_printable(text: str) -> str:
    r"""Return JSON with control characters as escapes such as `\u009b`: the same JSON."""
    return _UNPRINTABLE.sub(lambda m: m[0] if m[0] == "\n" else f"\\u{ord(m[0]):04x}", text)


def print_document(text: str) -> None:
    """Print a text of several lines: as it is to a file or a pipe, printable on a terminal."""
    if sys.stdout.isatty():
        text = "".join(printable(line) + "\n" for line in text.split("\n")).removesuffix("\n")
    click.echo(text, file=sys.stdout, nl=False)


def print_line(*texts: str, err: bool = False) -> None:
    """Print lines on standard output or standard error, control characters escaped."""
    for text in texts:
        click.echo(printable(text), file=sys.stderr if err else sys.stdout)


def use_replacements(stream: TextIO) -> None:
    """Let a stream write something else for a character that its encoding lacks."""
    if (reconfigure := getattr(stream, "reconfigure", None)) is None:
        return  # no file: somebody put an object of their own there
    # In UTF-8 only lone surrogates are at fault; backslashes keep them, and JSON valid.
    utf8 = stream.encoding.lower().replace("-", "").replace("_", "") == "utf8"
    reconfigure(errors="backslashreplace" if utf8 else "replace")


def console(*, err: bool = False) -> Console:
    """Return a rich console; where it is no terminal, nothing is wrapped or coloured."""
    from rich.console import Console

    class Pipe(Console):
        """A console that leaves a closed pipe to its caller."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        return Pipe(file=stream, highlight=False, markup=False, emoji=False)
    return Pipe(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        width=_NO_WRAP,
        force_terminal=False,
    )


def terminal_progress() -> Progress:
    """Return bars with time left on standard error, which is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeLeft(),
        console=console(err=True),
    )


class TerminalProgress(AbstractContextManager["TerminalProgress"]):
    """Bars with time left on standard error; plain lines where that is no terminal.

    Implements `indexer.base.progress.Progress`.
    """

    def __init__(self) -> None:
        # Rich takes longer to import than an unchanged folder to look through.
        self._bars = terminal_progress() if sys.stderr.isatty() else None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars:
            self._bars.stop()

    def start(self, stage: str, total: float, summary: str = "") -> None:
        """Add a bar; print the summary where there are no bars."""
        if self._bars:
            self._task = self._bars.add_task(stage, total=total)
        elif summary:
            print_line(summary, err=True)

    def update(self, done: float, detail: str = "") -> None:
        """Move the bar of the current stage."""
        if self._bars is None or self._task is None:
            return
        if detail:
            self._bars.update(self._task, completed=done, description=_shortened(printable(detail)))
        else:
            self._bars.update(self._task, completed=done)

    def note(self, text: str, seconds_left: float | None = None) -> None:
        """Print a line, with the time left where no bar shows it."""
        if self._bars:
            self._bars.console.print(printable(text), highlight=False, markup=False)
        elif seconds_left is None:
            print_line(text, err=True)
        else:
            print_line(f"{text}; about {seconds_left:.0f} s left", err=True)


def _shortened(text: str) -> str:
    """Return a long name without its middle: what counts (`3 of 7`) stands at its end."""
    return text if len(text) <= 50 else f"{text[:34]} … {text[-13:]}"
