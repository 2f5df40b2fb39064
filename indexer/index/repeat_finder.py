"""Finds passages that recur in several documents: adverts, intros and outros, reworded a little.

Runs of four words that two documents share are seeds. Seeds of two documents that lie close to
each other, in both, are a passage that recurs, where they cover enough of it: a number, a name or
a sentence may differ, sentences may change places. Each run of words is compared with the next
few documents that hold it, never with all, so the time grows with the words, not with the pairs
of documents. Of the same family: S. Schleimer, D. Wilkerson and A. Aiken, Winnowing: local
algorithms for document fingerprinting, SIGMOD 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

# Words of a seed.
SEED = 4
# Later documents that a seed is compared in.
_NEXT = 4
# Seeds of a passage are at most so many words apart; words between them may have been changed.
_GAP = 15
# How far a passage may be shifted within, in words: what was put in, or has changed places.
_SHIFT = 30
# Words of a passage that stand in seeds, and their share of all of its words.
_FEWEST_WORDS = 14
_LEAST_SHARE = 0.5
# Documents of which either holds so much of the other are copies and count as one.
_COPY_SHARE = 0.8


@dataclass(frozen=True)
class FoundRepeats:
    """What recurs in a row of words.

    Attributes:
        passages: `[n_words]`, whether a word is in a passage that recurs.
        ids: `[n_words]`, the same number for the same word of the same passage, in every document;
            -1 for a word that was changed, or is in none.
        documents: `[n_words]`, in how many documents it is said; 0 outside of passages. Copies of
            a document count as one.
    """

    passages: NDArray[np.bool_]
    ids: Ints
    documents: Ints


def find_repeats(words: NDArray[np.int32], owners: Ints) -> FoundRepeats:
    """Find the passages that recur in other documents.

    Args:
        words: `[n_words]`, of all documents one after the other; equal words have equal numbers.
        owners: `[n_words]`, the row of the document of each, ascending.
    """
    n = len(words)
    first, second = _links(words, owners)
    run, first, second = _runs(first, second, owners)
    good = _good_runs(run, first, second)
    run, first, second = run[good], first[good], second[good]
    passages = _filled(run, first, n) | _filled(run, second, n)
    ids = _components(first, second, n)
    sources = _sources(run, first, second, owners)
    documents = _count_documents(ids, sources[owners] if n else owners)
    # A word that was changed is said in as many documents as the one before it.
    known = np.flatnonzero(ids >= 0)
    before = np.searchsorted(known, np.arange(n), side="right") - 1
    inherited = documents[known[np.maximum(before, 0)]] if len(known) else documents
    return FoundRepeats(passages, ids, np.where(passages, inherited, 0))


def seed_keys(words: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Hash every run of `SEED` words, `[n_words - SEED + 1]`."""
    n_seeds = max(0, len(words) - SEED + 1)
    keys = np.zeros(n_seeds, np.uint64)
    for offset in range(SEED):
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + words[offset : offset + n_seeds].astype(
            np.uint64
        )
        keys ^= keys >> np.uint64(29)
    return keys


def _links(words: NDArray[np.int32], owners: Ints) -> tuple[Ints, Ints]:
    """Link the places of equal seeds in different documents, each to the next few."""
    keys = seed_keys(words)
    n_seeds = len(keys)
    whole = np.flatnonzero(owners[:n_seeds] == owners[SEED - 1 :]) if n_seeds else np.zeros(0, int)
    order = whole[np.argsort(keys[whole], kind="stable")]
    keys, owners = keys[order], owners[order]
    firsts, seconds = [], []
    for step in range(1, _NEXT + 1):
        same = np.flatnonzero((keys[:-step] == keys[step:]) & (owners[:-step] != owners[step:]))
        firsts.append(order[same])
        seconds.append(order[same + step])
    return np.concatenate(firsts), np.concatenate(seconds)


def _runs(first: Ints, second: Ints, owners: Ints) -> tuple[Ints, Ints, Ints]:
    """Number the runs of links that lie close to each other in the same two documents."""
    pair = owners[first] * (int(owners.max(initial=0)) + 1) + owners[second]
    shift = second - first
    order = np.lexsort((shift, pair))
    first, second, pair, shift = first[order], second[order], pair[order], shift[order]
    band = _numbered(_breaks(pair, shift, _SHIFT))
    order = np.lexsort((first, band))
    first, second, band = first[order], second[order], band[order]
    return _numbered(_breaks(band, first, _GAP)), first, second


