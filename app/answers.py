"""Answers to a visitor's questions: found once, kept for the visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from app import opened as libraries
from app import trail
from app.opened import Opened
from app.words import telling_stems
from indexer.errors import HilbertError
from indexer.filters import Filters
from indexer.query import Query
from indexer.results import SearchResult
from indexer.search import SAME

_MOST_ANSWERS = 64


@dataclass(frozen=True)
class Answer:
    """What was found, or why nothing could be; `stems` are the words to mark."""

    result: SearchResult | None
    stems: frozenset[str] = frozenset()
    error: str = ""


def find_answer(opened: Opened, question: trail.Question) -> Answer:
    """The answer to a question as it is to be answered: found once, kept for the visit."""
    state = st.session_state
    way = SAME[state.same or "both"] if question.is_similar else state.channel or "auto"
    answers: dict[Any, Answer] = state.answers
    key = (opened.key, question, way, trail.filters())
    if key not in answers:
        answers[key] = _find(opened, question, way, trail.filters())
        for old in list(answers)[:-_MOST_ANSWERS]:
            del answers[old]
    return answers[key]


def _find(opened: Opened, question: trail.Question, way: str, chosen: Filters) -> Answer:
    searcher = opened.searcher
    try:
        if question.is_similar:
            with st.spinner("Searching …"), opened.lock:
                result = searcher.similar(
                    question.document,
                    question.seconds,
                    k=trail.MOST_HITS,
                    channel=way,
                    segment_id=question.segment,
                    filters=chosen,
                )
        else:
            libraries.warm(opened, hears=bool(question.clip))
            query = _embedded(opened, question)
            with st.spinner("Searching …"), opened.lock:
                result = searcher.answer(query, trail.MOST_HITS, way, chosen)
    except HilbertError as error:
        return Answer(None, error=str(error))
    heard = result.heard or ""
    words = f"{question.words} {heard}".strip()
    words = words or (question.source.text if question.source else "")
    return Answer(result, telling_stems(words, searcher.generation.lexical))


def _embedded(opened: Opened, question: trail.Question) -> Query:
    """The question as vectors, made once whatever channel and filters are tried."""
    queries: dict[Any, Query] = st.session_state.queries
    key = (opened.key, question)
    if key not in queries:
        queries[key] = _embed(opened, question)
        for old in list(queries)[:-_MOST_ANSWERS]:
            del queries[old]
    return queries[key]


def _embed(opened: Opened, question: trail.Question) -> Query:
    if not question.clip:
        with st.spinner("Searching …"), opened.lock:
            return opened.searcher.embed(question.words)
    with trail.clip_file(question) as clip, st.spinner("Listening to the clip …"), opened.lock:
        return opened.searcher.embed(question.words or None, clip=clip)
