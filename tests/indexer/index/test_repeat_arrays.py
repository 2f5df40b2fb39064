"""Repeats as runs of numbers hold what lists of words hold, also cut, joined and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.index.repeat_arrays import REPEATS_FILE, RepeatArrays, join_repeats
from indexer.index.repeats import Repeats

ROWS = st.lists(
    st.tuples(st.sets(st.integers(0, 12), min_size=1), st.booleans(), st.integers(0, 3)),
    max_size=8,
)
Row = tuple[set[int], bool, int]


def arrays_of(rows: list[Row], first: int = 0) -> RepeatArrays:
    """Rows of words, marks and documents; ids count from `first`, a word is its own seed."""
    words = [(row, word) for row, (said, _, _) in enumerate(rows) for word in sorted(said)]
    pairs = np.array(words, np.int64).reshape(-1, 2)
    return RepeatArrays.of(
        first + np.arange(len(rows)),
        np.array([document for _, _, document in rows], np.int64),
        np.array([marked for _, marked, _ in rows], bool),
        (pairs[:, 0], pairs[:, 1]),
        (pairs[:, 1].astype(np.uint64), pairs[:, 0]),
    )


def rows_of(arrays: RepeatArrays) -> list[Row]:
    places, words = arrays.words(np.arange(len(arrays)))
    return [
        (
            set(words[places == row].tolist()),
            bool(arrays.marked[row]),
            int(arrays.documents[arrays.owners[row]]),
        )
        for row in range(len(arrays))
    ]


@given(ROWS, ROWS, st.sets(st.integers(0, 3)))
def test_rows_stay_what_they_are(rows: list[Row], more: list[Row], gone: set[int]) -> None:
    arrays = arrays_of(rows)
    assert rows_of(arrays) == rows
    left = arrays.only(~arrays.of_documents(np.array(sorted(gone), np.int64)))
    kept = [row for row in rows if row[2] not in gone]
    assert rows_of(left) == kept
    assert set(left.documents.tolist()) == {document for _, _, document in kept}
    for chosen in (np.arange(len(arrays)), np.arange(len(arrays) // 2), np.zeros(0, np.int64)):
        held = sorted(set().union(*(rows[row][0] for row in chosen)))
        assert arrays.words_of_any(chosen).tolist() == held
    both = join_repeats([left, arrays_of(more, first=100)])
    assert rows_of(both) == kept + more
    assert both.n_numbers == 1 + max((max(words) for words, _, _ in kept + more), default=-1)
    for seed in range(13):
        holders = both.seed_rows[both.seeds == seed]
        owners = [int(both.owners[row]) for row in holders]
        assert len(set(owners)) == len(owners)  # of each document one
        holding = {document for words, _, document in kept + more if seed in words}
        # Of what was left when a document went, others are not looked up again.
        assert len(owners) == min(3, len(holding)) or (gone and owners)
        assert all(seed in rows_of(both)[row][0] for row in holders)


@settings(deadline=None)
@given(ROWS, st.lists(st.integers(0, 9), max_size=3))
def test_elsewhere_is_what_shares_more_than_half_of_its_words(
    rows: list[Row], asked: list[int]
) -> None:
    wanted = set().union(*(rows[id_][0] for id_ in asked if id_ < len(rows)))
    expected = [
        id_
        for id_, (words, _, _) in enumerate(rows)
        if id_ not in asked and len(words & wanted) > 0.5 * len(words)
    ]
    assert Repeats(arrays_of(rows)).elsewhere(asked) == expected


def test_a_segment_in_two_parts_is_marked_where_either_marks_it() -> None:
    unmarked, marked = arrays_of([({1, 2}, False, 7)]), arrays_of([({1, 2}, True, 7)])
    for parts in ([unmarked, marked], [marked, unmarked]):
        assert rows_of(join_repeats(parts)) == [({1, 2}, True, 7)]
    assert rows_of(join_repeats([])) == []


def test_a_file_gives_the_same_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    rows: list[Row] = [({1, 2, 5}, True, 7), ({5, 6}, False, 2)]
    path = tmp_path / REPEATS_FILE
    arrays_of(rows).write(path)
    assert rows_of(RepeatArrays.read(path)) == rows
    assert not len(RepeatArrays.read(path).seeds)
    assert RepeatArrays.read(path, seeds=True).seeds.tolist() == [1, 2, 5, 5, 6]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="damaged"):
        RepeatArrays.read(path)
