"""hilbert transcript: print what is stored of the words of a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.commands.options import (
    LazyChoice,
    json_option,
    library_unless_store_option,
    open_library_or_store,
    store_option,
)
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import print_document, print_line

if TYPE_CHECKING:
    from indexer.transcripts.document_transcript import DocumentTranscript


def _formats() -> Sequence[str]:
    from indexer.transcripts.export import TRANSCRIPT_EXPORTS

    return tuple(TRANSCRIPT_EXPORTS)


@verb(order=35)
@click.command("transcript", short_help="Print or export the transcript of a document.")
@click.argument("name")
@library_unless_store_option
@store_option
@json_option
@click.option(
    "--format",
    "form",
    type=LazyChoice(_formats),
    default="txt",
    show_default=True,
    help="json holds all that is known; vtt, srt and md are for other programs.",
)
@click.option(
    "--mark-doubtful",
    "mark",
    is_flag=True,
    help="Write [word?] for a recognised word that the recogniser doubts.",
)
def command(
    name: str, library: Path | None, store: str | None, as_json: bool, form: str, mark: bool
) -> None:
    """Print the transcript of the document NAME as it is stored.

    Its words came from its transcript or from the recogniser; json says from where, how sure the
    recogniser was of each cue and word, and what was noticed. What is printed can be indexed again.
    """
    from indexer.base.errors import LibraryError
    from indexer.maintenance.document_transcript import document_transcript
    from indexer.transcripts.export import TRANSCRIPT_EXPORTS

    transcript = document_transcript(open_library_or_store(library, store), name)
    form = "json" if as_json else form
    if form == "json":  # whatever the terminal's encoding lacks is escaped, never replaced
        print_json(transcript.to_dict())
        return
    export = TRANSCRIPT_EXPORTS[form]
    if not transcript.cues:
        raise LibraryError(
            f"{transcript.name} has no words ({transcript.text_source}); --format json shows what "
            "is known of it"
        )
    if export.timed_only and not transcript.timed:
        raise LibraryError(f"{transcript.name} has no times, which {form} needs; use txt or md")
    if mark:
        print_document(export.write(transcript.with_doubts()))
        return
    text = export.write(transcript)
    print_document(text)
    _warn_of_loss(text, form, transcript)


def _warn_of_loss(text: str, form: str, transcript: DocumentTranscript) -> None:
    """Print how many cues would be read back otherwise, where the form is one hilbert reads."""
    from indexer.transcripts.export.text_lines import count_differences
    from indexer.transcripts.formats import transcript_extensions

    if f".{form}" not in transcript_extensions():
        return
    if lost := count_differences(text, f".{form}", transcript):
        print_line(
            f"{form} cannot carry all: {lost} of {len(transcript.cues)} cues would be read back "
            "otherwise; json keeps everything",
            err=True,
        )
