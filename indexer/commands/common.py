"""What several verbs share: the library option, JSON output, progress on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from indexer.search import SearchResult

library_option: Callable[..., Any] = click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    callback=lambda _context, _parameter, path: path.expanduser().absolute(),
    required=True,
    help="Folder of the library.",
)
json_option: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)
channel_option: Callable[..., Any] = click.option(
    "--channel",
    type=click.Choice(["auto", "lexical", "text", "audio", "joint"]),
    default="auto",
    show_default=True,
    help="What to score by; auto combines them.",
)
k_option: Callable[..., Any] = click.option(
    "-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many results."
)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(value, indent=indent, ensure_ascii=False))


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and object of each line of a JSON Lines file that is not blank.

    Raises:
        click.ClickException: the file cannot be read, or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:  # a ValueError: not UTF-8, or no possible path
        raise click.FileError(str(path), f"cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise click.UsageError(f"{path}, line {number}: not JSON ({error})") from error
        if not isinstance(value, dict):
            raise click.UsageError(f'{path}, line {number}: not an object such as {{"query": ...}}')
        yield number, value


def clock(seconds: float | None) -> str:
    """`m:ss` or `h:mm:ss`; a dash where nothing is timed."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def result_to_dict(result: SearchResult) -> dict[str, Any]:
    """A search result as the JSON that the README documents."""
    answer: dict[str, Any] = {
        "hits": [
            {
                "document": h.document,
                "name": h.name,
                "title": h.title,
                "path": h.path,
                "start": h.start,
                "end": h.end,
                "text": h.text,
                "score": h.score,
                "channels": h.channels,
            }
            for h in result.hits
        ],
        "documents": [
            {"document": d.document, "name": d.name, "title": d.title, "score": d.score}
            for d in result.documents
        ],
        "timings_ms": result.timings_ms,
    }
    if result.heard is not None:
        answer["heard"] = result.heard
    return answer


def print_result(result: SearchResult) -> None:
    """Print a search result for people."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    if result.heard is not None:
        console.print(Text("heard: ", style="dim") + Text(result.heard or "(no words)"))
    if not result.hits:
        console.print("Nothing found.")
    for rank, hit in enumerate(result.hits, 1):
        line = Text(f"{rank:2d}. ")
        line.append(hit.title, style="bold")
        if hit.start is not None:
            line.append(f"  {clock(hit.start)}-{clock(hit.end)}", style="cyan")
        line.append(f"  {hit.score:.2f}  {hit.name}", style="dim")
        console.print(line)
        if hit.text:
            console.print(Padding(Text(hit.text, overflow="fold"), (0, 0, 0, 4)))
    if result.documents:
        names = ", ".join(f"{d.title} ({d.score:.2f})" for d in result.documents[:5])
        console.print(Text("documents: ", style="dim") + Text(names))


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
        """See `indexer.reporting.Reporter`."""
        self._total = max(seconds, 1.0)
        self._task = self._progress.add_task("indexing", total=self._total)
        if not sys.stderr.isatty():
            click.echo(
                f"{documents} documents to index, {seconds / 3600:.2f} hours of recordings",
                err=True,
            )

    def document(self, name: str) -> None:
        """See `indexer.reporting.Reporter`."""
        self._progress.update(self._task, description=name[:40])

    def heard(self, seconds: float) -> None:
        """See `indexer.reporting.Reporter`."""
        self._progress.update(self._task, completed=min(self._total, self._done + seconds))

    def finished(self, seconds: float) -> None:
        """See `indexer.reporting.Reporter`."""
        self._done += seconds
        self._progress.update(self._task, completed=self._done)

    def building(self, done: int, total: int) -> None:
        """See `indexer.reporting.Reporter`."""
        if done == 1:
            self._task = self._progress.add_task("building the index", total=total)
        self._progress.update(self._task, completed=done)