def _numbered(begins: NDArray[np.bool_]) -> Ints:
    return np.cumsum(begins, dtype=np.int64)


def _breaks(group: Ints, value: Ints, most: int) -> NDArray[np.bool_]:
    """Return where a group begins, or a value is far from the one before it."""
    begins = np.ones(len(group), bool)
    begins[1:] = (group[1:] != group[:-1]) | (np.abs(value[1:] - value[:-1]) > most)
    return begins


def _good_runs(run: Ints, first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Return which links belong to runs that are passages."""
    good = np.ones(len(run), bool)
    if not len(run):
        return good
    for places in (first, second):
        begins, covered, span = _extent(run, places)
        fine = (covered >= _FEWEST_WORDS) & (covered >= _LEAST_SHARE * span)
        good &= np.repeat(fine, np.diff([*begins, len(run)]))
    return good


def _extent(run: Ints, places: Ints) -> tuple[Ints, Ints, Ints]:
    """Return where each run begins, how many words its seeds cover, and how many it spans."""
    order = np.lexsort((places, run))
    places = places[order]
    begins = np.flatnonzero(np.concatenate([[True], run[1:] != run[:-1]]))
    steps = np.minimum(np.diff(places, append=0), SEED)
    ends = np.concatenate([begins[1:], [len(run)]]) - 1
    steps[ends] = SEED
    return begins, np.add.reduceat(steps, begins), places[ends] - places[begins] + SEED


def _filled(run: Ints, places: Ints, n: int) -> NDArray[np.bool_]:
    """Return which words are in passages: in a seed, or between two that are close."""
    order = np.lexsort((places, run))
    run, places = run[order], places[order]
    ends = places + SEED
    close = np.flatnonzero((run[1:] == run[:-1]) & (np.diff(places) <= _GAP))
    ends[close] = np.maximum(ends[close], places[close + 1])
    edges = np.zeros(n + 1, np.int64)
    np.add.at(edges, places, 1)
    np.add.at(edges, ends, -1)
    return np.cumsum(edges)[:n] > 0


def _components(first: Ints, second: Ints, n: int) -> Ints:
    """Number the words that links join, over all documents; -1 for the others, `[n]`."""
    ids = np.full(n, -1, np.int64)
    if not len(first):
        return ids
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = (first[:, None] + np.arange(SEED)).ravel()
    right = (second[:, None] + np.arange(SEED)).ravel()
    linked = np.zeros(n, bool)
    linked[left] = linked[right] = True
    numbers = np.cumsum(linked) - 1
    size = int(linked.sum())
    edges = (np.ones(len(left), bool), (numbers[left], numbers[right]))
    graph = coo_array(edges, shape=(size, size))
    ids[linked] = connected_components(graph, directed=False)[1]
    return ids


def _sources(run: Ints, first: Ints, second: Ints, owners: Ints) -> Ints:
    """Number the documents, copies alike, `[n_documents]`."""
    lengths = np.bincount(owners)
    n = len(lengths)
    if not len(run):
        return np.arange(n)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    begins, covered, _ = _extent(run, first)
    pairs = owners[first[begins]] * n + owners[second[begins]]
    pairs, of_run = np.unique(pairs, return_inverse=True)
    one, other = np.divmod(pairs, n)
    shared = np.bincount(of_run.ravel(), covered)
    copies = shared >= _COPY_SHARE * np.maximum(lengths[one], lengths[other])
    one, other = one[copies], other[copies]
    graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _count_documents(ids: Ints, sources: Ints) -> Ints:
    """Count the sources of each number, for each word, `[n_words]`."""
    known = ids >= 0
    counts = np.bincount(unique_pairs(ids[known], sources[known])[0], minlength=1)
    return np.where(known, counts[ids], 0)


def unique_pairs(first: NDArray[np.signedinteger[Any]], second: Ints) -> tuple[Ints, Ints]:
    """Return each pair of numbers once, ascending by both; none is negative, `[n]` each."""
    width = int(second.max(initial=0)) + 1
    return np.divmod(np.unique(first.astype(np.int64) * width + second), width)
