"""A document to be: which files it is made of, and what is written of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from indexer.ingest.metadata_table import document_name


@dataclass(frozen=True)
class Source:
    """A document to be: a recording, a transcript, or both, and what a table says of it.

    Attributes:
        recording: The recording.
        transcript: Its transcript, or a transcript without a recording.
        metadata: Values of the table by column.
        speakers: Names of the table by label of the transcript.
        transcript_language: ISO 639 code that the name of the transcript holds.
        table: The metadata file that gave `metadata` or `speakers`.
        table_failed: Whether there is a metadata file that cannot be read: what it gave before
            still holds.
        beside: Of a remote recording, the files beside it that are read with it: those of its
            chapters, and the names that its folder expects.
    """

    recording: Path | None
    transcript: Path | None
    metadata: dict[str, str] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    transcript_language: str | None = None
    table: Path | None = None
    table_failed: bool = False
    beside: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        """The recording, else the transcript."""
        path = self.recording or self.transcript
        assert path is not None
        return path

    @property
    def name(self) -> str:
        """The file stem, by which people name the document."""
        return document_name(self.path)
