"""Forms in which a stored transcript is written, one file each.

A form is a `TranscriptExport` that its file registers when it is imported:

    TRANSCRIPT_EXPORTS.add("lrc", TranscriptExport(write, timed_only=True))

`hilbert transcript --format` lists what is registered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hilbert.extension_points import TRANSCRIPT_EXPORTS as POINT
from hilbert.registry import Registry
from indexer.transcripts.document_transcript import DocumentTranscript


@dataclass(frozen=True)
class TranscriptExport:
    """How a stored transcript is written.

    Attributes:
        write: Gives the whole file's text, with the line end of the last line.
        timed_only: Whether it cannot be written without times.
    """

    write: Callable[[DocumentTranscript], str]
    timed_only: bool = False


TRANSCRIPT_EXPORTS: Registry[TranscriptExport] = Registry(POINT)
"""Forms by the name that `--format` takes, which is also the extension of their files."""
