"""hilbert remove: take documents out of a library."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=130)
@click.command("remove", short_help="Remove documents from a library.")
@click.argument("documents", nargs=-1, required=True)
@library_option
@json_option
def command(documents: tuple[str, ...], library: Path, as_json: bool) -> None:
    """Remove documents by name or id. The recordings themselves are not touched."""
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.folders import comes_back
    from indexer.maintenance.manage import remove

    opened = LibraryStore.open(library)
    removed = remove(opened, documents)
    if as_json:
        print_json({"removed": [{"document": d.id, "name": d.name} for d in removed]})
    else:
        print_line("removed " + ", ".join(d.name for d in removed))
        if again := comes_back(opened, removed):
            print_line(
                f"note: the next 'hilbert index' without paths adds {', '.join(again)} again: what "
                "lies in a followed folder is indexed ('hilbert folders --forget')",
                err=True,
            )
