"""hilbert tune: fit the weights of the channels to your own queries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.commands.options import json_option, library_option, read_query_file
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, print_line

if TYPE_CHECKING:
    from indexer.adapt.tune_weights import Tuning


@verb(order=70)
@click.command("tune", short_help="Fit the weights of the channels to your own queries.")
@library_option
@click.option(
    "--queries",
    type=click.Path(path_type=Path),
    help='JSON Lines of {"query", "document", "start", "end"}, as for evaluate.',
)
@click.option(
    "--clips", type=click.Path(path_type=Path), help='The same with "clip" instead of "query".'
)
@click.option("--dry-run", is_flag=True, help="Only say what would be stored.")
@json_option
def command(
    library: Path, queries: Path | None, clips: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Fit the weights by which auto combines the channels, and store them if they are better.

    Better is what finds more of queries that it was not fitted to: a fifth at a time is left out.
    """
    given = [(path, asks) for path, asks in ((queries, "query"), (clips, "clip")) if path]
    if not given:
        raise click.UsageError("give --queries FILE, --clips FILE or both")
    questions = [read_query_file(path, asks) for path, asks in given]
    from indexer.adapt.tune_weights import store, tune
    from indexer.index.library_store import LibraryStore
    from indexer.search.searcher import Searcher

    opened = LibraryStore.open(library)
    searcher = Searcher(opened)
    tunings = []
    for part in questions:
        with TerminalProgress() as progress:
            tuning = tune(searcher, part, progress)
        tunings.append(tuning)
        if tuning.better and not dry_run:
            store(opened, [tuning])
        if not as_json:
            _print(tuning, stored=tuning.better and not dry_run)
    if as_json:
        print_json([_as_dict(tuning, tuning.better and not dry_run) for tuning in tunings])


def _as_dict(tuning: Tuning, stored: bool) -> dict[str, Any]:
    return {
        "kind": tuning.kind,
        "questions": tuning.questions,
        "before": {"weights": tuning.before, "mrr@10": tuning.found_before},
        "after": {"weights": tuning.after, "mrr@10": tuning.found_after},
        "ci95": list(tuning.interval),
        "stored": stored,
    }


def _print(tuning: Tuning, stored: bool) -> None:
    low, high = tuning.interval
    print_line(
        f"{tuning.questions} {tuning.kind} queries: MRR@10 of documents and moments "
        f"{tuning.found_before:.3f} with the weights in use, {tuning.found_after:.3f} with fitted "
        f"ones, on queries they were not fitted to (difference {low:+.3f} to {high:+.3f})."
    )
    for name, weights in (("in use", tuning.before), ("fitted", tuning.after)):
        values = ", ".join(f"{channel} {weight:.2f}" for channel, weight in weights.items())
        print_line(f"  {name}: {values}")
    if stored:
        print_line("Stored: searches of this library use them from now on.")
    elif tuning.better:
        print_line("Better; not stored, because this was a dry run.")
    else:
        print_line("Not shown to be better: nothing is changed.")
