"""Scores of several libraries are comparable, whatever their sizes and subjects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.calibration import calibrated, factors, measure_spread
from indexer.search.results import DocumentHit, ScoreSpread
from indexer.search.scores import FusedScores

spreads = st.builds(ScoreSpread, st.floats(0, 2), st.integers(1, 100_000))


def fused(*channels: tuple[str, list[float]], found: list[bool] | None = None) -> FusedScores:
    segments = {name: np.array(scores, np.float64) for name, scores in channels}
    n = len(channels[0][1])
    return FusedScores(np.arange(n), segments, {}, np.array(found if found else [True] * n), 1)


def test_right_answers_do_not_widen_the_spread_of_the_others() -> None:
    noise = list(np.linspace(-0.1, 0.1, 41))
    with_two = measure_spread(fused(("text", [*noise, 0.9, 0.8])))
    with_none = measure_spread(fused(("text", [*noise, 0.0, 0.0])))
    assert with_two and with_none and with_two.segments == 43
    assert with_two.deviation == pytest.approx(with_none.deviation, rel=0.2)


def test_it_is_of_the_sum_of_the_channels_without_bonuses() -> None:
    one = measure_spread(fused(("text", [0.1, 0.2, 0.4])))
    parts = (("text", [0.1, 0.1, 0.1]), ("joint", [0.0, 0.1, 0.3]), ("metadata", [0.0, 0.0, 1.5]))
    assert measure_spread(fused(*parts)) == one


def test_where_few_segments_are_scored_nothing_is_measured() -> None:
    scores = ("lexical", [0.5, 0.0, 0.0, 0.0])
    assert measure_spread(fused(scores, found=[True, False, False, False])) is None
    assert measure_spread(fused(("lexical", [0.5]), found=[True])) is not None


@given(st.lists(spreads, min_size=1, max_size=6))
def test_a_wider_spread_gets_a_smaller_factor(measured: list[ScoreSpread]) -> None:
    found = factors(measured)
    assert all(factor > 0 for factor in found)
    for a, b in zip(measured, found, strict=True):
        for c, d in zip(measured, found, strict=True):
            if a.segments == c.segments and a.deviation > c.deviation:
                assert b <= d
    assert factors([*measured, None]) == [1.0] * (len(measured) + 1)


@pytest.mark.slow
@given(spreads, st.integers(1, 5))
def test_equal_libraries_keep_their_scores(spread: ScoreSpread, count: int) -> None:
    assert factors([spread] * count) == pytest.approx([1.0] * count)


def test_a_handful_of_segments_keeps_close_to_its_scores() -> None:
    large = ScoreSpread(0.1, 50_000)
    few, many = (factors([large, ScoreSpread(0.01, n)])[1] for n in (2, 2000))
    assert 1 < few < 2 < 9 < many <= 10


def test_a_bonus_is_not_scaled() -> None:
    hit = DocumentHit("id", "name", "title", 1.7, {"text": 0.2, "metadata": 1.5})
    assert calibrated(hit, 0.5).channels == {"text": 0.1, "metadata": 1.5}
    assert calibrated(hit, 0.5).score == pytest.approx(1.6)
    assert calibrated(hit, 1.0) is hit
