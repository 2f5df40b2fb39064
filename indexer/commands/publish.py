"""hilbert publish: write a library to a store that many processes search at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, print_line


@verb(order=134)
@click.command("publish", short_help="Write a library to Milvus, where many search it at once.")
@library_option
@click.option(
    "--to",
    "store",
    required=True,
    metavar="STORE",
    help="PATH.db for a file of milvus-lite, or http://HOST:19530 for a server.",
)
@click.option(
    "--name", default="", help="Name to publish it under; that of the folder unless given."
)
@click.option("--replace", is_flag=True, help="Replace another library of this name there.")
@json_option
def command(library: Path, store: str, name: str, replace: bool, as_json: bool) -> None:
    """Write a library's current snapshot to Milvus, then let it answer there.

    Searches see the publication before or the new one, never a mix. After an interruption the same
    command goes on. A server's token is read from HILBERT_STORE_TOKEN. 'hilbert search --store'
    searches it. Needs the extra milvus.
    """
    from indexer.index.library_store import LibraryStore
    from indexer.published.address import read_address
    from indexer.published.engine import Engine
    from indexer.published.publish import publish

    address = read_address(store)
    opened = LibraryStore.open(library)
    engine = Engine.connect(address, create=True)
    try:
        with TerminalProgress() as progress:
            report = publish(
                opened,
                engine,
                name=name or address.library,
                replace_other=replace,
                progress=progress,
            )
    finally:
        engine.close()
    if as_json:
        print_json(asdict(report))
        return
    what = f"generation {report.generation} of {report.documents} documents"
    where = f"{report.store}#{report.name}"
    if not report.written:
        print_line(f"{what} is published already as {where}; nothing was written")
        return
    print_line(
        f"{what} answers at {where} now: {report.vectors} vectors, "
        f"{report.bytes / 1e6:.1f} MB of words and records"
    )
