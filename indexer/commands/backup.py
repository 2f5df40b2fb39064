"""hilbert backup: write a library to one file."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=132)
@click.command("backup", short_help="Write a library to one file, also while it is in use.")
@click.argument("file", type=click.Path(path_type=Path))
@library_option
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
@json_option
def command(file: Path, library: Path, overwrite: bool, as_json: bool) -> None:
    """Write a library to FILE, a ZIP archive with a digest of everything in it.

    It may be searched and written to meanwhile. Recordings are not in it, but for those that were
    uploaded in the app. 'hilbert restore' reads it back.
    """
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.backup import backup

    report = backup(LibraryStore.open(library), file, overwrite=overwrite)
    if as_json:
        print_json(
            {
                "file": str(report.path),
                "documents": report.documents,
                "files": report.files,
                "bytes": report.bytes,
                "created": report.created,
            }
        )
        return
    print_line(
        f"{report.documents} documents in {report.files} files, {report.bytes / 1e6:.1f} MB, "
        f"written to {report.path} and verified"
    )
