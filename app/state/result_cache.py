"""Answers to the queries of a visit: found once, kept for the visit."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app.state.clips import clip_file
from app.state.open_library import OpenLibrary, load_models
from app.state.search_state import MOST_HITS, SearchState, UserQuery
from indexer.base.errors import HilbertError
from indexer.base.text_analysis import query_terms
from indexer.search.filters import Filters
from indexer.search.hits_within import hits_within
from indexer.search.marks import marked_words
from indexer.search.query import TYPED, Query
from indexer.search.results import Hit, SearchResult
from indexer.search.searcher import PER_DOCUMENT, similarity_methods

log = logging.getLogger(__name__)

GONE = "The recording that this address names is not in this library, or not any more."
_MOST_ANSWERS = 64
# Of one document: a recording of ten hours has some two thousand moments, few of which answer.
_MOST_WITHIN = 500


@dataclass(frozen=True)
class Answer:
    """What a query found, or why it failed.

    Attributes:
        result: Hits; None where the search failed.
        highlighted: Words to highlight, see `indexer.search.marks.marked_words`.
        error: Why the search failed, in one line.
    """

    result: SearchResult | None
    highlighted: frozenset[str] = frozenset()
    error: str = ""


def find_hits_within(library: OpenLibrary, search: SearchState, document: str) -> list[Hit]:
    """Return all hits of one document, in the order in which they are said.

    Args:
        library: Library that is searched.
        search: What is searched for in all of it.
        document: Id of the document.
    """
    result = find_answer(library, search).result
    if result is None or not result.answered:
        return []
    filters = replace(search.filters, documents=(document,))
    alone = replace(search, filters=filters, all_moments=True)
    within = find_answer(library, alone, most=_MOST_WITHIN).result
    hits = hits_within(document, result, within)
    return sorted(hits, key=lambda hit: library.searcher.table.row(hit.segment))


def find_answer(library: OpenLibrary, search: SearchState, most: int = MOST_HITS) -> Answer:
    """Return the answer to a search, of so many moments, searching where it is not cached."""
    query = search.query
    if query is None:
        return Answer(None)
    method = similarity_methods()[search.same] if query.is_similar else search.channel
    answers: dict[Any, Answer] = st.session_state.answers
    per_document = 0 if search.all_moments else PER_DOCUMENT
    key = (library.key, query, method, search.filters, per_document, most)
    if key not in answers:
        answer = _find(library, query, method, search.filters, per_document, most)
        if answer.result is None:  # what failed may be mended
            return answer
        answers[key] = answer
        for old in list(answers)[:-_MOST_ANSWERS]:
            del answers[old]
    return answers[key]


def _find(
    library: OpenLibrary,
    query: UserQuery,
    method: str,
    chosen: Filters,
    per_document: int,
    most: int,
) -> Answer:
    searcher = library.searcher
    if query.is_similar and query.document not in searcher.documents:
        return Answer(None, error=GONE)
    try:
        if query.is_similar:
            encoded = None
            with st.spinner("Searching …"), library.lock:
                result = searcher.similar(
                    query.document,
                    query.seconds,
                    k=most,
                    channel=method,
                    segment_id=query.segment,
                    filters=chosen,
                    per_document=per_document,
                )
        else:
            load_models(library, recogniser=bool(query.clip))
            encoded = _encoded(library, query)
            with st.spinner("Searching …"), library.lock:
                result = searcher.answer(encoded, most, method, chosen, per_document=per_document)
    except HilbertError as error:
        log.debug("a query failed", exc_info=True)
        return Answer(None, error=str(error))
    return Answer(result, _highlighted(library, query, encoded))


def _highlighted(library: OpenLibrary, query: UserQuery, encoded: Query | None) -> frozenset[str]:
    """Return what is marked: of what was typed, and of what is said in a clip or a moment."""
    searcher, languages = library.searcher, library.languages_said
    lexical = searcher.snapshot.lexical
    if encoded is None:
        if not query.is_moment:
            return frozenset()
        text = searcher.segment_of(query.document, query.seconds, query.segment).text
        return marked_words(text, query_terms(text), lexical, languages, spoken=True)
    found: set[str] = set()
    for part in encoded.parts:
        terms = list(dict.fromkeys(term for vector in part.vectors for term in vector.terms))
        is_typed = part.kind == TYPED
        quoted = (*encoded.phrases, *encoded.quoted) if is_typed else ()
        found |= marked_words(part.words, terms, lexical, languages, quoted, spoken=not is_typed)
    return frozenset(found)


def _encoded(library: OpenLibrary, query: UserQuery) -> Query:
    """Encode a query once, whatever channel and filters are tried."""
    queries: dict[Any, Query] = st.session_state.queries
    key = (library.key, query)
    if key not in queries:
        queries[key] = _encode(library, query)
        for old in list(queries)[:-_MOST_ANSWERS]:
            del queries[old]
    return queries[key]


def _encode(library: OpenLibrary, query: UserQuery) -> Query:
    if not query.clip:
        with st.spinner("Searching …"), library.lock:
            return library.searcher.embed(query.words)
    with (
        clip_file(query.clip, query.clip_name) as clip,
        st.spinner("Listening to the clip …"),
        library.lock,
    ):
        return library.searcher.embed(query.words or None, clip=clip)
