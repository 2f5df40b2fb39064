"""Long and odd queries are answered whole, in bounded time, or refused in words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.errors import QueryError
from indexer.search.query_encoder import split_long
from indexer.search.query_parser import MAX_TYPED
from indexer.search.searcher import Searcher

FILLER = "Then we talked about the weather and what everybody had for breakfast. "
BEETLE = "A beetle in the Namib stands on its head and drinks the fog that runs down its back."


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=3000))
def test_pieces_are_the_whole_text_and_short(text: str) -> None:
    pieces = split_long(" ".join(text.split()))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= 600 for piece in pieces if len(pieces) > 1)


def test_a_short_query_is_one_piece() -> None:
    assert split_long("a beetle in the fog") == ["a beetle in the fog"]
    assert split_long("") == []


@pytest.mark.parametrize("before", [0, 20, 100])
def test_the_end_of_a_long_query_counts_as_its_beginning(searcher: Searcher, before: int) -> None:
    query = FILLER * before + BEETLE
    assert searcher.search(query).hits[0].name == "fog-on-the-namib"


@pytest.mark.parametrize(
    "query",
    [
        ("qwxzk bvnmp " * 900)[:MAX_TYPED],
        "- tea\n- a cup\n- the ocean\n1. tides; 2) the moon\n" * 50,
        "https://example.org/watch?v=1&t=2s " * 80,
        "def tide(moon):\n    return {'sea': [m ** 2 for m in moon], \"a\": 1}\n" * 40,
        "مد وجزر البحر والقمر שלום עולם " * 60,
        "潮汐和月亮" * 400,
        "😀🌊 tea " * 300,
        "the of and to",
    ],
)
def test_whatever_is_pasted_is_answered_soon(searcher: Searcher, query: str) -> None:
    searcher.search("tea")  # loads the model
    started = time.process_time()
    assert searcher.search(query, k=5).hits
    assert time.process_time() - started < 20


@pytest.mark.parametrize("query", ["*", "** *", "😀", "?!", "x" * (MAX_TYPED + 1)])
def test_what_asks_for_nothing_is_refused_in_words(searcher: Searcher, query: str) -> None:
    with pytest.raises(QueryError, match=r"no words in the query|longer than 10000"):
        searcher.search(query)
