"""The terminal: lines that any terminal can show, tables, progress bars."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

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
    """Progress with time left on standard error; nothing where that is no terminal."""
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
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def query_progress(what: str, count: int) -> Iterator[Callable[[int, int], None]]:
    """Progress over queries: called with those done and their number."""
    with terminal_progress() as shown:
        task = shown.add_task(what, total=count, visible=count > 0)
        yield lambda done, total: shown.update(task, completed=done, total=total)


@contextmanager
def stage_progress() -> Iterator[Callable[[str, float], None]]:
    """Progress over stages: called with the name of one and the share of all that is done."""
    with terminal_progress() as shown:
        task = shown.add_task("", total=1.0)
        yield lambda what, share: shown.update(task, description=what, completed=share)


class TerminalReporter(AbstractContextManager[Any]):
    """Progress with time left on standard error; plain lines where that is no terminal."""

    def __init__(self) -> None:
        self._progress = terminal_progress()
        self._task: Any = None
        self._done = 0.0
        self._total = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, seconds: float, documents: int) -> None:
        """See `indexer.base.progress.Reporter`."""
        self._total = max(seconds, 1.0)
        self._task = self._progress.add_task("indexing", total=self._total)
        if not sys.stderr.isatty():
            print_line(
                f"{documents} documents to index, {seconds / 3600:.2f} hours of recordings",
                err=True,
            )

    def document(self, name: str) -> None:
        """See `indexer.base.progress.Reporter`."""
        self._progress.update(self._task, description=printable(name)[:40])

    def heard(self, seconds: float) -> None:
        """See `indexer.base.progress.Reporter`."""
        self._progress.update(self._task, completed=min(self._total, self._done + seconds))

    def finished(self, seconds: float) -> None:
        """See `indexer.base.progress.Reporter`."""
        self._done += seconds
        self._progress.update(self._task, completed=self._done)

    def building(self, done: int, total: int) -> None:
        """See `indexer.base.progress.Reporter`."""
        if done == 1:
            self._task = self._progress.add_task("building the index", total=total)
        self._progress.update(self._task, completed=done)
