"""Words are compared once, while they are encoded."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from indexer.index.library_store import LibraryStore
from indexer.search.channel import Channel
from indexer.search.channels import CHANNELS
from indexer.search.late import Late
from indexer.search.look_ahead import LookAhead
from indexer.search.query import TYPED, QueryPart, QueryVector
from indexer.search.searcher import Searcher
from indexer.search.segment_scores import KnownScores


def refuse() -> int:
    raise ValueError("damaged")


def test_what_was_begun_is_not_made_again() -> None:
    ahead, times = LookAhead(), []
    begun = threading.Event()

    def second() -> int:
        times.append(threading.current_thread())
        begun.set()
        return 2

    ahead.start({"a": Late(lambda: 1), "b": Late(second)})
    assert begun.wait(10)
    found: Late[int] | None = ahead.get("b")
    assert found is not None and found.get() == found.get() == 2
    assert len(times) == 1 and times[0] is not threading.current_thread()
    assert ahead.get("c") is None


def test_a_comparison_that_fails_fails_for_who_asks_for_it() -> None:
    ahead = LookAhead()
    ahead.start({"a": Late(refuse), "b": Late(lambda: 2)})
    failed, found = ahead.get("a"), ahead.get("b")
    assert failed is not None and found is not None and found.get() == 2
    for _ in range(2):
        with pytest.raises(ValueError, match="damaged"):
            failed.get()
    ahead.start({"b": Late(lambda: 3)})
    other = ahead.get("b")
    assert ahead.get("a") is None and other is not None and other.get() == 3


def test_a_comparison_that_goes_on_is_waited_for_when_its_scores_are_asked_for(
    small_library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Searcher(small_library)
    lexical: Channel = CHANNELS["lexical"]
    score, go_on = lexical.score_segments, threading.Event()

    def score_segments(*given):  # type: ignore[no-untyped-def]
        assert go_on.wait(10)
        return score(*given)

    monkeypatch.setattr(lexical, "score_segments", score_segments)
    query = searcher.embed("the moon")
    part = searcher.scorer.compare(query.parts[0], ["lexical", "text"])
    found, none = part.segments["lexical"][0], np.zeros(0, np.int64)
    assert isinstance(found, KnownScores) and not part.by_vector(none)["lexical"][0].size
    go_on.set()
    rows = np.arange(len(searcher.table))
    alone = QueryPart(TYPED, (QueryVector(("moon", "the"), {}),), "the moon")  # not begun before
    again = searcher.scorer.compare(alone, ["lexical"]).segments["lexical"][0]
    np.testing.assert_allclose(found.at(rows), again.at(rows))
    searcher.close()


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


def test_closing_waits_for_a_comparison_that_nobody_asked_for(
    small_library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Searcher(small_library)
    lexical: Channel = CHANNELS["lexical"]
    score, begun, scored = lexical.score_segments, threading.Event(), []

    def score_segments(*given):  # type: ignore[no-untyped-def]
        begun.set()
        time.sleep(0.3)
        scored.append(score(*given))
        return scored[-1]

    monkeypatch.setattr(lexical, "score_segments", score_segments)
    searcher.embed("the moon")
    assert begun.wait(10)
    searcher.close()
    assert len(scored) == 1
