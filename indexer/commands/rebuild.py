"""hilbert rebuild: a new generation from stored features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from indexer.commands.options import (
    LazyChoice,
    json_option,
    library_option,
    vector_options,
)
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, print_line


def _models() -> Sequence[str]:
    from indexer.maintenance.manage import MODELS

    return MODELS


@verb(order=120)
@click.command("rebuild", short_help="Make a new index from stored features.")
@library_option
@vector_options
@click.option(
    "--model",
    type=LazyChoice(_models),
    help="Go back to the model that ships, or to the last good one, where this one is damaged.",
)
@json_option
def command(
    library: Path,
    vector_index: str | None,
    max_memory: float | None,
    target_recall: float | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Make a new index from stored features.

    No recording is read, but where features are damaged: these are encoded again.
    """
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.manage import rebuild

    opened = LibraryStore.open(library)
    with TerminalProgress() as progress:
        vectors = opened.vector_settings.changed(vector_index, max_memory, target_recall)
        number = rebuild(opened, progress, vectors, model)
    documents = len(opened.catalog.documents())
    if as_json:
        print_json({"generation": number, "documents": documents})
    else:
        print_line(f"generation {number} of {documents} documents answers searches now")
