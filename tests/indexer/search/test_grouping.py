"""Segments become moments: neighbours merge, repetitions are shown once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.index.segment_table import SegmentTable
from indexer.search.grouping import (
    Moment,
    RepeatRows,
    add_duplicates,
    best_moments,
    rank_moments,
)


@pytest.fixture
def table() -> SegmentTable:
    """Two documents of four segments of 20 s, the last two of the second without times."""
    made: Any = SegmentTable.__new__(SegmentTable)
    made.documents = [SimpleNamespace(id="a"), SimpleNamespace(id="b")]
    made.ids = np.arange(8) + 100
    made.owners = np.repeat([0, 1], 4)
    made.starts = np.array([0, 20, 40, 60, 0, 20, np.nan, np.nan])
    made.ends = made.starts + 20
    made.speakers = [""] * 8
    return made


def ranked(
    table: SegmentTable, scores: list[float], *, same: tuple[int, int] | None = None
) -> list[Moment]:
    texts = np.eye(8, dtype=np.float32)
    if same:
        texts[same[1]] = texts[same[0]]

    def vector(row: int) -> NDArray[np.float32]:
        return texts[row]

    return list(rank_moments(table, np.arange(8), np.array(scores), vector))


def spans(moments: list[Moment]) -> list[tuple[int, int]]:
    return [(moment.first, moment.last) for moment in moments]


def test_neighbours_that_are_as_good_become_one_moment(table: SegmentTable) -> None:
    moments = ranked(table, [0.1, 0.95, 1.0, 0.1, 0.3, 0.1, 0.2, 0.15])
    assert spans(moments)[0] == (1, 2) and moments[0].best == 2
    assert spans(moments) == [(1, 2), (4, 4), (6, 6), (7, 7), (0, 0), (3, 3), (5, 5)]


def test_a_moment_is_a_minute_at_most(table: SegmentTable) -> None:
    moments = ranked(table, [0.99, 1.0, 0.98, 0.97, 0, 0, 0, 0])
    assert spans(moments)[:2] == [(0, 2), (3, 3)]


def test_documents_and_what_has_no_times_do_not_merge(table: SegmentTable) -> None:
    moments = ranked(table, [0, 0, 0, 1.0, 1.0, 0, 1.0, 1.0])
    assert {(3, 3), (4, 4), (6, 6), (7, 7)} <= set(spans(moments))


def test_what_answers_nothing_does_not_merge(table: SegmentTable) -> None:
    assert len(ranked(table, [-0.1] * 8)) == 8


def test_what_is_said_again_is_shown_once(table: SegmentTable) -> None:
    moments = ranked(table, [1.0, 0, 0, 0, 0.9, 0, 0, 0], same=(0, 4))
    assert moments[0].best == 0 and moments[0].duplicates == [4]
    assert 4 not in {row for m in moments for row in range(m.first, m.last + 1)}


def test_every_segment_is_in_a_moment_or_a_duplicate(table: SegmentTable) -> None:
    moments = ranked(table, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.2, 0.1], same=(1, 6))
    rows = [row for m in moments for row in range(m.first, m.last + 1)]
    assert sorted(rows + [row for m in moments for row in m.duplicates]) == list(range(8))


def test_only_what_is_searched_is_found(table: SegmentTable) -> None:
    found = rank_moments(table, np.array([1, 7]), np.ones(2), lambda row: None)
    assert sorted(spans(list(found))) == [(1, 1), (7, 7)]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_document_has_so_many_moments_at_most(table: SegmentTable, most: int) -> None:
    scores = np.array([0.9, 0.5, 0.8, 0.4, 0.3, 0.1, 0.2, 0.05])
    limited = list(rank_moments(table, np.arange(8), scores, lambda row: None, most))
    of_first = [m for m in limited if m.best < 4]
    assert [m.best for m in of_first] == [0, 2, 1][:most]
    assert len(limited) - len(of_first) == most
    assert [m.best for m in limited] == sorted((m.best for m in limited), key=lambda r: -scores[r])


def test_what_is_said_elsewhere_in_other_words_is_shown_once(table: SegmentTable) -> None:
    def elsewhere(moment: Moment) -> list[int]:
        return [row for row in (1, 5, 7) if row != moment.best] if moment.best in (1, 5, 7) else []

    scores = np.array([0.1, 0.6, 0.2, 0.1, 0.3, 0.9, 0.1, 0.2])
    repeats = RepeatRows(np.zeros(8, bool), elsewhere)
    moments = list(rank_moments(table, np.arange(7), scores[:7], lambda row: None, 0, repeats))
    assert moments[0].best == 5 and moments[0].duplicates == [1]
    assert [m.best for m in moments] == [5, 4, 2, 0, 3, 6]


def test_an_advert_does_not_merge_with_what_stands_beside_it(table: SegmentTable) -> None:
    marked = np.array([0, 1, 1, 0, 0, 0, 0, 0], bool)
    repeats = RepeatRows(marked, lambda moment: ())
    scores = np.array([0.9, 1.0, 0.95, 0.9, 0.1, 0.1, 0.1, 0.1])
    moments = list(rank_moments(table, np.arange(8), scores, lambda row: None, 0, repeats))
    assert spans(moments)[:3] == [(1, 2), (0, 0), (3, 3)]


def test_adverts_are_never_all_that_is_listed() -> None:
    marked = np.array([1, 1, 1, 0, 0], bool)
    ranked = [Moment(row, row, row) for row in (2, 0, 1, 4, 3)]
    assert [m.best for m in best_moments(iter(ranked), 3, marked)] == [2, 0, 4]
    assert [m.best for m in best_moments(iter(ranked), 4, marked)] == [2, 0, 1, 4]
    assert [m.best for m in best_moments(iter(ranked), 1, marked)] == [2]
    alone = ranked[:3]
    assert [m.best for m in best_moments(iter(alone), 3, marked)] == [2, 0, 1]
    assert best_moments(iter(()), 3, marked) == []


def test_duplicates_are_found_behind_the_moments_that_were_wanted(table: SegmentTable) -> None:
    texts = np.eye(8, dtype=np.float32)
    texts[6] = texts[2]  # the worst says what the best says
    scores = np.array([0.1, 0.2, 1.0, 0.2, 0.7, 0.1, 0.0, 0.05])
    everything = rank_moments(table, np.arange(8), scores, lambda row: texts[row])
    moments = [next(everything)]
    assert moments[0].duplicates == []
    add_duplicates(
        moments, np.arange(8), scores, lambda rows, others: texts[rows] @ texts[others].T
    )
    assert moments[0].duplicates == [6]
    add_duplicates(
        moments, np.arange(8), scores, lambda rows, others: texts[rows] @ texts[others].T
    )
    assert moments[0].duplicates == [6]
    add_duplicates([], np.arange(8), scores, lambda rows, others: texts[rows] @ texts[others].T)
