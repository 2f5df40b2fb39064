"""Transcripts cut into segments as indexing cuts them: the real part of a big library."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.base.types import Cue, Segment, SegmentSettings
from indexer.ingest.segment import cut_segments, split_cues
from indexer.transcripts.reader import read_transcript

_EXTENSIONS = {".md", ".vtt", ".srt", ".txt"}
_YEAR = re.compile(r"(19|20)\d\d")
_FIRST_YEAR, _YEARS = 2014, 10


@dataclass(frozen=True)
class ScaleDocument:
    """A document of a big library.

    Attributes:
        name: File stem of its transcript.
        date: Its year where the name begins with one; else a year, and always month and day, are
            drawn from the name.
        label: The folder that it lies in.
        cues: In order.
        segments: In order.
        base: For a copy, the name of the document that it is made of.
    """

    name: str
    date: str
    label: str
    cues: tuple[Cue, ...]
    segments: tuple[Segment, ...]
    base: str = ""

    @property
    def id(self) -> str:
        """The id in the catalog, which follows from the name alone."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.segments[-1].end if self.segments else 0.0

    def first_segments(self, most: int) -> ScaleDocument:
        """Return the document up to so many segments."""
        if most >= len(self.segments):
            return self
        segments = self.segments[:most]
        return replace(self, segments=segments, cues=self.cues[: segments[-1].last_cue])


def document_name(path: Path) -> str:
    """Return the name of the document of a transcript."""
    return f"{path.parent.name}-{path.stem}"


def list_transcripts(folders: Sequence[Path]) -> list[Path]:
    """List the transcripts of some folders in an order that is drawn, always the same."""
    found = [p for folder in folders for p in folder.rglob("*") if p.suffix in _EXTENSIONS]
    return sorted(found, key=lambda path: hashlib.sha256(path.name.encode()).digest())


def read_documents(paths: Sequence[Path]) -> Iterator[ScaleDocument]:
    """Read transcripts; where one has no times, these are estimated by its words.

    Those without a segment are left out.
    """
    settings = SegmentSettings()
    for path in paths:
        transcript = read_transcript(path)
        cues = split_cues(transcript.cues, settings)
        if segments := cut_segments(cues, settings):
            yield ScaleDocument(
                document_name(path), _date(path.stem), path.parent.name, cues, segments
            )


def _date(stem: str) -> str:
    drawn = int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4], "big")
    found = _YEAR.match(stem)
    year = int(found.group()) if found else _FIRST_YEAR + drawn % _YEARS
    return f"{year}-{drawn // 16 % 12 + 1:02d}-{drawn // 256 % 28 + 1:02d}"
