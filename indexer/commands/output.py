"""What several verbs print: JSON, and search results for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from indexer.base.json_schema import versioned
from indexer.base.timecode import clock
from indexer.commands.terminal import console, printable

if TYPE_CHECKING:
    from indexer.search.results import Duplicate, Hit, SearchResult


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print a value as JSON on standard output, lossless whatever the encoding of that.

    Objects get a key `schema_version`.
    """
    value = versioned(value)
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    # What the encoding lacks is escaped as JSON does it, never replaced.
    if text.encode(encoding, "replace").decode(encoding) != text:
        text = json.dumps(value, indent=indent)
    click.echo(text, file=sys.stdout)


def print_result(result: SearchResult, explain: bool = False) -> None:
    """Print a search result for people; `explain` adds shares of channels and matched words."""
    from rich.padding import Padding
    from rich.text import Text

    from indexer.search.results import NOTHING_ANSWERS

    out = console()
    if result.heard is not None:
        out.print(Text("heard: ", style="dim") + Text(_one_line(result.heard) or "(no words)"))
    if result.filters:
        typed = (f"{name}:{value}" for name, values in result.filters.items() for value in values)
        out.print(Text("only: ", style="dim") + Text(printable(", ".join(typed))))
    for note in result.notes:
        out.print(Text(f"note: {printable(note)}", style="dim"))
    shown = result.hits or result.nearest
    if not shown:
        out.print("Nothing found.")
    elif not result.answered:
        rest = " (--all lists the rest)" if result.nearest else ""
        out.print(f"{NOTHING_ANSWERS} Nearest{rest}:")
    libraries = _library_names(result)
    for rank, hit in enumerate(shown, 1):
        line = Text(f"{rank:2d}. ")
        line.append(printable(hit.title), style="bold")
        if hit.start is not None:
            line.append(f"  {clock(hit.start)}-{clock(hit.end)}", style="cyan")
        where = f"  in {libraries[hit.library]}" if hit.library else ""
        line.append(f"  {hit.score:.2f}  {printable(hit.name + where)}", style="dim")
        out.print(line)
        details = [Text(_one_line(hit.text), overflow="fold")] if hit.text else []
        if hit.sounds:
            labels = " ".join(f"[{label}]" for label in hit.sounds)
            details.append(Text(printable(labels), style="dim"))
        if hit.reasons:
            details.append(Text(f"found by its {', '.join(hit.reasons)}", style="dim"))
        details += [Text(printable(t), style="dim") for t in _explanation(hit)] if explain else []
        if hit.duplicates:
            what = "advert, intro or the like, also in" if hit.repeat else "also said in"
            details.append(Text(printable(f"{what} {_copies_text(hit.duplicates)}"), style="dim"))
        for text in details:
            out.print(Padding(text, (0, 0, 0, 4), expand=False))
    if result.documents:
        names = ", ".join(f"{d.title} ({d.score:.2f})" for d in result.documents[:5])
        out.print(Text("documents: ", style="dim") + Text(printable(names)))


def _library_names(result: SearchResult) -> dict[str, str]:
    """Map the folders of several libraries to what they are called."""
    from indexer.search.several import short_names

    found = (*result.hits, *result.nearest)
    return short_names([hit.library for hit in found if hit.library])


def _one_line(text: str) -> str:
    """Return running text on one line."""
    return printable(" ".join(text.split()))


def _explanation(hit: Hit) -> Iterator[str]:
    shares = ", ".join(f"{channel} {share:+.2f}" for channel, share in hit.channels.items())
    yield f"{hit.score:.2f} = {shares}"
    yield f"words: {', '.join(hit.words) or 'none'}"


def _copies_text(copies: Sequence[Duplicate], most: int = 3) -> str:
    named = [f"{copy.name} {clock(copy.start)}" for copy in copies[:most]]
    return ", ".join(named) + (f" and {len(copies) - most} more" if len(copies) > most else "")
