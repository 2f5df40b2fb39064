"""A coded column is the sequence of texts that it was made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.coded_column import CodedColumn


@given(st.lists(st.sampled_from(["", "Ann", "Ann\nBob", "Zoe"])))
def test_rows_slices_and_counts_are_those_of_the_texts(texts: list[str]) -> None:
    column = CodedColumn.of(iter(texts))
    assert list(column) == texts == [column[row] for row in range(len(texts))]
    assert column[1:3] == texts[1:3]
    assert column.counts() == {text: texts.count(text) for text in texts}
    assert len(column.values) == len(set(texts))
    assert column.where(lambda text: "Ann" in text).tolist() == ["Ann" in text for text in texts]
    with pytest.raises(IndexError):
        column[len(texts)]


def test_each_distinct_text_is_asked_about_once() -> None:
    asked = []
    CodedColumn.of(["a", "b", "a", "a"]).where(lambda text: not asked.append(text))
    assert asked == ["a", "b"]
