"""Repeats of a library that grew: looked for in the new documents alone.

To compare all words of a large library takes minutes. What a new document repeats was said, nearly
always, in a document of about the same time, or is known as a repeat already, as an advert that
runs for months. So the new documents are compared with some segments of each known repeat, and with
the documents that were added last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.records import IndexedSegment, SegmentRecords

# Segments that new documents are compared with: so many of known repeats, up to three of each, and
# so many of the documents that were added last.
MOST_KNOWN, MOST_RECENT = 4096, 4096
_OF_EACH = 3

Arrays = Mapping[str, NDArray[np.int64]]


def compared_segments(known: Arrays, records: SegmentRecords) -> list[IndexedSegment]:
    """Choose segments of known repeats that new documents are compared with.

    Args:
        known: See `indexer.index.repeats.Repeats`.
        records: Of the snapshot.
    """
    firsts = known["words"][known["offsets"][:-1]]
    order = np.argsort(firsts, kind="stable")
    begins = np.flatnonzero(np.diff(firsts[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(begins, np.diff([*begins, len(order)]))
    chosen = known["segments"][order[rank < _OF_EACH]][-MOST_KNOWN:]
    return records.segments(chosen.tolist())


def extended(known: Arrays, found: Arrays, new: Collection[int]) -> dict[str, NDArray[np.int64]]:
    """Add what new segments repeat to what is known.

    A new segment that repeats a known one gets the words of that; where neither was known, both are
    added.

    Args:
        known: Repeats of the snapshot before, without those of new and removed documents.
        found: Repeats among the new segments and those that they were compared with.
        new: Ids of the new segments.
    """
    places = {int(id_): place for place, id_ in enumerate(known["segments"])}
    words_known, words_found = _lists(known), _lists(found)
    holders: dict[int, list[int]] = {}
    for place, words in enumerate(words_found):
        for word in words.tolist():
            holders.setdefault(word, []).append(place)
    ids = found["segments"].tolist()
    lists = list(words_known)
    segments, marked = known["segments"].tolist(), known["marked"].tolist()
    offset = int(known["words"].max(initial=-1)) + 1
    added: dict[int, int] = {}  # place in `found` to that in the result
    for place, id_ in enumerate(ids):
        if id_ not in new:
            continue
        partners = {p for w in words_found[place].tolist() for p in holders[w]} - {place}
        of_known = [places[ids[p]] for p in partners if ids[p] in places]
        is_marked = int(found["marked"][place])
        if of_known:
            words = np.unique(np.concatenate([words_known[p] for p in of_known]))
            is_marked |= max(int(known["marked"][p]) for p in of_known)
        else:
            words = words_found[place] + offset
        for other in () if of_known else sorted(partners):
            if ids[other] not in new and other not in added:
                added[other] = len(segments)
                segments.append(ids[other])
                lists.append(words_found[other] + offset)
                marked.append(int(found["marked"][other]))
        added[place] = len(segments)
        segments.append(id_)
        lists.append(words)
        marked.append(is_marked)
    return _arrays(segments, marked, lists)


def without(known: Arrays, kept: NDArray[np.bool_]) -> dict[str, NDArray[np.int64]]:
    """Return the repeats of some segments, `kept` `[n]`."""
    lists = _lists(known)
    places = np.flatnonzero(kept)
    return _arrays(
        known["segments"][places].tolist(),
        known["marked"][places].tolist(),
        [lists[place] for place in places],
    )


def _lists(arrays: Arrays) -> list[NDArray[np.int64]]:
    if len(arrays["offsets"]) < 2:
        return []
    return np.split(arrays["words"], arrays["offsets"][1:-1])


def _arrays(
    segments: Sequence[int], marked: Sequence[int], lists: Sequence[NDArray[np.int64]]
) -> dict[str, NDArray[np.int64]]:
    return {
        "segments": np.array(segments, np.int64),
        "marked": np.array(marked, np.int64),
        "offsets": np.cumsum([0, *map(len, lists)]).astype(np.int64),
        "words": np.concatenate([np.zeros(0, np.int64), *lists]).astype(np.int64),
    }
