"""Answers to a visitor's questions: found once, kept for the visit."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.markdown import highlighted_stems
from app.state import open_library as libraries
from app.state import query_history
from app.state.open_library import OpenLibrary
from indexer.base.errors import HilbertError
from indexer.search.filters import Filters
from indexer.search.query import Query
from indexer.search.results import SearchResult
from indexer.search.searcher import similarity_methods

log = logging.getLogger(__name__)

_MOST_ANSWERS = 64


@dataclass(frozen=True)
class Answer:
    """What was found, or why nothing could be; `stems` are the words to mark."""

    result: SearchResult | None
    stems: frozenset[str] = frozenset()
    error: str = ""


def find_answer(opened: OpenLibrary, question: query_history.UserQuery) -> Answer:
    """The answer to a question as it is to be answered: found once, kept for the visit."""
    state = st.session_state
    method = (
        similarity_methods()[state.same or "both"]
        if question.is_similar
        else state.channel or "auto"
    )
    answers: dict[Any, Answer] = state.answers
    key = (opened.key, question, method, query_history.filters())
    if key not in answers:
        answers[key] = _find(opened, question, method, query_history.filters())
        for old in list(answers)[:-_MOST_ANSWERS]:
            del answers[old]
    return answers[key]


def _find(
    opened: OpenLibrary, question: query_history.UserQuery, method: str, chosen: Filters
) -> Answer:
    searcher = opened.searcher
    try:
        if question.is_similar:
            with st.spinner("Searching …"), opened.lock:
                result = searcher.similar(
                    question.document,
                    question.seconds,
                    k=query_history.MOST_HITS,
                    channel=method,
                    segment_id=question.segment,
                    filters=chosen,
                )
        else:
            libraries.warm(opened, hears=bool(question.clip))
            query = _embedded(opened, question)
            with st.spinner("Searching …"), opened.lock:
                result = searcher.answer(query, query_history.MOST_HITS, method, chosen)
    except HilbertError as error:
        log.debug("a query failed", exc_info=True)
        return Answer(None, error=str(error))
    heard = result.heard or ""
    words = f"{question.words} {heard}".strip()
    words = words or (question.source.text if question.source else "")
    return Answer(result, highlighted_stems(words, searcher.snapshot.lexical))


def _embedded(opened: OpenLibrary, question: query_history.UserQuery) -> Query:
    """The question as vectors, made once whatever channel and filters are tried."""
    queries: dict[Any, Query] = st.session_state.queries
    key = (opened.key, question)
    if key not in queries:
        queries[key] = _embed(opened, question)
        for old in list(queries)[:-_MOST_ANSWERS]:
            del queries[old]
    return queries[key]


def _embed(opened: OpenLibrary, question: query_history.UserQuery) -> Query:
    if not question.clip:
        with st.spinner("Searching …"), opened.lock:
            return opened.searcher.embed(question.words)
    with (
        query_history.clip_file(question) as clip,
        st.spinner("Listening to the clip …"),
        opened.lock,
    ):
        return opened.searcher.embed(question.words or None, clip=clip)
