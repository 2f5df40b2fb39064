"""Progress bars on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress


def terminal_progress() -> Progress:
    """Progress with time left on standard error; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeLeft(),
        console=Console(stderr=True),
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
            click.echo(
                f"{documents} documents to index, {seconds / 3600:.2f} hours of recordings",
                err=True,
            )

    def document(self, name: str) -> None:
        """See `indexer.base.progress.Reporter`."""
        self._progress.update(self._task, description=name[:40])

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
