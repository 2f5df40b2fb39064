"""hilbert demo: build the demo library, search it by words and by clip, serve the app."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.base.timecode import clock
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, print_line

if TYPE_CHECKING:
    from indexer.index.library_store import LibraryStore

_SHOWN = 4
# Talks that are indexed before the app is served: enough to search in, a sixth of the wait.
_BEFORE_APP = 4


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
@click.option("--app/--no-app", default=True, help="Serve the app, or not.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
def command(library: Path, app: bool, port: int) -> int:
    """Build the demo library, search it by words and by clip, and serve the app.

    The app is served as soon as the first talks can be searched; the others are added to it.
    """
    from indexer.base.assets import demo_folder
    from indexer.commands.app import check_port, served
    from indexer.index.library_store import LibraryStore

    demo = demo_folder()
    if demo is None:
        raise click.ClickException("the demo collection is not installed; use a checkout")
    recordings, library = demo / "recordings", library.expanduser()
    if app:
        check_port(port)
    print_line("Indexing 24 short talks (machine speech); half of them have no transcript.")
    made = LibraryStore.create(library)
    if not app:
        return _index(made, [recordings]) or _search(made, demo)
    if failed := _index(made, _first(recordings)):
        return failed
    with served(library, port) as running:
        print_line("These talks can be searched there; the others follow.", "")
        if failed := _index(made, [recordings]) or _search(made, demo):
            return failed
        print_line("", f"The app: {running.address}")
        return running.wait()


def _first(recordings: Path) -> list[Path]:
    """Return the talks to begin with: by name, so half of them without a transcript too."""
    from indexer.media.kinds import RECORDING_EXTENSIONS

    talks = (p for p in sorted(recordings.iterdir()) if p.suffix in RECORDING_EXTENSIONS)
    return list(islice(talks, _BEFORE_APP))


def _index(library: LibraryStore, paths: Sequence[Path]) -> int:
    """Index talks, print what came of it, and return the exit status."""
    from indexer.commands.index import print_summary
    from indexer.ingest.discover import scan
    from indexer.ingest.pipeline import ProcessSettings
    from indexer.ingest.run import index

    with TerminalProgress() as progress:
        summary = index(library, scan(paths), ProcessSettings(), progress)
    print_summary(summary)
    return 1 if summary.failed else 0


def _search(library: LibraryStore, demo: Path) -> int:
    """Search by typed words and by clips; return the exit status."""
    from indexer.search.searcher import Searcher

    searcher = Searcher(library)
    print_line("", "Searching by typed words:")
    for line in islice(_lines(demo / "queries.jsonl"), _SHOWN):
        print_line(f"  > {line['query']}")
        _show(searcher.search(line["query"], k=1).hits, line)
    print_line("", "Searching by clip:")
    for line in islice(_lines(demo / "clips.jsonl"), _SHOWN):
        result = searcher.search(clip=demo / line["clip"], k=1)
        print_line(f"  > {line['clip']}  (heard: {result.heard})")
        _show(result.hits, line)
    return 0


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
