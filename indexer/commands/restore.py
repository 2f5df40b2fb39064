"""hilbert restore: make a library from the file of a backup."""

from __future__ import annotations

import os
from pathlib import Path

import click

from indexer.base.shell import quoted
from indexer.commands.options import json_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line


@verb(order=134)
@click.command("restore", short_help="Make a library from the file of a backup.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    help="Folder of the library: a new or an empty one.",
)
@click.option("--check", is_flag=True, help="Only read FILE and compare it with its digests.")
@click.option("--overwrite", is_flag=True, help="Replace the library that is there.")
@json_option
def command(file: Path, library: Path | None, check: bool, overwrite: bool, as_json: bool) -> None:
    """Make a library from FILE, which 'hilbert backup' wrote.

    Everything is compared with its digest first; the library appears whole or not at all. Where
    the recordings lie elsewhere on this machine, 'hilbert relink' says where.
    """
    if check == (library is not None):
        raise click.UsageError("name the folder with --library, or give --check")
    from indexer.maintenance.backup import restore, verify

    if library is None:
        report = verify(file)
    else:
        report = restore(file, os.path.expanduser(library), overwrite=overwrite)
    if as_json:
        print_json(
            {
                "file": str(file),
                "library": None if library is None else str(report.path),
                "documents": report.documents,
                "files": report.files,
                "bytes": report.bytes,
                "created": report.created,
                "missing": list(report.missing),
            }
        )
        return
    where = "verified" if library is None else f"restored to {report.path}"
    print_line(f"{report.documents} documents of {report.created} {where}")
    for place in report.missing:
        print_line(
            f"note: {place} is not here: its documents can be found but not played; run 'hilbert "
            f"relink {place} NEW --library {quoted(report.path)}'"
        )
