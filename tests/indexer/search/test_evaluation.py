"""What is scored holds the best segments and documents, as if everything were scored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer.search.evaluation as evaluation
from indexer.index.background import Background
from indexer.index.segment_table import SegmentTable
from indexer.search import best_documents
from indexer.search.channels import CHANNELS
from indexer.search.evaluation import Evaluation
from indexer.search.fusion import Weights
from indexer.search.index_view import IndexView
from indexer.search.late import Late
from indexer.search.query import QueryVector
from indexer.search.scores import FusedScores, Scores
from indexer.search.scoring import ComparedPart
from indexer.search.segment_scores import KnownScores, SegmentScores, highest

WEIGHTS = {"text": 0.3, "joint": 0.2, "lexical": 0.2, "document words": 0.1, "document": 0.2}


class Nearest(KnownScores):
    """Scores that are looked up like those of an index that finds the nearest alone."""

    finds_all = False


def index_of(counts: list[int], marked: np.ndarray[Any, Any]) -> IndexView:
    """An index of documents with so many segments of 20 s, some of them adverts."""
    table: Any = SegmentTable.__new__(SegmentTable)
    table.documents = [SimpleNamespace(id=str(row), language="en") for row in range(len(counts))]
    table.ids = np.arange(sum(counts)) + 1000
    # The rows of segments are by document id, the documents by name.
    table.owners = np.repeat(np.argsort(np.cos(np.arange(len(counts)))), counts)
    table.starts = np.concatenate([20.0 * np.arange(count) for count in counts])
    table.ends = table.starts + 20
    snapshot: Any = SimpleNamespace(repeats=SimpleNamespace(marked=table.ids[marked]))
    return IndexView(snapshot, table)


def late(scores: Scores) -> tuple[Late[Scores], ...]:
    return (Late(lambda: scores),)


def compared(index: IndexView, seed: int, kind: type[KnownScores]) -> ComparedPart:
    random = np.random.default_rng(seed)
    n, documents = len(index.table), len(index.table.documents)
    words = np.where(random.random(n) < 0.1, random.random(n), np.nan)
    with_sound = np.where(random.random(n) < 0.9, random.normal(0, 0.2, n), np.nan)
    segments: dict[str, tuple[SegmentScores, ...]] = {
        "lexical": (KnownScores(words),),
        "text": (kind(random.normal(0, 0.2, n)), kind(random.normal(0, 0.2, n))),
        "joint": (kind(with_sound),),
    }
    whole = {name: random.random(documents) for name in ("document words", "document")}
    return ComparedPart(segments, {name: late(scores) for name, scores in whole.items()}, index)


def best(fused: FusedScores, k: int) -> tuple[list[int], list[int]]:
    """Rows of the best segments and documents."""
    rows = fused.rows[np.argsort(-fused.segment_scores, kind="stable")][:k]
    scores = fused.document_scores[fused.scored]
    return rows.tolist(), fused.scored[np.argsort(-scores, kind="stable")][:k].tolist()


@contextmanager
def candidates(first: int, most_completed: float = 0.2) -> Iterator[None]:
    """Let each channel name so many segments, also where there are few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "MOST_SCORED", 0)
        patch.setattr(evaluation, "FIRST_CANDIDATES", first)
        patch.setattr(evaluation, "_MOST_COMPLETED", most_completed)
        yield


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(60, 200), st.sampled_from([1, 5, 10]))
def test_what_is_not_scored_is_not_among_the_best(seed: int, n_documents: int, k: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 60, n_documents).tolist()
    index = index_of(counts, random.random(sum(counts)) < 0.05)
    parts: list[tuple[ComparedPart, Weights]] = [(compared(index, seed, Nearest), WEIGHTS)]
    searched = random.random(len(index.table)) < 0.7
    with candidates(60, most_completed=1.0):
        some = Evaluation(parts, index, searched, k).best()
    every = Evaluation(parts, index, searched, k, exhaustive=True).best()
    assert len(some.scored) < len(every.scored) and len(some.rows) < len(every.rows)
    assert best(some, k) == best(every, k)
    scored = some.scored[np.argsort(-some.document_scores[some.scored])][:k]
    assert some.document_scores[scored] == pytest.approx(every.document_scores[scored], abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_what_could_be_in_one_moment_with_a_candidate_is_scored(seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 60, 100).tolist()
    index = index_of(counts, np.zeros(sum(counts), bool))
    parts: list[tuple[ComparedPart, Weights]] = [(compared(index, seed, Nearest), WEIGHTS)]
    searched = random.random(len(index.table)) < 0.7
    with candidates(10, most_completed=1.0):
        some = Evaluation(parts, index, searched).best()
    assert searched[some.rows].all()
    (top,), _ = best(some, 1)
    table = index.table
    for row in (top - 2, top - 1, top + 1, top + 2):
        if 0 <= row < len(table) and table.owners[row] == table.owners[top] and searched[row]:
            assert row in some.rows


class Approximate(Nearest):
    """Scores of an index that may miss some of the nearest."""

    is_exact = False


@pytest.mark.parametrize("kind", [Nearest, Approximate])
def test_more_is_looked_for_where_much_is_wanted(kind: type[KnownScores]) -> None:
    index = index_of([30] * 60, np.zeros(1800, bool))
    parts: list[tuple[ComparedPart, Weights]] = [(compared(index, 3, kind), WEIGHTS)]
    with candidates(10):
        found = Evaluation(parts, index, np.ones(1800, bool), 500).best()
    assert np.count_nonzero(found.found) >= 500


def times_of_best(scores: KnownScores, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many segments `best` is asked for, each time."""
    times: list[int] = []
    find = scores.best
    monkeypatch.setattr(scores, "best", lambda n, *given: times.append(n) or find(n, *given))
    return times


@pytest.mark.parametrize(("kind", "asked"), [(Nearest, 1), (Approximate, 0)])
def test_a_channel_of_little_weight_names_none_where_that_proves_nothing(
    kind: type[KnownScores], asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of([30] * 60, np.zeros(1800, bool))
    part = compared(index, 4, kind)
    audio = kind(np.random.default_rng(5).normal(0, 0.2, 1800))
    times = times_of_best(audio, monkeypatch)
    light = ComparedPart({**part.segments, "audio": (audio,)}, part.documents, index)
    with candidates(60):
        found = Evaluation([(light, WEIGHTS | {"audio": 0.02})], index, np.ones(1800, bool), 5)
        assert len(found.best().rows) < 1800
    assert min(1, len(times)) == asked
    alone = ComparedPart({"audio": (audio,)}, {}, index)
    with candidates(60):
        Evaluation([(alone, {"audio": 1.0})], index, np.ones(1800, bool), 5).best()
    assert len(times) > asked


@pytest.mark.parametrize(
    ("weight", "all_named", "asked"), [(0.1, True, 0), (0.3, True, 1), (0.1, False, 1)]
)
def test_a_channel_names_none_where_another_of_more_weight_names_the_same(
    weight: float, all_named: bool, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of([30] * 60, np.zeros(1800, bool))
    random = np.random.default_rng(5)
    text, joint = (Approximate(random.random(1800)) for _ in range(2))
    joint.named_by, joint.all_named = "text", all_named
    times, of_text = times_of_best(joint, monkeypatch), times_of_best(text, monkeypatch)
    part = ComparedPart({"text": (text,), "joint": (joint,)}, {}, index)
    monkeypatch.setattr(evaluation, "_APPROXIMATE_CANDIDATES", 20)
    with candidates(60):
        found = Evaluation([(part, {"text": 0.2, "joint": weight})], index, np.ones(1800, bool), 5)
        found.best()
    assert min(1, len(times)) == asked
    assert times[:1] == [20] * asked and of_text[0] == 60  # which names for both
    alone = ComparedPart({"joint": (joint,)}, {}, index)
    with candidates(60):
        Evaluation([(alone, {"joint": 1.0})], index, np.ones(1800, bool), 5).best()
    assert len(times) > asked


@pytest.mark.parametrize(
    ("n_texts", "asks_by", "named_by", "all_named"),
    [(5, "text", "text", True), (4, "text", "text", False), (5, "joint", "", True)],
)
def test_joint_vectors_name_for_themselves_where_sound_has_no_words(
    n_texts: int, asks_by: str, named_by: str, all_named: bool
) -> None:
    view: Any = SimpleNamespace(
        snapshot=SimpleNamespace(
            index=lambda _level, modality: range(5 if modality == "joint" else n_texts),
            vector_sums=lambda _modality: SimpleNamespace(count=5, cosines=lambda _query: (0, 1)),
            background={(asks_by, "joint"): Background(0.0, 0.1)},
        )
    )
    vector = QueryVector((), {"joint": (np.ones(4, np.float32), (asks_by, "joint"))})
    found = CHANNELS["joint"].compare(vector, view)
    assert (found.named_by, found.all_named) == (named_by, all_named)


@pytest.mark.parametrize(("segments", "scored"), [(0, 5), (60, 14)])
def test_of_short_documents_more_are_scored(
    segments: int, scored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of([4] * 450, np.zeros(1800, bool))
    part = ComparedPart({"text": (Approximate(np.full(1800, 0.5)),)}, {}, index)
    monkeypatch.setattr(best_documents, "_SEGMENTS_OF_SHORT_EACH", segments)
    with candidates(60):
        found = Evaluation([(part, {"text": 1.0})], index, np.ones(1800, bool), 1).best()
    assert len(found.scored) == scored


@pytest.mark.parametrize("left", [slice(None), slice(600, 960)])  # by a filter: a fifth
def test_what_is_known_of_segments_and_their_documents_together_names_the_best(
    left: slice, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of([30] * 60, np.zeros(1800, bool))
    searched = np.zeros(1800, bool)
    searched[left] = True
    monkeypatch.setattr(evaluation, "_NAMED_BY_WORDS", 10)
    words, whole = np.full(1800, np.nan), np.zeros(60)
    words[::10] = 0.6  # more than are named
    words[690:720] = np.nan
    words[705], whole[index.table.owners[705]] = 0.5, 1.0
    text = Approximate(np.where(np.arange(1800) % 10 == 1, 0.1, 0.0))
    joint = Approximate(np.where(np.arange(1800) % 10 == 2, 0.1, 0.0))
    segments = {"lexical": (KnownScores(words),), "text": (text,), "joint": (joint,)}
    part = ComparedPart(segments, {"document": late(whole)}, index)
    weights = {name: w for name, w in WEIGHTS.items() if name != "document words"}
    monkeypatch.setattr(evaluation, "_APPROXIMATE_CANDIDATES", 10)
    with candidates(10):
        some = Evaluation([(part, weights)], index, searched, 1)
        some._add_best()  # before any document is scored whole
        assert 705 in some.rows and searched[some.rows].all()
        assert best(some.best(), 1)[0] == [705] and len(some.rows) < np.count_nonzero(searched)


class Compared(Approximate):
    """Scores of an index that tells more of what it compared than it names."""

    def best(self, n: int, searched: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], float]:
        rows = np.flatnonzero(searched & self.has)
        rows = rows[np.argsort(-self.at(rows), kind="stable")][: 20 * n]
        self._near = rows, self.at(rows)
        return rows[:n], float(self.at(rows)[n - 1])

    @property
    def near(self) -> tuple[np.ndarray[Any, Any], Scores] | None:
        return self._near


@pytest.mark.parametrize("kind", [Approximate, Compared])
def test_what_indexes_compared_adds_up_to_the_best(
    kind: type[KnownScores], monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 6000
    index = index_of([30] * 200, np.zeros(n, bool))
    random = np.random.default_rng(7)
    text, joint = random.random(n) * 0.2, random.random(n) * 0.2
    text[::40], joint[20::40] = 0.5, 0.5  # more of each are named than ...
    text[3015] = joint[3015] = 0.45  # ... this one, the best by both
    segments: dict[str, tuple[SegmentScores, ...]] = {
        "lexical": (KnownScores(np.where(np.arange(n) % 50 == 7, 0.1, np.nan)),),
        "text": (kind(text),),
        "joint": (kind(joint),),
    }
    part = ComparedPart(segments, {}, index)
    weights = {name: WEIGHTS[name] for name in segments}
    for name, value in (("_APPROXIMATE_CANDIDATES", 10), ("_NAMED_BY_WORDS", 10), ("_LIKELY", 30)):
        monkeypatch.setattr(evaluation, name, value)
    with candidates(10):
        some = Evaluation([(part, weights)], index, np.ones(n, bool), 1)
        some._add_best()  # before any document is scored whole
    assert (3015 in some.rows) == (kind is Compared) and len(some.rows) < 200


def test_what_was_named_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of([30] * 60, np.zeros(1800, bool))
    part = compared(index, 4, Nearest)
    times: list[int] = []
    for each in part.segments["text"]:
        find = each.best
        monkeypatch.setattr(each, "best", lambda n, *a, find=find: times.append(n) or find(n, *a))
    with candidates(60, most_completed=1.0):
        some = Evaluation([(part, WEIGHTS)], index, np.ones(1800, bool), 5)
        first, least = some.best(), some.certain
        some.deepen()
        second = some.best()
    assert times == [60, 60] and some.certain < least and len(second.rows) > len(first.rows)
    assert best(second, 5) == best(first, 5)


def test_what_few_segments_have_is_all_that_is_scored() -> None:
    index = index_of([30] * 60, np.zeros(1800, bool))
    words = np.full(1800, np.nan)
    words[[5, 700, 1500]] = 0.5
    part = ComparedPart({"lexical": (KnownScores(words),)}, {}, index)
    with candidates(10):
        found = Evaluation([(part, {"lexical": 1.0})], index, np.ones(1800, bool), 20).best()
    assert found.rows[found.found].tolist() == [5, 700, 1500] and len(found.rows) < 1800


def test_nothing_that_is_filtered_out_is_scored() -> None:
    index = index_of([5, 5], np.zeros(10, bool))
    parts: list[tuple[ComparedPart, Weights]] = [(compared(index, 1, KnownScores), WEIGHTS)]
    searched = np.arange(10) < 5
    fused = Evaluation(parts, index, searched, 3).best()
    assert fused.rows.tolist() == [0, 1, 2, 3, 4] and len(fused.scored) == 1
    nothing = Evaluation(parts, index, np.zeros(10, bool), 3).best()
    assert len(nothing.rows) == len(nothing.scored) == 0


def test_the_highest_scores_and_what_no_other_exceeds() -> None:
    scores = np.array([0.3, -0.2, 0.9, 0.5])
    rows, bound = highest(np.arange(4), scores, 2)
    assert sorted(rows.tolist()) == [2, 3] and bound == 0.5
    rows, bound = highest(np.arange(4), scores, 4)
    assert len(rows) == 4 and bound == 0.0
