"""What a guarded process does with transcripts: each task yields what JSON can hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.transcripts.formats import is_recognised
from indexer.transcripts.reader import beginning_as_text, read_transcript

Item = tuple[dict[str, Any], None]


def read(path: str, language: str, named: str | None) -> Iterator[Item]:
    """Read a transcript."""
    found = read_transcript(Path(path), language, named)
    cues = [
        (c.text, c.start, c.end, c.speaker, c.avg_logprob, c.no_speech_prob) for c in found.cues
    ]
    values = {
        "cues": cues,
        "sounds": [(s.label, s.start, s.end, s.cue) for s in found.sounds],
        "timed": found.timed,
        "format": found.format,
        "language": found.language,
        "warnings": found.warnings,
    }
    yield values, None


def recognise(path: str, extension: str) -> Iterator[Item]:
    """Look whether a file is of one of the formats of an extension."""
    yield {"is_recognised": is_recognised(beginning_as_text(Path(path)), extension)}, None
