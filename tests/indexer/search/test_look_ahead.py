"""Words are compared once, while they are encoded."""

from __future__ import annotations

import threading

import pytest

from indexer.index.library_store import LibraryStore
from indexer.search.channel import Channel
from indexer.search.channels import CHANNELS
from indexer.search.look_ahead import LookAhead
from indexer.search.searcher import Searcher


def refuse() -> None:
    raise ValueError("damaged")


def test_what_was_begun_is_not_made_again() -> None:
    ahead = LookAhead()
    begun = threading.Event()
    ahead.start({"a": begun.set, "b": lambda: 2})
    assert begun.wait(10)
    assert ahead.get("b", refuse) == 2
    assert ahead.get("b", refuse) == 2  # with other filters
    assert ahead.get("c", lambda: 3) == 3


def test_a_comparison_that_fails_fails_for_who_asks_for_it() -> None:
    ahead = LookAhead()
    ahead.start({"a": refuse, "b": lambda: 2})
    assert ahead.get("b", refuse) == 2
    with pytest.raises(ValueError, match="damaged"):
        ahead.get("a", lambda: 1)
    ahead.start({"b": lambda: 3})
    assert ahead.get("a", lambda: 1) == 1
    assert ahead.get("b", refuse) == 3


def test_a_search_compares_words_beside_their_encoding(
    small_library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Searcher(small_library)
    lexical: Channel = CHANNELS["lexical"]
    score, threads = lexical.score_segments, []

    def score_segments(*given):  # type: ignore[no-untyped-def]
        threads.append(threading.current_thread())
        return score(*given)

    monkeypatch.setattr(lexical, "score_segments", score_segments)
    query = searcher.embed("the moon")
    assert searcher.answer(query).hits == searcher.answer(query).hits
    assert len(threads) == 1 and threads[0] is not threading.current_thread()
    other = searcher.embed("the sun")
    searcher.answer(query)
    searcher.answer(other)
    assert len(threads) == 3  # the first was forgotten
    searcher.close()
