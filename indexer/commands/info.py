"""hilbert info: what a library is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=90)
@click.command("info", short_help="Describe a library.")
@library_option
@json_option
def command(library: Path, as_json: bool) -> None:
    """Describe a library: size, encoders, model, generation."""
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.folders import folders_for_people

    opened = LibraryStore.open(library)
    info = opened.info()
    if as_json:
        print_json(info)
        return
    info["folders"] = folders_for_people(opened)
    for key, value in info.items():
        if key == "vector_index":
            value = _vectors(value)
        elif isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        elif isinstance(value, list):
            value = ", ".join(value)
        print_line(f"{key.replace('_', ' '):>18}  {value}")


def _vectors(info: dict[str, Any]) -> str:
    """Return how vectors are indexed, and why, in one line."""
    shards = ", ".join(f"{count} {kind}" for kind, count in info["shards"].items()) or "none yet"
    line = f"{info['setting']}: {info['chosen']}, as {info['reason']}; shards: {shards}"
    recall = ", ".join(f"{pair} {found:.3f}" for pair, found in info["recall"].items())
    if recall:
        line += f"; recall measured: {recall} (at least {info['target_recall']:g} wanted)"
    if info["other_kind"]:
        line += f"; 'hilbert rebuild' makes {info['other_kind']} more {info['chosen']}"
    return line
