"""What several verbs share: the library option, JSON output, progress on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from indexer.base.timecode import clock

if TYPE_CHECKING:
    from indexer.search.results import Duplicate, Hit, SearchResult


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(value, indent=indent, ensure_ascii=False))


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
        if hit.duplicates:
            details.append(Text(f"also said in {_named(hit.duplicates)}", style="dim"))
        for text in details:
            console.print(Padding(text, (0, 0, 0, 4)))
    if result.documents:
        names = ", ".join(f"{d.title} ({d.score:.2f})" for d in result.documents[:5])
        console.print(Text("documents: ", style="dim") + Text(names))


def _explained(hit: Hit) -> Iterator[str]:
    shares = ", ".join(f"{channel} {share:+.2f}" for channel, share in hit.channels.items())
    yield f"{hit.score:.2f} = {shares}"
    yield f"words: {', '.join(hit.words) or 'none'}"


def _named(copies: Sequence[Duplicate], most: int = 3) -> str:
    told = [f"{copy.name} {clock(copy.start)}" for copy in copies[:most]]
    return ", ".join(told) + (f" and {len(copies) - most} more" if len(copies) > most else "")
