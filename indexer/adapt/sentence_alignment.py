"""Alignment of sentences with audio tokens, and crops of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hilbert.model.features import Features
from indexer.base.types import Cue, Segment
from indexer.transcripts.sentences import split_sentences

# Shorter runs are what the sentence term learns from.
_FEWEST_CROP_TOKENS = 6


def with_sentence_bounds(
    features: Features, segments: Sequence[Segment], cues: Sequence[Cue], language: str = "en"
) -> Features:
    """Return the features with `sentence_bounds`, or as they are where that cannot be known.

    A sentence that begins or ends within a cue shares the cue's time by its letters, and a
    segment's tokens are taken as evenly spread over it.

    Args:
        features: Of the document.
        segments: Its segments.
        cues: The cues that its segments are made of.
        language: ISO 639 code that its sentences were split by.
    """
    bounds: list[tuple[int, int]] = []
    for segment, (first, last) in zip(segments, features.audio_bounds.tolist(), strict=True):
        spoken = cues[segment.first_cue : segment.last_cue]
        sentences = split_sentences(segment.text, language)
        known = all(cue.start is not None for cue in spoken) and segment.end > segment.start
        if not known or not spoken or last <= first:
            bounds += [(0, 0)] * len(sentences)
            continue
        times = _times(sentences, spoken)  # [sentences, 2]
        share = np.clip((times - segment.start) / (segment.end - segment.start), 0.0, 1.0)
        tokens = first + np.rint(share * (last - first)).astype(int)
        bounds += [(low, high) for low, high in tokens.tolist()]
    if len(bounds) != len(features.sentences):  # split otherwise when the features were made
        return features
    return features.with_bounds(np.array(bounds, np.int64).reshape(-1, 2))


@dataclass(frozen=True)
class Crop:
    """A run of a segment's sentences: its text and the range of its audio tokens."""

    segment: int
    bounds: tuple[int, int]
    text: str


def cut_crops(
    features: Features, segments: Sequence[Segment], language: str = "en", most: int = 4
) -> list[Crop]:
    """Cut runs of two or more sentences of each segment, but not all of them.

    Args:
        features: Of the document, with `sentence_bounds`.
        segments: Its segments.
        language: ISO 639 code that its sentences were split by.
        most: Crops a segment; fewer where there are no more. The same ones on each call.
    """
    rng = np.random.default_rng(0)
    crops: list[Crop] = []
    sentence = 0
    for number, segment in enumerate(segments if len(features.sentence_bounds) else ()):
        texts = split_sentences(segment.text, language)
        bounds = features.sentence_bounds[sentence : sentence + len(texts)]
        sentence += len(texts)
        runs = [
            (first, last)
            for first in range(len(texts))
            for last in range(first + 2, len(texts) + 1)
            if last - first < len(texts)
        ]
        for run in rng.permutation(len(runs))[:most].tolist():
            first, last = runs[run]
            low, high = int(bounds[first, 0]), int(bounds[last - 1, 1])
            if high - low >= _FEWEST_CROP_TOKENS:
                crops.append(Crop(number, (low, high), " ".join(texts[first:last])))
    return crops


def _times(sentences: Sequence[str], cues: Sequence[Cue]) -> NDArray[np.float64]:
    """Return start and end `[sentences, 2]`, in seconds, of the consecutive sentences of cues."""
    edges = np.cumsum([0, *(_letters(cue.text) for cue in cues)])
    letters = np.stack([edges[:-1], edges[1:]], axis=1).ravel()  # [2 * cues]
    seconds = [time for cue in cues for time in (cue.start, cue.end)]
    ends = np.cumsum([_letters(sentence) for sentence in sentences])
    starts = np.concatenate([[0], ends[:-1]])
    # Half a letter inside: where one cue ends and the next begins there are two times.
    inside = np.stack([starts + 0.5, ends - 0.5], axis=1)
    return np.interp(inside, letters, np.asarray(seconds, np.float64))


def _letters(text: str) -> int:
    """Count characters that are not white space: splitting into sentences loses none of them."""
    return len("".join(text.split()))
