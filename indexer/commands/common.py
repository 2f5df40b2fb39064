"""What several verbs share: the library option, JSON output, progress on the terminal."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress

    from indexer.evaluate import Question
    from indexer.filters import Filters
    from indexer.results import Copy, Hit, SearchResult

library_option: Callable[..., Any] = click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    # Not Path.expanduser, which fails for a user who is not there.
    callback=lambda _context, _parameter, path: Path(os.path.expanduser(path)).absolute(),
    required=True,
    help="Folder of the library.",
)
json_option: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)
channel_option: Callable[..., Any] = click.option(
    "--channel",
    type=click.Choice(["auto", "rrf", "lexical", "text", "audio", "joint"]),
    default="auto",
    show_default=True,
    help="What to score by; auto weighs them together, rrf fuses their ranks.",
)
k_option: Callable[..., Any] = click.option(
    "-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many results."
)


def read_seconds(text: str) -> float | None:
    """`83.5`, `1:23.5` or `1:02:03` in seconds; None for what is no time."""
    try:
        values = [float(part) for part in text.split(":")]
    except ValueError:
        return None
    if len(values) > 3 or any(value >= 60 for value in values[1:]):
        return None
    seconds = sum(value * 60**power for power, value in enumerate(reversed(values)))
    return seconds if 0 <= seconds < float("inf") else None


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


def read_known_items(path: Path, asks: str) -> list[Question]:
    """The lines of a file of known items; `asks` names what they ask by: `query` or `clip`.

    Raises:
        click.ClickException: a line lacks something, or the file is empty.
    """
    from indexer.evaluate import Question

    questions = []
    for number, line in read_json_lines(path):
        where = f"{path}, line {number}"
        for key in (asks, "document"):
            if not isinstance(line.get(key), str) or not line[key].strip():
                raise click.UsageError(f'{where}: needs a "{key}", in quotes')
        times = line.get("start"), line.get("end")
        if times != (None, None) and not _are_times(*times):
            raise click.UsageError(
                f'{where}: "start" and "end" must be seconds, "start" first, or both null'
            )
        text, clip = (line[asks], None) if asks == "query" else (None, path.parent / line[asks])
        # A lone surrogate, which JSON can spell, is in no file's name and cannot be printed.
        document = line["document"].encode("utf-8", "replace").decode()
        questions.append(Question(document, *times, text=text, clip=clip, line=number))
    if not questions:
        raise click.UsageError(f"{path} is empty: nothing to ask for")
    return questions


def _are_times(start: object, end: object) -> bool:
    numbers = [t for t in (start, end) if isinstance(t, int | float) and not isinstance(t, bool)]
    return len(numbers) == 2 and 0 <= numbers[0] < numbers[1] < math.inf


def clock(seconds: float | None) -> str:
    """`m:ss` or `h:mm:ss`; a dash where nothing is timed."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which part of a library is searched; `read_filters` takes their values."""
    for name, told in (
        ("document", "Only documents of this name, title or id."),
        ("label", "Only documents with this label."),
        ("folder", "Only recordings in or below this folder."),
        ("speaker", "Only where somebody of this name speaks (part of it is enough)."),
        ("language", "Only documents in this language, such as en."),
    ):
        command = click.option(f"--{name}", multiple=True, help=f"{told} May be repeated.")(command)
    for name, told in (("since", "From this date on"), ("until", "Up to this date")):
        help_text = f"{told}: 2021, 2021-03 or 2021-03-28."
        command = click.option(f"--{name}", metavar="DATE", help=help_text)(command)
    return click.option(
        "--min-length",
        type=click.FloatRange(0),
        default=0.0,
        metavar="SECONDS",
        help="Only recordings at least this long.",
    )(command)


def read_filters(given: dict[str, Any]) -> Filters:
    """The filters that the options of `filter_options` name."""
    from indexer.filters import Filters

    return Filters(
        documents=given["document"],
        labels=given["label"],
        folders=given["folder"],
        speakers=given["speaker"],
        since=given["since"],
        until=given["until"],
        min_seconds=given["min_length"],
        languages=given["language"],
    )


def print_result(result: SearchResult, explain: bool = False) -> None:
    """Print a search result for people; `explain` adds shares of channels and matched words."""
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
        details = [Text(hit.text, overflow="fold")] if hit.text else []
        details += [Text(text, style="dim") for text in _explained(hit)] if explain else []
        if hit.also:
            details.append(Text(f"also said in {_named(hit.also)}", style="dim"))
        for text in details:
            console.print(Padding(text, (0, 0, 0, 4)))
    if result.documents:
        names = ", ".join(f"{d.title} ({d.score:.2f})" for d in result.documents[:5])
        console.print(Text("documents: ", style="dim") + Text(names))


def _explained(hit: Hit) -> Iterator[str]:
    shares = ", ".join(f"{channel} {share:+.2f}" for channel, share in hit.channels.items())
    yield f"{hit.score:.2f} = {shares}"
    yield f"words: {', '.join(hit.words) or 'none'}"


def _named(copies: Sequence[Copy], most: int = 3) -> str:
    told = [f"{copy.name} {clock(copy.start)}" for copy in copies[:most]]
    return ", ".join(told) + (f" and {len(copies) - most} more" if len(copies) > most else "")


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
