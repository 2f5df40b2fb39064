"""Which segments a search may find: those that pass its filters, phrases and exclusions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.search.filters import Filters, no_sound, nothing_passes, with_sound
from indexer.search.index_view import IndexView
from indexer.search.query import Query


def searched_segments(query: Query, filters: Filters, index: IndexView) -> NDArray[np.bool_]:
    """Return which segments pass, `[n_segments]`.

    Args:
        query: Its phrases, exclusions, sounds and inline filters.
        filters: Those given beside it.
        index: What is searched.

    Raises:
        QueryError: A value of a filter, or a sound, is of nothing there; or no filter is passed.
    """
    table = index.table
    searched = np.ones(len(table), bool)
    inline = query.filters
    for each in filter(None, (filters, inline.wanted)):
        searched &= index.allowed(each)
    for each in inline.excluded:
        searched &= ~index.allowed(each)
    if inline and not searched.any():
        raise nothing_passes(inline.wanted, table)
    for phrase in query.phrases:
        searched &= _with_phrase(phrase, index)
    for phrases in query.any_of:
        searched &= np.any([_with_phrase(phrase, index) for phrase in phrases], axis=0)
    for phrase in query.excluded:
        searched &= ~_with_phrase(phrase, index)
    for label in query.sounds:
        noted = with_sound(label, table)
        if not noted.any():
            raise no_sound(label, table)
        searched &= noted
    for label in query.excluded_sounds:
        searched &= ~with_sound(label, table)
    return searched


def _with_phrase(phrase: str, index: IndexView) -> NDArray[np.bool_]:
    found = np.zeros(len(index.table), bool)
    found[index.table.rows(sorted(index.snapshot.lexical.segments_with_phrase(phrase)))] = True
    return found
