"""hilbert similar: find the moments most like a moment."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.common import (
    channel_option,
    json_option,
    k_option,
    library_option,
    print_json,
    print_result,
    result_to_dict,
)


@click.command("similar")
@click.argument("moment", metavar="NAME@SECONDS")
@library_option
@k_option
@channel_option
@json_option
def command(moment: str, library: Path, k: int, channel: str, as_json: bool) -> None:
    """Find the moments most like the one at SECONDS of the document NAME."""
    name, at, seconds = moment.rpartition("@")
    try:
        time = float(seconds)
    except ValueError:
        time = -1.0
    if not at or not name or not 0 <= time < float("inf"):
        raise click.UsageError(f"'{moment}' is no moment; write NAME@SECONDS, such as talk@83.5")
    from indexer.library import Library
    from indexer.maintain import find_document
    from indexer.search import Searcher

    opened = Library.open(library)
    document = find_document(opened, name)
    result = Searcher(opened).similar(document.id, time, k=k, channel=channel)
    print_json(result_to_dict(result)) if as_json else print_result(result)
