"""Cues that last longer than a segment may, split at their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.base.types import Cue
from indexer.transcripts.durations import spoken_seconds
from indexer.transcripts.sentences import split_sentences

# A segment lasts up to 30 s and is made of whole cues.
_MAX_SECONDS = 30.0


def split_long(cue: Cue, language: str) -> Iterator[Cue]:
    """Yield the sentences of a cue of more than 30 s, or else the cue itself.

    Args:
        cue: With times.
        language: ISO 639 code to split sentences by.
    """
    if cue.start is None or cue.end is None or cue.end - cue.start <= _MAX_SECONDS:
        yield cue
        return
    sentences = [replace(cue, text=text) for text in split_sentences(cue.text, language)]
    yield from sharing(sentences, cue.start, cue.end)


def sharing(cues: Sequence[Cue], start: float, end: float) -> Iterator[Cue]:
    """Give cues the parts of a span, in seconds, by how long their words take to say."""
    lengths = [spoken_seconds(cue.text) for cue in cues]
    scale = (end - start) / sum(lengths) if lengths else 0.0
    for cue, length in zip(cues, lengths, strict=True):
        until = min(end, start + length * scale)
        yield replace(cue, start=round(start, 3), end=round(until, 3))
        start = until
