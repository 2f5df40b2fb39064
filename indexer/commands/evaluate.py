"""hilbert evaluate: how well each channel finds what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.commands.options import (
    json_option,
    library_unless_store_option,
    open_library_or_store,
    read_query_file,
    store_option,
)
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, console, print_line

if TYPE_CHECKING:
    from indexer.adapt.evaluate import EvaluationReport, MetricMeans

_NAMED = 10


@verb(order=50)
@click.command("evaluate", short_help="Measure how well each channel finds what is wanted.")
@library_unless_store_option
@store_option
@click.option(
    "--queries",
    type=click.Path(path_type=Path),
    help='JSON Lines of {"query", "document", "start", "end"}: typed words, the file stem of the '
    "document that answers them, and the seconds where it does, or null.",
)
@click.option(
    "--clips",
    type=click.Path(path_type=Path),
    help='The same with "clip" instead of "query": a recording beside the file.',
)
@json_option
def command(
    library: Path | None,
    store: str | None,
    queries: Path | None,
    clips: Path | None,
    as_json: bool,
) -> int:
    """Measure how well each channel finds what is wanted, by your own queries and clips.

    Without any, cues of documents that no training learns from are asked for.
    """
    typed = read_query_file(queries, "query") if queries else []
    clip_queries = read_query_file(clips, "clip") if clips else []
    from indexer.adapt.evaluate import evaluate, known_items
    from indexer.search.searcher import Searcher

    searcher = Searcher(open_library_or_store(library, store))
    queries_from = f"the lines of {queries}" if queries else "only clips were given"
    if not queries and not clips:
        typed, queries_from = known_items(searcher)
    with TerminalProgress() as progress:
        report = evaluate(searcher, typed, progress)
    answer = {**_as_dict(report, queries_from), "same_level": report.same_level}
    parts = [(queries, report)]
    if clips:
        with TerminalProgress() as progress:
            report = evaluate(searcher, clip_queries, progress)
        answer["clips"] = _as_dict(report, f"the lines of {clips}")
        parts.append((clips, report))
    answer["missing"] = sorted({name for _, report in parts for name in report.missing})
    answer["failed"] = [
        {"file": str(path), "line": line, "error": error}
        for path, report in parts
        for line, error in report.failed
    ]
    print_json(answer) if as_json else _print_answer(answer)
    return 1 if answer["failed"] else 0


def _as_dict(report: EvaluationReport, queries_from: str) -> dict[str, Any]:
    return {
        "document": report.document,
        "moment": report.moment,
        "queries": report.queries,
        "timed": report.timed,
        "documents": report.wanted,
        "queries_from": queries_from,
    }


def _print_answer(answer: Mapping[str, Any]) -> None:
    """Print what was measured for people."""
    if answer["queries"]:
        _print_counts(answer, "typed queries")
        _print_tables(answer)
        for level, title in (
            ("best_segment", "Documents by the cosine of their best segment, for comparison"),
            ("document_vector", "Documents by the cosine of their own vector, for comparison"),
        ):
            _print_table(title, answer["same_level"][level])
    if "clips" in answer:
        _print_counts(answer["clips"], "clips")
        _print_tables(answer["clips"])
    if missing := answer["missing"]:
        names = ", ".join(missing[:_NAMED]) + (", ..." if len(missing) > _NAMED else "")
        print_line(f"Not in the library, and counted as not found: {names} ({len(missing)})")
    for failure in answer["failed"]:
        print_line(
            f"Failed, and counted as not found: {failure['file']}, line {failure['line']}: "
            f"{failure['error']}"
        )


def _print_counts(part: Mapping[str, Any], what: str) -> None:
    """Print how many queries there were, where they come from, and what intervals redraw."""
    documents = part["documents"]
    print_line(
        f"{part['queries']} {what}, {part['timed']} with times, for {documents} "
        f"document{'s' * (documents != 1)}: {part['queries_from']}."
    )
    if documents == 1:
        print_line("All are about one document: the intervals say nothing of other documents.")
    print_line("")


def _print_tables(part: Mapping[str, Any]) -> None:
    _print_table("Documents", part["document"])
    _print_table("Moments", part["moment"])


def _print_table(title: str, rows: Mapping[str, MetricMeans]) -> None:
    """Print one row a channel; nothing where nothing was measured."""
    from rich.table import Table

    from hilbert.retrieval_metrics import KNOWN_ITEM_METRICS

    if not rows:
        return
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
    table.add_column("channel")
    first, *others = KNOWN_ITEM_METRICS
    for column in (first, "95% interval", *others):
        table.add_column(column, justify="right")
    for channel, measured in rows.items():
        low, high = measured["ci95"][first]
        table.add_row(
            channel,
            f"{measured[first]:.3f}",
            f"{low:.3f}-{high:.3f}",
            *(f"{measured[m]:.3f}" for m in others),
        )
    console().print(table)
    print_line("")
