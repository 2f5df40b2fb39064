"""All hits within one document: which of its moments answer, beside the best of the library."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.search.fusion import bonus_channels
from indexer.search.results import Hit, SearchResult

# A moment answers that scores at least this share of the best one of the library. Of 26 hearings,
# questions in two or three words have some 15 such moments in the hearing that they are about.
_SHARE_OF_BEST = 0.5


def hits_within(document: str, found: SearchResult, within: SearchResult | None) -> list[Hit]:
    """Return the hits of a document, best first: those that were found, and all that score alike.

    What is written about a document counts for all of its moments alike, and so for none here.

    Args:
        document: Id.
        found: What a query found in the library.
        within: What it found in this document alone, all moments; None where that failed.
    """
    listed = [*found.hits, *(m for each in found.documents for m in each.moments)]
    if not listed or not found.answered:
        return []
    least = _SHARE_OF_BEST * max(map(_own_score, listed))
    hits = [hit for hit in (within.hits if within else ()) if _own_score(hit) >= least]
    known = {segment for hit in hits for segment in hit.segments}
    return hits + _others([hit for hit in listed if hit.document == document], known)


def _others(listed: Iterable[Hit], known: set[int]) -> list[Hit]:
    """Return hits that share no segment with those that are known."""
    others: list[Hit] = []
    for hit in listed:
        if known.isdisjoint(hit.segments):
            others.append(hit)
            known.update(hit.segments)
    return others


def _own_score(hit: Hit) -> float:
    return hit.score - sum(hit.channels.get(name, 0.0) for name in bonus_channels())
