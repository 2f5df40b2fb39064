"""hilbert rebuild: a new generation from stored features."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalReporter, print_line


@verb(order=120)
@click.command("rebuild", short_help="Make a new index from stored features.")
@library_option
@json_option
def command(library: Path, as_json: bool) -> None:
    """Make a new index from stored features; no recording is read."""
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.manage import rebuild

    opened = LibraryStore.open(library)
    with TerminalReporter() as reporter:
        number = rebuild(opened, reporter)
    documents = len(opened.catalog.documents())
    if as_json:
        print_json({"generation": number, "documents": documents})
    else:
        print_line(f"generation {number} of {documents} documents answers searches now")
