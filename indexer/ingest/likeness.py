"""Which new document is an old one renamed and changed: by what is said in it and by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise

from indexer.base.names import folded
from indexer.store.catalog import Catalog, Document

# A word; of scripts that put no spaces between words, a character.
_WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\\w+")
# Shares of pairs of neighbouring words that two texts have in common. Different talks share some
# 3 % of them; of a text in which every tenth word was changed about 65 % are left.
_ALIKE = 0.4
_ALIKE_OF_ONE_NAME = 0.15
# Fewer pairs say nothing of a document; from so many on, a name is not enough.
_FEW_WORDS, _MANY_WORDS = 3, 8
# Another encoding of a recording may be longer by padding.
_LENGTH_SHARE, _LENGTH_SECONDS = 0.02, 2.0

Pairs = frozenset[tuple[str, str]]


def match_changed(
    old: Sequence[Document], new: Sequence[Document], catalog: Catalog
) -> dict[str, str]:
    """Match documents that are no longer there with new ones, each with one at most.

    The same words, or the same name and similar words; a recording is never matched with a lone
    transcript. A text that is as similar to other documents of the library tells nothing.

    Args:
        old: Documents that are no longer there.
        new: Documents that were added since.
        catalog: Holds their words.

    Returns:
        Id of a new document to that of the old one.
    """
    if not old or not new:
        return {}

    @cache
    def pairs(document: str) -> Pairs:
        return word_pairs(cue.text for cue in catalog.cues(document))

    scored = []
    for before in old:
        for after in new:
            likeness = _likeness(before, after, pairs)
            if likeness is not None:
                scored.append((likeness, after, before))
    found: dict[str, str] = {}
    matched = {document.id for document in (*old, *new)}
    others = [d.id for d in catalog.documents() if d.id not in matched]
    for likeness, after, before in sorted(scored, key=lambda entry: -entry[0]):
        if after.id in found or before.id in found.values():
            continue
        if likeness < 1 and _is_common(after, likeness, others, pairs):
            continue
        found[after.id] = before.id
    return found


def word_pairs(texts: Iterable[str]) -> Pairs:
    """Return the pairs of neighbouring words of a text; of a single word, that word twice."""
    words = [word for text in texts for word in _WORD.findall(folded(text))]
    return frozenset(pairwise(words)) or frozenset((w, w) for w in words)


def _likeness(before: Document, after: Document, pairs: Callable[[str], Pairs]) -> float | None:
    """Return how similar two documents are, more than 1 for those of one name; None for not."""
    if before.recording and not after.recording:
        return None
    of_one_name = folded(before.name) == folded(after.name)
    left, right = pairs(before.id), pairs(after.id)
    shared, least = _shared(left, right), min(len(left), len(right))
    if of_one_name and least < _MANY_WORDS:
        return 1.0 + shared if shared or _have_one_length(before, after) else None
    if of_one_name:
        return 1.0 + shared if shared >= _ALIKE_OF_ONE_NAME else None
    return shared if shared >= _ALIKE and least >= _FEW_WORDS else None


def _is_common(
    document: Document, likeness: float, others: Sequence[str], pairs: Callable[[str], Pairs]
) -> bool:
    """Return whether a text is as similar to a document that is still there."""
    return any(_shared(pairs(document.id), pairs(other)) >= likeness for other in others)


def _shared(left: Pairs, right: Pairs) -> float:
    return len(left & right) / max(1, len(left | right))


def _have_one_length(before: Document, after: Document) -> bool:
    if not before.recording or not after.recording:
        return True
    return abs(before.seconds - after.seconds) <= max(
        _LENGTH_SECONDS, _LENGTH_SHARE * before.seconds
    )
