"""The order in which found moments and documents are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from indexer.base.errors import QueryError
from indexer.index.records import IndexedDocument
from indexer.search.filters import day_of
from indexer.search.results import DocumentHit, Hit, SearchResult

SCORE, DATE, TIME = "score", "date", "time"
SORTS: Mapping[str, str] = {
    SCORE: "best first",
    DATE: "newest document first",
    TIME: "as it was said: oldest document first, each from its beginning",
}
"""Orders by name, with what they mean."""


class _Found(Protocol):
    @property
    def document(self) -> str: ...


_F = TypeVar("_F", Hit, DocumentHit)


def check_sort(name: str) -> None:
    """Refuse an order that there is not.

    Raises:
        QueryError: With those that there are.
    """
    if name not in SORTS:
        raise QueryError(f"no order '{name}'; there are {', '.join(SORTS)}")


def sort_result(
    result: SearchResult,
    order: str,
    documents: Mapping[str, IndexedDocument],
    most: int | None = None,
) -> SearchResult:
    """Put the best moments and documents of a result in an order; undated ones come last.

    Args:
        result: Best first.
        order: Of `SORTS`.
        documents: By id.
        most: How many of each are kept; None for all.
    """
    return replace(
        result,
        hits=_sorted(result.hits[:most], order, documents),
        documents=_sorted(result.documents[:most], order, documents),
    )


def _sorted(
    found: tuple[_F, ...], order: str, documents: Mapping[str, IndexedDocument]
) -> tuple[_F, ...]:
    if order == SCORE:
        return found
    key = _newest_first(documents) if order == DATE else _as_said(documents)
    return tuple(sorted(found, key=key))


def _newest_first(documents: Mapping[str, IndexedDocument]) -> Callable[[_Found], Any]:
    def key(hit: _Found) -> Any:
        day = day_of(documents[hit.document].date)
        return tuple(-int(part) for part in day.split("-")) if day else (0,)

    return key


def _as_said(documents: Mapping[str, IndexedDocument]) -> Callable[[_Found], Any]:
    def key(hit: _Found) -> Any:
        document = documents[hit.document]
        day = day_of(document.date)
        return (not day, day, document.name, hit.document, getattr(hit, "start", None) or 0.0)

    return key
