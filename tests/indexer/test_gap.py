"""The gap report on constructed vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from hilbert.diagnostics import centroid_gap
from indexer.errors import QueryError
from indexer.gap import gap_report
from indexer.stored import StoredDocument, StoredSegment
from indexer.vectors import VectorIndex


@dataclass
class MadeLexical:
    segments_made: list[StoredSegment]

    @property
    def n_segments(self) -> int:
        return len(self.segments_made)

    def documents(self) -> list[StoredDocument]:
        return [
            StoredDocument("a", "a", "A talk", "/a.wav", None, None, None, None, 60.0, "f"),
        ]

    def segments(self, ids: list[int]) -> list[StoredSegment]:
        return [s for s in reversed(self.segments_made) if s.id in ids]


@dataclass
class MadeGeneration:
    """What `gap_report` reads of a generation: indexes and the texts."""

    indexes: dict[str, VectorIndex]
    lexical: MadeLexical = field(default_factory=lambda: MadeLexical([]))

    def index(self, level: str, modality: str) -> VectorIndex:
        assert level == "segments"
        return self.indexes[modality]


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def generation(ids: dict[str, list[int]], n: int = 30, d: int = 8) -> tuple[Any, dict]:
    rng = np.random.default_rng(0)
    vectors = {m: unit(rng.standard_normal((n, d)) + i) for i, m in enumerate(ids)}
    indexes = {m: VectorIndex.build(ids[m], vectors[m][ids[m]]) for m in ids}
    segments = [
        StoredSegment(i, "a", i, None if i == 0 else float(i), float(i + 1), f"word {i} " * 20)
        for i in range(n)
    ]
    return MadeGeneration(indexes, MadeLexical(segments)), vectors


def test_numbers_rest_on_segments_with_both_modalities_in_one_order() -> None:
    audio, text = list(range(0, 20)), list(range(29, 9, -1))
    made, vectors = generation({"audio": audio, "text": text, "joint": list(range(30))})
    report = gap_report(made)
    both = range(10, 20)
    assert (report.pairs, report.segments) == (10, 30)
    expected = centroid_gap(vectors["audio"][both], vectors["text"][both])
    assert report.centroid_gap == pytest.approx(expected)
    cosines = (vectors["audio"][both] * vectors["text"][both]).sum(1)
    assert report.matched_cosine == pytest.approx(cosines.mean(), abs=1e-6)
    assert report.histograms.matched.sum() == 10


def test_every_row_of_the_map_is_one_segment_in_all_spaces() -> None:
    everything = list(range(30))
    made, _ = generation({"audio": everything, "text": everything, "joint": everything})
    report = gap_report(made, points=7)
    assert {name: rows.shape for name, rows in report.map.items()} == {
        "audio": (7, 2),
        "text": (7, 2),
        "joint": (7, 2),
    }
    assert len(report.points) == 7
    again = gap_report(made, points=7)
    assert again.points == report.points
    np.testing.assert_array_equal(again.map["audio"], report.map["audio"])


def test_a_point_tells_title_time_and_first_words() -> None:
    everything = list(range(30))
    made, _ = generation({"audio": everything, "text": everything, "joint": everything})
    points = gap_report(made).points
    assert [p.start for p in points[:3]] == [None, 1.0, 2.0]
    assert points[2].title == "A talk"
    assert points[2].words == "word 2 " * 6 + "…"


@pytest.mark.parametrize(
    ("audio", "text", "message"),
    [
        ([], [0, 1, 2], "transcripts only"),
        ([0, 1, 2], [], "nothing in this library has words"),
        ([0, 1], [1, 2], "has 1 of them"),
    ],
)
def test_without_pairs_it_says_what_is_missing(
    audio: list[int], text: list[int], message: str
) -> None:
    made, _ = generation({"audio": audio, "text": text, "joint": [0, 1, 2]})
    with pytest.raises(QueryError, match=message):
        gap_report(made)
