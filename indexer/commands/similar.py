"""hilbert similar: find the moments most like a moment, or like a document."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from indexer.base.timecode import read_seconds
from indexer.commands.options import (
    LazyChoice,
    LazyHelpOption,
    channel_option,
    filter_options,
    json_option,
    k_option,
    library_unless_store_option,
    open_library_or_store,
    per_document_option,
    read_filters,
    store_option,
)
from indexer.commands.output import print_json, print_result
from indexer.commands.registry import verb

_TIME = re.compile(r"[-+]?[\d.:]+|[-+]?(nan|inf)", re.IGNORECASE)


def _similarities() -> list[str]:
    from indexer.search.searcher import similarity_methods

    return list(similarity_methods())


def _same_help() -> str:
    from indexer.search.searcher import similarity_methods

    methods = ", ".join(f"{same} is {method}" for same, method in similarity_methods().items())
    return f"What is to be similar, instead of --channel: {methods}."


@verb(order=30)
@click.command("similar", short_help="Find the moments most like a moment or a document.")
@click.argument("moment", metavar="NAME[@SECONDS]")
@library_unless_store_option
@store_option
@k_option
@per_document_option
@channel_option
@click.option(
    "--same",
    cls=LazyHelpOption,
    type=LazyChoice(_similarities),
    help_from=_same_help,
)
@filter_options
@json_option
def command(
    moment: str,
    library: Path | None,
    store: str | None,
    k: int,
    per_document: int,
    channel: str,
    same: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Find the moments most like the one at SECONDS of the document NAME, or like all of it."""
    name, seconds = _read_moment(moment)
    if same and channel != "auto":
        raise click.UsageError("give --same or --channel, not both")
    from indexer.maintenance.manage import find_document
    from indexer.search.searcher import Searcher, similarity_methods

    opened = open_library_or_store(library, store)
    document = find_document(opened, name)
    result = Searcher(opened).similar(
        document.id,
        seconds,
        k=k,
        channel=similarity_methods()[same] if same else channel,
        filters=read_filters(filters),
        per_document=per_document,
    )
    print_json(result.to_dict()) if as_json else print_result(result)


def _read_moment(moment: str) -> tuple[str, float | None]:
    """Return name and seconds; None for a whole document."""
    name, at, seconds = moment.rpartition("@")
    if not at:
        return moment, None
    time = read_seconds(seconds)
    if time is None and not _TIME.fullmatch(seconds):
        return moment, None  # a name may hold an @
    if not name or time is None:
        raise click.UsageError(
            f"'{moment}' is no moment; write NAME@SECONDS, such as talk@83.5 or talk@1:23"
        )
    return name, time
