"""What was found is shown by score, by date or as it was said, and is the same in each order."""

from __future__ import annotations

import pytest

from indexer.base.errors import QueryError
from indexer.index.library_store import LibraryStore
from indexer.search.searcher import Searcher
from tests.in_process import call


@pytest.fixture
def searcher(small_library: LibraryStore) -> Searcher:
    return Searcher(small_library)


def test_newest_first_and_as_it_was_said(searcher: Searcher) -> None:
    found = {
        sort: searcher.search("the water and the sea", channel="lexical", sort=sort)
        for sort in ("score", "date", "time")
    }
    assert len({frozenset(h.segment for h in result) for result in found.values()}) == 1
    assert len({hit.document for hit in found["score"]}) > 2

    def days(sort: str) -> list[str]:
        return [searcher.documents[hit.document].date or "" for hit in found[sort]]

    assert days("date") == sorted(days("date"), reverse=True)
    assert days("time") == sorted(days("time"))
    places = [(day, hit.start) for day, hit in zip(days("time"), found["time"], strict=True)]
    assert places == sorted(places)
    names = [document.name for document in found["date"].documents]
    assert set(names) == {document.name for document in found["score"].documents}


def test_undated_documents_come_last(library_copy: LibraryStore) -> None:
    searcher = Searcher(library_copy)
    undated = searcher.search("the water and the sea", channel="lexical").hits[0].document
    object.__setattr__(searcher.documents[undated], "date", None)
    for sort in ("date", "time"):
        hits = searcher.search("the water and the sea", channel="lexical", sort=sort).hits
        assert hits[-1].document == undated and hits[0].document != undated


def test_an_order_that_there_is_not_is_refused(
    searcher: Searcher, small_library: LibraryStore
) -> None:
    with pytest.raises(QueryError, match="there are score, date, time"):
        searcher.search("tide", sort="name")
    status, _, errors = call("search", "tide", "--sort", "name", "-l", small_library.folder)
    assert status == 2 and "'name'" in errors
