"""A query: its parts, and what each channel compares of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.search.inline_filters import INLINE_FILTERS, NO_INLINE_FILTERS, InlineFilters

TYPED, CLIP, MOMENT = "typed", "clip", "moment"
KINDS = (TYPED, CLIP, MOMENT)


@dataclass(frozen=True)
class QueryInput:
    """What a channel encodes: typed words, a segment of a clip, or a stored segment or document.

    Attributes:
        kind: `typed`, `clip` or `moment`.
        text: What was typed or said; empty for a stored document.
        terms: Words to look up (`indexer.index.parsed_query.ParsedQuery.terms`).
        vectors: Modality to its unit vector `[d]`, for those that there are.
        values: Name of a part of the index to the number that is stored for this segment.
    """

    kind: str
    text: str
    terms: tuple[str, ...] = ()
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class QueryVector:
    """One thing to compare with every segment: typed words, or a segment of a clip.

    Attributes:
        terms: Words to look up.
        encoded: Channel to what it compares; a channel that cannot answer is absent.
        fuzzy: Whether a term that is not in the index is looked for by its spelling and sound.
    """

    terms: tuple[str, ...]
    encoded: Mapping[str, Any]
    fuzzy: bool = False


@dataclass(frozen=True)
class QueryPart:
    """Typed words, or a clip in one or more segments.

    Attributes:
        kind: `typed`, `clip` or `moment`; decides the weights of the channels.
        vectors: A moment is scored by the one it fits best, a document by the mean of all.
        words: What was typed or said; may be empty.
    """

    kind: str
    vectors: tuple[QueryVector, ...]
    words: str


@dataclass(frozen=True)
class Query:
    """What is searched for: one part, or typed words and a clip; no part lists what passes.

    Attributes:
        parts: Each counts the same.
        phrases: See `indexer.index.parsed_query.ParsedQuery`.
        excluded: See `indexer.index.parsed_query.ParsedQuery`.
        sounds: See `indexer.index.parsed_query.ParsedQuery`.
        excluded_sounds: See `indexer.index.parsed_query.ParsedQuery`.
        filters: Those that were typed with the words.
        quoted: See `indexer.index.parsed_query.ParsedQuery`.
        negated: See `indexer.index.parsed_query.ParsedQuery`.
        any_of: See `indexer.index.parsed_query.ParsedQuery`.
    """

    parts: tuple[QueryPart, ...]
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    excluded_sounds: tuple[str, ...] = ()
    filters: InlineFilters = NO_INLINE_FILTERS
    quoted: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()

    @property
    def heard(self) -> str | None:
        """What was said in the clip; None without one."""
        return next((part.words for part in self.parts if part.kind == CLIP), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of how it was understood."""
        found = [
            f"NOT is looked for as any word is; -{word} leaves out what says {word}"
            for word in self.negated
        ]
        if self.filters.foreign:
            foreign = ", ".join(f"{name}:" for name in self.filters.foreign)
            own = ", ".join(f"{name}:" for name in (*INLINE_FILTERS, "sound"))
            found.append(f"{foreign} is looked for as any word is; filters are {own}")
        if self.quoted:
            found.append(
                "the words in quotation marks need not be said exactly: this is a long question; "
                "to require them, type fewer words beside them"
            )
        return tuple(found)

    @property
    def words(self) -> str:
        """All words of the query."""
        return " ".join(filter(None, (part.words for part in self.parts)))

    @property
    def terms(self) -> tuple[str, ...]:
        """Distinct words that are looked up, in order; beginnings of words end in `*`."""
        found = (term for part in self.parts for vector in part.vectors for term in vector.terms)
        return tuple(dict.fromkeys(found))

    @property
    def fuzzy_terms(self) -> frozenset[str]:
        """Those of `terms` for which similar words are looked up too."""
        vectors = (vector for part in self.parts for vector in part.vectors if vector.fuzzy)
        return frozenset(term for vector in vectors for term in vector.terms)
