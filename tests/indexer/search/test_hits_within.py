"""Which moments of one document answer a query, beside the best of the library."""

from __future__ import annotations

from dataclasses import replace

from indexer.search.hits_within import hits_within
from indexer.search.results import DocumentHit, Hit, SearchResult

HIT = Hit("a", "a", "A", "/a.opus", 0.0, 20.0, "said", 0.0, {}, segment=1, segments=(1,))


def hit(segment: int, said: float, named: float = 0.0, document: str = "a") -> Hit:
    """A moment that scores `said` by its words, and `named` by the title of its recording."""
    return replace(
        HIT,
        document=document,
        start=20.0 * segment,
        score=said + named,
        channels={"lexical": said, "metadata": named},
        segment=segment,
        segments=(segment,),
    )


def test_all_that_scores_half_of_the_best_of_the_library_is_a_hit() -> None:
    best = hit(100, 0.8, document="b")
    within = [hit(1, 0.7), hit(2, 0.4), hit(3, 0.39)]
    found = SearchResult((best, within[0]), (), {})
    assert hits_within("a", found, SearchResult(tuple(within), (), {})) == within[:2]


def test_what_is_written_about_a_recording_makes_no_hits() -> None:
    within = [hit(1, 0.4, 0.5), hit(2, 0.1, 0.5)]
    found = SearchResult(tuple(within[:1]), (), {})
    assert hits_within("a", found, SearchResult(tuple(within), (), {})) == within[:1]


def test_what_the_page_of_results_shows_of_it_is_a_hit_whatever_it_scores() -> None:
    shown, alike = hit(5, 0.1), replace(hit(1, 0.7), segments=(1, 2))
    best, known = hit(100, 0.8, document="b"), hit(2, 0.6)
    found = SearchResult((best, known), (DocumentHit("a", "a", "A", 0.2, {}, (shown,)),), {})
    assert hits_within("a", found, SearchResult((alike,), (), {})) == [alike, shown]
    assert hits_within("a", found, None) == [known, shown]


def test_where_nothing_answers_there_are_none() -> None:
    found = SearchResult((hit(1, 0.4),), (), {}, confidence=0.1)
    assert hits_within("a", found, found) == []
