"""hilbert demo: build the demo library, search it by words and by clip, serve the app."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import click

from indexer.base.timecode import clock
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, print_line

_SHOWN = 4


@verb(order=160)
@click.command("demo", short_help="Build the demo library, search it, open it in the browser.")
@click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    default=Path("demo-library"),
    show_default=True,
    help="Where to build the demo library.",
)
@click.option("--app/--no-app", default=True, help="Serve the app afterwards, or not.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
def command(library: Path, app: bool, port: int) -> int:
    """Build the demo library, search it by words and by clip, then serve the app."""
    from indexer.base.assets import demo_folder
    from indexer.commands.app import serve
    from indexer.commands.index import print_summary
    from indexer.index.library_store import LibraryStore
    from indexer.ingest.discover import scan
    from indexer.ingest.pipeline import ProcessSettings
    from indexer.ingest.run import index
    from indexer.search.searcher import Searcher

    demo = demo_folder()
    if demo is None:
        raise click.ClickException("the demo collection is not installed; use a checkout")
    print_line("Indexing 24 short talks (machine speech); half of them have no transcript.")
    made = LibraryStore.create(library.expanduser())
    with TerminalProgress() as progress:
        summary = index(made, scan([demo / "recordings"]), ProcessSettings(), progress)
    print_summary(summary)
    if summary.failed:
        return 1
    searcher = Searcher(made)
    print_line("", "Searching by typed words:")
    for line in islice(_lines(demo / "queries.jsonl"), _SHOWN):
        print_line(f"  > {line['query']}")
        _show(searcher.search(line["query"], k=1).hits, line)
    print_line("", "Searching by clip:")
    for line in islice(_lines(demo / "clips.jsonl"), _SHOWN):
        result = searcher.search(clip=demo / line["clip"], k=1)
        print_line(f"  > {line['clip']}  (heard: {result.heard})")
        _show(result.hits, line)
    if not app:
        return 0
    print_line("")
    return serve(library, port)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _show(hits: Any, wanted: dict[str, Any]) -> None:
    """Print the best moment, and whether it is the wanted one."""
    if not hits:
        print_line("    nothing found")
        return
    from indexer.search.results import is_right_moment

    hit = hits[0]
    right = is_right_moment(hit, wanted["document"], wanted["start"], wanted["end"])
    text = hit.text if len(hit.text) <= 100 else hit.text[:100].rsplit(" ", 1)[0] + " ..."
    mark = "right moment" if right else f"wanted {wanted['document']} {clock(wanted['start'])}"
    print_line(f"    {hit.title}, {clock(hit.start)}-{clock(hit.end)} [{mark}]", f"    {text}")
