"""hilbert relink: say where a collection lies now that was moved."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line

_LISTED = 10


@verb(order=125)
@click.command("relink", short_help="Say where a collection lies now that was moved.")
@click.argument("old")
@click.argument("new", type=click.Path(path_type=Path))
@library_option
@json_option
def command(old: str, new: Path, library: Path, as_json: bool) -> None:
    """Replace the folder OLD of documents by NEW; no recording is read.

    OLD need not be there any more; it may be part of a followed folder, or hold several of them.
    """
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.relink import relink

    report = relink(LibraryStore.open(library), old, new)
    if as_json:
        print_json(
            {
                "documents": report.documents,
                "missing": list(report.missing),
                "taken": list(report.taken),
            }
        )
        return
    for what, paths in (("not there", report.missing), ("another document", report.taken)):
        for path in paths[:_LISTED]:
            print_line(f"warning: {path}: {what}")
        if len(paths) > _LISTED:
            print_line(f"warning: {what}: and {len(paths) - _LISTED} more; --json lists them all")
    print_line(f"{report.documents} documents relinked")
