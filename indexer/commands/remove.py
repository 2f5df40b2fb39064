"""hilbert remove: take documents out of a library."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.common import json_option, library_option, print_json


@click.command("remove")
@click.argument("documents", nargs=-1, required=True)
@library_option
@json_option
def command(documents: tuple[str, ...], library: Path, as_json: bool) -> None:
    """Remove documents by name or id. The recordings themselves are not touched."""
    from indexer.library import Library
    from indexer.maintain import remove

    removed = remove(Library.open(library), documents)
    if as_json:
        print_json({"removed": [{"document": d.id, "name": d.name} for d in removed]})
    else:
        click.echo("removed " + ", ".join(d.name for d in removed))
