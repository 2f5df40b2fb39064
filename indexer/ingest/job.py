"""A document to be processed, and its files as they were found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.source import Source
from indexer.store.catalog import Document, KnownPath
from indexer.transcripts.transcript import Transcript


@dataclass(frozen=True)
class HashedFile:
    """A file with its content's hash (`known`) and what the catalog knew of it `before`."""

    path: Path
    known: KnownPath
    before: KnownPath | None


@dataclass(frozen=True)
class DocumentJob:
    """A document to be processed.

    Attributes:
        source: Its files and its row of a table.
        document_id: sha256 of its recording, or of a lone transcript.
        recording: Its recording, hashed.
        transcript: Its transcript, hashed.
        parsed: The transcript, None where it cannot be read, or is not read yet.
        existing: The document as it is in the catalog.
        needs_words: All is done but the words, which no recogniser was asked for, or another one:
            nothing is to be done if the recogniser does not know the language.
        read: Reads the transcript, where that is left until it is needed: all those of a large
            collection would fill the memory. It raises `TranscriptError`.
        settings: How it is processed.
    """

    source: Source
    document_id: str
    recording: HashedFile | None
    transcript: HashedFile | None
    parsed: Transcript | None
    existing: Document | None
    settings: ProcessSettings
    needs_words: bool = False
    read: Callable[[], Transcript] | None = None

    @property
    def main(self) -> HashedFile:
        """The recording, else the transcript."""
        main = self.recording or self.transcript
        assert main is not None
        return main

    @property
    def size(self) -> int:
        """Size of the recording in bytes, 0 for a transcript alone."""
        return self.recording.known.size if self.recording else 0
