"""Copies of documents with sentences exchanged between them: how often each word occurs is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.scale.real_documents import ScaleDocument
from indexer.base.types import Cue, Segment
from indexer.transcripts.sentences import split_sentences

# Of each segment, every so many sentences are exchanged with those of other segments.
_EVERY = 2


def recombined(documents: Sequence[ScaleDocument], number: int) -> Iterator[ScaleDocument]:
    """Yield a copy of each document, in which every second sentence is another's.

    The sentences that leave their segments are put in an order that is drawn, and take each
    other's places: all copies together hold the same sentences, and words, as the documents.
    Segments keep their times and speakers; the cues of a segment become its sentences.

    Args:
        documents: That are copied.
        number: Of the copy; another number draws another order.
    """
    sentences = [
        [split_sentences(segment.text, "en") for segment in document.segments]
        for document in documents
    ]
    leaving = [
        sentence
        for of_document in sentences
        for of_segment in of_document
        for sentence in of_segment[number % _EVERY :: _EVERY]
    ]
    order = np.random.default_rng(number).permutation(len(leaving))
    coming = (leaving[place] for place in order.tolist())
    for document, of_document in zip(documents, sentences, strict=True):
        cues: list[Cue] = []
        segments = []
        for segment, of_segment in zip(document.segments, of_document, strict=True):
            mixed = [
                next(coming) if place % _EVERY == number % _EVERY else sentence
                for place, sentence in enumerate(of_segment)
            ]
            speaker = document.cues[segment.first_cue].speaker
            first = len(cues)
            cues += _timed(mixed, segment, speaker)
            segments.append(
                replace(segment, text=" ".join(mixed), first_cue=first, last_cue=len(cues))
            )
        yield replace(
            document,
            name=f"copy-{number:03d}-{document.name}",
            cues=tuple(cues),
            segments=tuple(segments),
            base=document.base or document.name,
        )


def _timed(sentences: Sequence[str], segment: Segment, speaker: str | None) -> Iterator[Cue]:
    """Share the time of a segment among sentences by their letters."""
    edges = np.cumsum([0, *(len(sentence) + 1 for sentence in sentences)])
    times = segment.start + (segment.end - segment.start) * edges / edges[-1]
    for sentence, start, end in zip(sentences, times[:-1], times[1:], strict=True):
        yield Cue(sentence, round(float(start), 3), round(float(end), 3), speaker)
