"""hilbert folders: the folders that a library follows."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=85)
@click.command("folders", short_help="List the folders that a library follows.")
@library_option
@click.option(
    "--forget",
    multiple=True,
    metavar="FOLDER",
    help="Follow FOLDER no more; its documents stay. May be repeated.",
)
@json_option
def command(library: Path, forget: tuple[str, ...], as_json: bool) -> None:
    """List the folders and files that 'hilbert index' looks through when none are named."""
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.folders import followed_folders, forget_folders

    opened = LibraryStore.open(library)
    forget_folders(opened, forget)
    listed = followed_folders(opened)
    if as_json:
        print_json(
            {
                "folders": [
                    {
                        "path": place.folder.path,
                        "language": place.folder.language,
                        "asr": place.folder.asr,
                        "documents": place.documents,
                        "not_reachable": place.unreachable,
                    }
                    for place in listed
                ]
            }
        )
        return
    for place in listed:
        reason = f"; not reachable: {place.unreachable}" if place.unreachable else ""
        print_line(
            f"{place.folder.path}  ({place.documents} documents, {place.folder.language}, asr "
            f"{place.folder.asr}{reason})"
        )
    if not listed:
        print_line("no folder is followed; 'hilbert index FOLDER' follows one")
