"""Rows are found by id as a dictionary would find them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.id_lookup import IdLookup

IDS = st.integers(0, 2**63 - 1)


@given(st.lists(IDS, unique=True, max_size=40), st.lists(IDS, max_size=10), st.randoms())
def test_rows_are_those_of_a_dictionary(ids, others, random) -> None:
    row_of = {id_: row for row, id_ in enumerate(ids)}
    wanted = random.sample(ids, len(ids) // 2) + others + ids[:1] * 2
    found = IdLookup(np.array(ids, np.int64)).rows(wanted)
    assert found.dtype == np.int64
    assert found.tolist() == [row_of.get(id_, -1) for id_ in wanted]
