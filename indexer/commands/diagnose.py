"""hilbert diagnose: what the embedding space of a library is like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hilbert.system_faults import raise_system_fault
from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, console, print_line

if TYPE_CHECKING:
    from indexer.diagnostics.diagnose import Diagnosis


@verb(order=60)
@click.command("diagnose")
@library_option
@json_option
@click.option("--html", type=click.Path(path_type=Path), help="Also write a report to this file.")
@click.option(
    "--pairs",
    type=click.IntRange(10, 20_000),
    default=2000,
    show_default=True,
    help="Measure about this many segments, sampled by whole recordings where there are more.",
)
@click.option(
    "--intervals/--no-intervals", default=True, show_default=True, help="Also print 95 % intervals."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the samples.")
def command(
    library: Path, as_json: bool, html: Path | None, pairs: int, intervals: bool, seed: int
) -> None:
    """Measure the embedding space: the modality gap, and what it costs.

    The same numbers before and after centring each modality, and of a control: two halves of one
    text. Findings say what is healthy and what is not.
    """
    if html and not html.absolute().parent.is_dir():
        raise click.UsageError(f"{html}: there is no folder {html.absolute().parent}")
    from indexer.diagnostics.diagnose import diagnose
    from indexer.index.library_store import LibraryStore
    from indexer.search.searcher import Searcher

    opened = LibraryStore.open(library)
    searcher = Searcher(opened)
    with TerminalProgress() as progress:
        diagnosis = diagnose(
            opened,
            searcher.snapshot,
            searcher.model,
            most=pairs,
            intervals=intervals,
            seed=seed,
            progress=progress,
        )
    if html:
        _write_report(html, diagnosis, searcher.snapshot.model_folder)
    if as_json:
        print_json(diagnosis.as_dict())
        return
    _print(diagnosis)
    if html:
        print_line("", f"report: {html}")


def _write_report(path: Path, diagnosis: Diagnosis, model_folder: Path) -> None:
    from hilbert.files import write_atomically
    from indexer.diagnostics.html_report import html_report
    from indexer.diagnostics.model_card import card_text

    page = html_report(diagnosis, card_text(model_folder))
    try:
        write_atomically(path, lambda partial: partial.write_bytes(page.encode()))
    except OSError as error:
        raise_system_fault(error)
        raise click.FileError(str(path), f"cannot be written: {error.strerror}") from error


def _print(diagnosis: Diagnosis) -> None:
    from rich.table import Table

    from indexer.diagnostics.table import table_rows

    print_line(
        f"{diagnosis.pairs:,} segments with sound and words, of {diagnosis.measured_documents:,} "
        f"of {diagnosis.documents:,} recordings; model: {diagnosis.model}"
    )
    table = Table(box=None, pad_edge=False)
    for column in ("measure", "as it is (95 %)", "centred (95 %)", "control", "frozen"):
        table.add_column(column, no_wrap=column != "measure")
    for row in table_rows(diagnosis):
        table.add_row(row.name, row.before, row.after, row.control, row.frozen)
    console().print(table)
    print_line("", *(f"- {finding}" for finding in diagnosis.reading))
