"""Answers on the page: cards of recordings or of moments, and all of it to be saved."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.components.result_card import line, show_card
from app.markdown import plain
from app.state import query_history
from app.state.navigation import go_to
from app.state.open_library import OpenLibrary
from app.state.result_cache import Answer
from app.state.urls import seconds_in_address
from indexer.search.export import EXPORT_FORMATS
from indexer.search.results import Hit, SearchResult


def show_answer(opened: OpenLibrary, question: query_history.UserQuery, answer: Answer) -> None:
    """What was found, or why there is nothing."""
    if answer.result is None:
        st.error(plain(answer.error), icon=":material/error:")
        return
    result = answer.result
    if result.heard is not None:
        st.markdown(f"**Heard:** {plain(result.heard) or 'no words'}")
    if not result.hits:
        st.info("Nothing found. Try other words, another channel, or fewer filters.")
        return
    count = st.session_state.count or 10
    by_moment = st.session_state.grouping == "moments"
    with line():
        _show_summary(result, count, by_moment)
        _show_export(result, count)
    if by_moment:
        for rank, hit in enumerate(result.hits[:count], 1):
            show_card(opened, question, rank, hit, (hit,), answer.stems)
        return
    for rank, document in enumerate(result.documents[:count], 1):
        show_card(opened, question, rank, document, document.moments, answer.stems)


def show_linked(opened: OpenLibrary, question: query_history.UserQuery, answer: Answer) -> None:
    """The moment that the address names, above the rest; it is drawn as it was found."""
    document, seconds = st.query_params.get("doc"), seconds_in_address()
    if not document or seconds is None or answer.result is None:
        return
    hits = [*answer.result.hits, *(m for d in answer.result.documents for m in d.moments)]
    hit = next((h for h in hits if h.document == document and _holds(h, seconds)), None)
    if hit:
        st.caption(":material/link: The moment that you were sent")
        show_card(opened, question, 0, hit, (hit,), answer.stems)
    elif document in opened.searcher.documents and st.button(
        "Open the moment that you were sent", key="open-linked", icon=":material/link:"
    ):
        st.session_state["document"], st.session_state["document-time"] = document, seconds
        go_to("document")


def _holds(hit: Hit, seconds: float) -> bool:
    return hit.start is not None and hit.start - 1 <= seconds <= (hit.end or hit.start) + 1


def _show_summary(result: SearchResult, count: int, by_moment: bool) -> None:
    found = len(result.hits if by_moment else result.documents)
    shown = min(count, found)
    noun = ("moment" if by_moment else "recording") + ("" if shown == 1 else "s")
    seconds = sum(result.timings_ms.values()) / 1000
    st.caption(f"{shown} best {noun}, found in {seconds:.2f} s")


def _show_export(result: SearchResult, count: int) -> None:
    with st.popover("Export", icon=":material/download:"):
        kept = SearchResult(
            result.hits[:count], result.documents[:count], result.timings_ms, result.heard
        )
        for export in EXPORT_FORMATS.values():
            st.download_button(
                f"Moments as {export.label}",
                partial(export.write, kept),
                file_name=f"moments{export.extension}",
                mime=export.media_type,
                key=f"export-{export.label}",
                on_click="ignore",
                width="stretch",
            )
