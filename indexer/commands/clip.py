"""hilbert clip: cut the sound of a moment out of its recording."""

from __future__ import annotations

import re
from pathlib import Path

import click

from indexer.base.timecode import read_seconds
from indexer.commands.options import LazyHelpCommand, library_option
from indexer.commands.registry import verb
from indexer.commands.terminal import print_line

_MOMENT = re.compile(r"(?P<name>.+)@(?P<start>[\d:.]+)-(?P<end>[\d:.]+)", re.DOTALL)


def _extensions() -> str:
    from indexer.media.cut import FORMATS

    return " ".join(FORMATS)


@verb(order=40)
@click.command(
    "clip",
    cls=LazyHelpCommand,
    fill={"EXTENSIONS": _extensions},
    short_help="Cut the sound of a moment out of its recording.",
)
@click.argument("moment", metavar="NAME@START-END")
@click.argument("out", type=click.Path(path_type=Path))
@library_option
@click.option("--force", is_flag=True, help="Replace OUT where it exists.")
def command(moment: str, out: Path, library: Path, force: bool) -> None:
    """Cut START to END (seconds, or m:ss) of the document NAME into the file OUT.

    The extension of OUT names the format, one of EXTENSIONS.
    """
    found = _MOMENT.fullmatch(moment)
    times = [read_seconds(found[key]) for key in ("start", "end")] if found else []
    if found is None or None in times:
        raise click.UsageError(
            f"'{moment}' is no part of a recording; write NAME@START-END, such as talk@83.5-97 "
            "or talk@1:23-1:37"
        )
    if out.exists() and not force:
        raise click.UsageError(f"{out} exists; name another file, or replace it with --force")
    if not out.absolute().parent.is_dir():
        raise click.UsageError(f"{out}: there is no folder {out.absolute().parent}")
    from indexer.base.errors import AudioError
    from indexer.index.library_store import LibraryStore
    from indexer.maintenance.manage import existing_recording, find_document
    from indexer.media.cut import cut

    opened = LibraryStore.open(library)
    document = find_document(opened, found["name"])
    recording = existing_recording(opened, document.id)
    if recording is None:
        raise AudioError(
            f"{document.name} has no recording here; index the folder where it is now"
            if document.recording
            else f"{document.name} is a transcript without a recording"
        )
    start, end = (time or 0.0 for time in times)
    seconds = cut(recording, start, end, out, document.language)
    print_line(f"{out}: {seconds:.1f} s of {document.title}")
