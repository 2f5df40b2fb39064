"""What several verbs print: JSON, and search results for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from indexer.base.json_schema import versioned
from indexer.base.timecode import clock
from indexer.commands.layout import print_line_of, print_paragraph, styled
from indexer.commands.terminal import json_printable, print_line, printable

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
    click.echo(json_printable(text), file=sys.stdout)


def print_result(result: SearchResult, explain: bool = False) -> None:
    """Print a search result for people; `explain` adds shares of channels and matched words."""
    from indexer.search.results import NOTHING_ANSWERS

    if result.heard is not None:
        print_line_of(styled("heard: ", "dim"), _one_line(result.heard) or "(no words)")
    if result.filters:
        typed = (f"{name}:{value}" for name, values in result.filters.items() for value in values)
        print_line_of(styled("only: ", "dim"), printable(", ".join(typed)))
    for note in result.notes:
        print_line_of(styled(f"note: {note}", "dim"))
    shown = result.hits or result.nearest
    if not shown:
        print_line("Nothing found.")
    elif not result.answered:
        rest = " (--all lists the rest)" if result.nearest else ""
        print_line(f"{NOTHING_ANSWERS} Nearest{rest}:")
    libraries = _library_names(result)
    for rank, hit in enumerate(shown, 1):
        _print_hit(rank, hit, libraries, explain)
    if result.documents:
        names = ", ".join(f"{d.title} ({d.score:.2f})" for d in result.documents[:5])
        print_line_of(styled("documents: ", "dim"), printable(names))


def _print_hit(rank: int, hit: Hit, libraries: Mapping[str, str], explain: bool) -> None:
    times = "" if hit.start is None else f"  {clock(hit.start)}-{clock(hit.end)}"
    where = f"  in {libraries[hit.library]}" if hit.library else ""
    print_line_of(
        f"{rank:2d}. ",
        styled(hit.title, "bold"),
        styled(times, "cyan"),
        styled(f"  {hit.score:.2f}  {hit.name}{where}", "dim"),
    )
    if hit.text:
        print_paragraph(hit.text, indent=4)
    details = []
    if hit.sounds:
        details.append(" ".join(f"[{label}]" for label in hit.sounds))
    if hit.reasons:
        details.append(f"found by its {', '.join(hit.reasons)}")
    if explain:
        details += _explanation(hit)
    if hit.duplicates:
        what = "advert, intro or the like, also in" if hit.repeat else "also said in"
        details.append(f"{what} {_copies_text(hit.duplicates)}")
    for text in details:
        print_paragraph(text, "dim", indent=4)


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
