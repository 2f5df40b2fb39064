"""Approximate search finds nearly all of the nearest, and with few allowed rows all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base.errors import LibraryError
from indexer.index.merged_vectors import merged
from indexer.index.vector_indexes import rabitq
from indexer.index.vector_indexes.rabitq import RabitqIndex

WIDTH = 128


def unit_rows(seed: int, n: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n, WIDTH)).astype(np.float32) + 0.3
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def small_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small indexes have codes too."""
    monkeypatch.setattr(rabitq, "_LEAST_FOR_CODES", 1000)


def written(folder: Path, seed: int, n: int) -> RabitqIndex:
    path = folder / f"{seed}.rabitq"
    made = RabitqIndex.build(range(seed * n, seed * n + n), unit_rows(seed, n))
    made.tune({"text": unit_rows(90, 8)}, 0.95)
    made.write(path)
    return RabitqIndex.read(path)


def share_found(index: RabitqIndex, n: int, allowed: NDArray[np.bool_] | None) -> float:
    found = []
    for query in unit_rows(91, 8):
        cosines = index.matrix() @ query
        if allowed is not None:
            cosines[~allowed] = -np.inf
        rows, scores = index.nearest(query, n, allowed)
        np.testing.assert_allclose(scores, cosines[rows], atol=1e-6)  # exact, and only allowed ones
        assert (np.diff(scores) <= 0).all() and len(rows) == n
        found.append(np.isin(np.argsort(-cosines)[:n], rows).mean())
    return float(np.mean(found))


@pytest.mark.usefixtures("small_codes")
@pytest.mark.parametrize(("share", "least"), [(None, 0.9), (0.5, 0.9), (0.05, 1.0)])
def test_nearly_all_of_the_nearest_are_found(
    tmp_path: Path, share: float | None, least: float
) -> None:
    index = written(tmp_path, 0, 4000)
    assert not index.is_exact
    allowed = None if share is None else np.random.default_rng(2).random(4000) < share
    for n in (10, 50):
        assert share_found(index, n, allowed) >= least


@pytest.mark.usefixtures("small_codes")
def test_allowed_rows_that_are_all_far_away_are_found(tmp_path: Path) -> None:
    index, query = written(tmp_path, 0, 4000), unit_rows(91, 1)[0]
    cosines = index.matrix() @ query
    allowed = cosines < np.quantile(cosines, 0.2)
    rows, _ = index.nearest(query, 20, allowed)
    expected = np.flatnonzero(allowed)[np.argsort(-cosines[allowed])][:20]
    assert np.isin(expected, rows).mean() >= 0.9


@pytest.mark.usefixtures("small_codes")
def test_shards_together_find_what_they_hold(tmp_path: Path) -> None:
    parts = [written(tmp_path, seed, 2000) for seed in range(4)]
    live = [None, np.random.default_rng(3).random(2000) < 0.7, None, None]
    index = merged(parts, live)
    assert not index.is_exact and len(index) < 8000
    assert share_found(index, 20, None) >= 0.9
    assert share_found(index, 20, np.random.default_rng(4).random(len(index)) < 0.4) >= 0.9
    assert share_found(index, 20, np.arange(len(index)) < 3000) >= 0.9  # none of two of them


@pytest.mark.usefixtures("small_codes")
@pytest.mark.parametrize("filtered", [False, True])
def test_one_shard_may_hold_all_that_is_near(tmp_path: Path, filtered: bool) -> None:
    parts = [written(tmp_path, seed, 2000) for seed in range(4)]
    query = unit_rows(91, 1)[0]
    near = unit_rows(5, 2000) + 2.0 * query
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    parts.append(RabitqIndex.build(range(20_000, 22_000), near))
    for part in parts:
        part.oversampling = 2
    index = merged(parts, [None] * 5)
    allowed = np.random.default_rng(4).random(len(index)) < 0.5 if filtered else None
    rows, cosines = index.nearest(query, 400, allowed)
    assert (rows >= 8000).all()  # more than its share of the candidates
    of_all = index.matrix() @ query
    if allowed is not None:
        of_all[~allowed] = -1.0
    assert np.isin(np.argsort(-of_all)[:400], rows).mean() >= 0.9
    np.testing.assert_allclose(cosines, of_all[rows], atol=1e-3)


