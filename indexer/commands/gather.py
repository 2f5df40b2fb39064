"""hilbert gather: put parts of a collection together that were indexed side by side."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, print_line


@verb(order=123)
@click.command("gather", short_help="Take in what other libraries hold.")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@library_option
@json_option
def command(folders: tuple[Path, ...], library: Path, as_json: bool) -> int:
    """Take all documents of the libraries FOLDERS into another one, which is made if need be.

    Nothing is encoded again and no recording is read. Parts may overlap and the command may be
    repeated: documents that are there already stay as they are but for what was stored later in
    FOLDERS. A recording that was edited replaces what its path held. Words that were recognised
    give way to those of a transcript. Nothing is removed because FOLDERS lack it; what is gone is
    named. What is damaged is reported and left out, and the exit status is 1.
    """
    from indexer.maintenance.gather import gather, open_like

    made = open_like(library, folders)
    with TerminalProgress() as progress:
        report = gather(made, folders, progress)
    if as_json:
        print_json(
            {
                "added": report.added,
                "updated": report.updated,
                "unchanged": report.known,
                "moved": report.moved,
                "replaced": report.replaced,
                "older": report.older,
                "gone": report.gone,
                "failed": report.failed,
                "documents": len(made.catalog.documents()),
                "generation": report.snapshot,
            }
        )
    else:
        print_line(*report.describe_changes(library))
        for place, reason in report.failed.items():
            print_line(f"failed: {place}: {reason}")
        print_line(
            f"{len(report.added)} added, {len(report.updated)} updated, {len(report.known)} "
            f"unchanged, {len(report.failed)} failed; the library holds "
            f"{len(made.catalog.documents())} documents"
        )
    return 1 if report.failed else 0
