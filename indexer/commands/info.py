"""hilbert info: what a library is made of."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json


@click.command("info")
@library_option
@json_option
def command(library: Path, as_json: bool) -> None:
    """Describe a library: size, encoders, model, generation."""
    from indexer.index.library_store import LibraryStore

    info = LibraryStore.open(library).info()
    if as_json:
        print_json(info)
        return
    for key, value in info.items():
        if isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        click.echo(f"{key.replace('_', ' '):>18}  {value}")