@pytest.mark.usefixtures("small_codes")
def test_what_is_compared_is_told_beyond_what_is_nearest(tmp_path: Path) -> None:
    alone = written(tmp_path, 0, 4000)
    together = merged([written(tmp_path, seed, 2000) for seed in (1, 2)], [None, None])
    allowed = np.random.default_rng(2).random(4000) < 0.8
    for index in (alone, together):
        query = unit_rows(91, 1)[0]
        rows, cosines = index.compared(query, 20, allowed)
        nearest, of_nearest = index.nearest(query, 20, allowed)
        assert rows[:20].tolist() == nearest.tolist() and allowed[rows].all()
        assert len(rows) > 40 and len(set(rows.tolist())) == len(rows)
        np.testing.assert_allclose(cosines, (index.matrix() @ query)[rows], atol=1e-6)
        assert (np.diff(cosines) <= 0).all() and of_nearest.tolist() == cosines[:20].tolist()
    exact = RabitqIndex.build(range(50), unit_rows(0, 50))
    assert len(exact.compared(unit_rows(91, 1)[0], 20)[0]) == 20


@pytest.mark.usefixtures("small_codes")
def test_all_of_the_few_that_a_filter_leaves_are_compared(tmp_path: Path) -> None:
    alone = written(tmp_path, 0, 4000)
    together = merged([written(tmp_path, seed, 2000) for seed in (1, 2)], [None, None])
    query, allowed = unit_rows(91, 1)[0], np.arange(4000) % 40 == 3
    for index in (alone, together):
        rows, cosines = index.compared(query, 5, allowed)
        assert sorted(rows.tolist()) == np.flatnonzero(allowed).tolist()
        np.testing.assert_allclose(cosines, (index.matrix() @ query)[rows], atol=1e-6)
        assert rows[:5].tolist() == index.nearest(query, 5, allowed)[0].tolist()


@pytest.mark.usefixtures("small_codes")
def test_many_rows_are_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, queries = written(tmp_path, 0, 4000), unit_rows(91, 3)
    rows = np.random.default_rng(6).permutation(4000)[:900]  # far apart, in any order
    monkeypatch.setattr(rabitq, "_ROWS_AT_ONCE", 128)
    found = index.products(queries, rows)
    np.testing.assert_allclose(found, index.matrix()[rows] @ queries.T, atol=1e-6)


@pytest.mark.usefixtures("small_codes")
def test_more_candidates_are_taken_until_the_target_is_met(tmp_path: Path) -> None:
    queries = {"text": unit_rows(90, 8), "audio": unit_rows(92, 8), "joint": unit_rows(0, 0)}
    chosen = []
    for target in (0.5, 0.99):
        index = RabitqIndex.build(range(4000), unit_rows(0, 4000))
        index.tune(queries, target)
        assert set(index.recall) == {"text", "audio"}
        assert min(index.recall.values()) >= target
        chosen.append(index.oversampling)
    assert chosen[0] < chosen[1]
    index.write(tmp_path / "a.rabitq")
    again = RabitqIndex.read(tmp_path / "a.rabitq")
    assert (again.oversampling, again.recall) == (index.oversampling, index.recall)
    assert again.matrix().shape == (4000, WIDTH)


def test_a_small_index_has_no_codes_and_is_exact(tmp_path: Path) -> None:
    index = written(tmp_path, 0, 500)
    assert index.is_exact and not index.recall
    assert share_found(index, 10, None) == 1.0
    assert (tmp_path / "0.rabitq").stat().st_size < 200


@pytest.mark.usefixtures("small_codes")
@pytest.mark.parametrize("keep", [0, 30, 200, -9])
def test_damaged_codes_are_refused_with_the_command_that_mends_it(
    tmp_path: Path, keep: int
) -> None:
    written(tmp_path, 0, 2000)
    path = tmp_path / "0.rabitq"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(LibraryError, match=r"0\.rabitq .* run 'hilbert rebuild"):
        RabitqIndex.read(path).nearest(unit_rows(1, 1)[0], 5)


@pytest.mark.usefixtures("small_codes")
def test_lengths_that_were_changed_ask_for_no_memory(tmp_path: Path) -> None:
    written(tmp_path, 0, 2000)
    path = tmp_path / "0.rabitq"
    right = path.read_bytes()
    begin = right.index(b"IxPT")
    refused = 0
    for at in range(begin, begin + 400, 4):
        path.write_bytes(right[:at] + b"\xff\xff\xff\x7f" + right[at + 4 :])
        try:
            RabitqIndex.read(path).nearest(unit_rows(1, 1)[0], 5)
        except LibraryError:
            refused += 1
    assert refused > 3
