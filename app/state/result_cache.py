"""Answers to the queries of a visit: found once, kept for the visit."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.markdown import highlighted_words
from app.state import query_history
from app.state.open_library import OpenLibrary, load_models
from indexer.base.errors import HilbertError
from indexer.search.filters import Filters
from indexer.search.query import Query
from indexer.search.results import SearchResult
from indexer.search.searcher import PER_DOCUMENT, similarity_methods

log = logging.getLogger(__name__)

_MOST_ANSWERS = 64


@dataclass(frozen=True)
class Answer:
    """What a query found, or why it failed.

    Attributes:
        result: Hits; None where the search failed.
        highlighted: Words to highlight, see `app.markdown.highlighted_words`.
        error: Why the search failed, in one line.
    """

    result: SearchResult | None
    highlighted: frozenset[str] = frozenset()
    error: str = ""


def find_answer(library: OpenLibrary, query: query_history.UserQuery) -> Answer:
    """Return the answer for the chosen channel and filters, searching where it is not cached."""
    state = st.session_state
    method = (
        similarity_methods()[state.same or "both"] if query.is_similar else state.channel or "auto"
    )
    answers: dict[Any, Answer] = state.answers
    per_document = 0 if state.all_moments else PER_DOCUMENT
    key = (library.key, query, method, query_history.filters(), per_document)
    if key not in answers:
        answers[key] = _find(library, query, method, query_history.filters(), per_document)
        for old in list(answers)[:-_MOST_ANSWERS]:
            del answers[old]
    return answers[key]


def _find(
    library: OpenLibrary,
    query: query_history.UserQuery,
    method: str,
    chosen: Filters,
    per_document: int,
) -> Answer:
    searcher = library.searcher
    try:
        if query.is_similar:
            with st.spinner("Searching …"), library.lock:
                result = searcher.similar(
                    query.document,
                    query.seconds,
                    k=query_history.MOST_HITS,
                    channel=method,
                    segment_id=query.segment,
                    filters=chosen,
                    per_document=per_document,
                )
        else:
            load_models(library, recogniser=bool(query.clip))
            encoded = _encoded(library, query)
            with st.spinner("Searching …"), library.lock:
                result = searcher.answer(
                    encoded, query_history.MOST_HITS, method, chosen, per_document=per_document
                )
    except HilbertError as error:
        log.debug("a query failed", exc_info=True)
        return Answer(None, error=str(error))
    heard = result.heard or ""
    words = f"{query.words} {heard}".strip()
    words = words or (query.source.text if query.source else "")
    return Answer(result, highlighted_words(words, searcher.snapshot.lexical))


def _encoded(library: OpenLibrary, query: query_history.UserQuery) -> Query:
    """Encode a query once, whatever channel and filters are tried."""
    queries: dict[Any, Query] = st.session_state.queries
    key = (library.key, query)
    if key not in queries:
        queries[key] = _encode(library, query)
        for old in list(queries)[:-_MOST_ANSWERS]:
            del queries[old]
    return queries[key]


def _encode(library: OpenLibrary, query: query_history.UserQuery) -> Query:
    if not query.clip:
        with st.spinner("Searching …"), library.lock:
            return library.searcher.embed(query.words)
    with (
        query_history.clip_file(query) as clip,
        st.spinner("Listening to the clip …"),
        library.lock,
    ):
        return library.searcher.embed(query.words or None, clip=clip)
