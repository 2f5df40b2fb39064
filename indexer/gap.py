"""How far audio and text lie apart in a library: numbers, cosine histograms and a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.diagnostics import (
    CosineHistograms,
    alignment,
    centroid_gap,
    cosine_histograms,
    pca_map,
    relative_modality_gap,
)
from indexer.errors import QueryError

if TYPE_CHECKING:
    from indexer.generation import Generation

# A seeded sample of this many segments gives the numbers of a larger library to two digits.
MOST_PAIRS = 20_000
MOST_POINTS = 400
_FIRST_WORDS = 12


@dataclass(frozen=True)
class MapPoint:
    """What a point of the map stands for: a segment, the same row in every modality."""

    title: str
    start: float | None
    words: str


@dataclass(frozen=True)
class GapReport:
    """The modality gap of a library, over segments that have both sound and words.

    Attributes:
        segments: segments of the library.
        pairs: segments with an audio and a text vector, on which the numbers rest.
        centroid_gap: distance of the two means, 0 to 2.
        relative_gap: distance of matched pairs beside distances within a modality, 0 to 1.
        matched_cosine: mean cosine of a segment's sound and its own words.
        histograms: cosines of matched and random pairs, across and within the modalities.
        map: `audio`, `text` and `joint` to `[n, 2]`, a linear map of a sample.
        points: what the `n` rows of the map stand for.
    """

    segments: int
    pairs: int
    centroid_gap: float
    relative_gap: float
    matched_cosine: float
    histograms: CosineHistograms
    map: dict[str, NDArray[np.float64]]
    points: tuple[MapPoint, ...]


def gap_report(generation: Generation, points: int = MOST_POINTS, seed: int = 0) -> GapReport:
    """Measure the gap between the audio and the text vectors of a generation.

    Args:
        generation: opened for reading.
        points: at most so many segments are put on the map.
        seed: of the samples; the same seed gives the same report.

    Raises:
        QueryError: fewer than two segments have both modalities; says what is missing.
    """
    paired = _paired(generation)
    rng = np.random.default_rng(seed)
    ids = _sample(rng, paired, MOST_PAIRS).tolist()
    audio = generation.index("segments", "audio").vectors(ids)  # [pairs, d]
    text = generation.index("segments", "text").vectors(ids)
    joint = generation.index("segments", "joint")
    shown = _sample(rng, np.array([i for i in ids if i in joint], np.int64), points).tolist()
    return GapReport(
        segments=generation.lexical.n_segments,
        pairs=len(ids),
        centroid_gap=centroid_gap(audio, text),
        relative_gap=relative_modality_gap(audio, text),
        # Of unit vectors, ||a - t||^2 = 2 - 2 cos.
        matched_cosine=1.0 - alignment(audio, text) / 2,
        histograms=cosine_histograms(audio, text, seed=seed),
        map=pca_map(
            {m: generation.index("segments", m).vectors(shown) for m in ("audio", "text", "joint")}
        )
        if shown
        else {},
        points=_points(generation, shown),
    )


def _paired(generation: Generation) -> NDArray[np.int64]:
    """Ids of the segments that have both an audio and a text vector."""
    audio = generation.index("segments", "audio").ids
    text = generation.index("segments", "text").ids
    if not len(audio):
        raise QueryError(
            "nothing in this library has sound: it holds transcripts only, so there is no gap "
            "to measure; index their recordings"
        )
    if not len(text):
        raise QueryError(
            "nothing in this library has words, so there is no gap to measure; index it with "
            "transcripts, or with --asr auto"
        )
    both = np.intersect1d(audio, text)
    if len(both) < 2:
        raise QueryError(
            "a gap is measured on segments with both sound and words; this library has "
            f"{len(both)} of them, at least 2 are needed"
        )
    return both


def _sample(rng: np.random.Generator, ids: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    return np.sort(rng.choice(ids, most, replace=False)) if len(ids) > most else ids


def _points(generation: Generation, ids: list[int]) -> tuple[MapPoint, ...]:
    titles = {d.id: d.title for d in generation.lexical.documents()}
    segments = {s.id: s for s in generation.lexical.segments(ids)}
    points = []
    for id_ in ids:
        segment = segments[id_]
        words = segment.text.split()
        first = " ".join(words[:_FIRST_WORDS]) + (" …" if len(words) > _FIRST_WORDS else "")
        points.append(MapPoint(titles[segment.document], segment.start, first))
    return tuple(points)
