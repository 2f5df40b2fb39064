"""Search results: cards of recordings or of moments, and their export."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.components.layout import spread_row
from app.components.result_card import show_card
from app.markdown import escape
from app.state import query_history
from app.state.navigation import choose_document, go_to
from app.state.open_library import OpenLibrary
from app.state.result_cache import Answer
from app.state.urls import seconds_in_url
from indexer.search.export import EXPORT_FORMATS
from indexer.search.results import NOTHING_ANSWERS, Hit, SearchResult
from indexer.search.searcher import PER_DOCUMENT
from indexer.search.sorting import DATE, SCORE, TIME, sort_result

_SORTS_SHOWN = {SCORE: "Best first", DATE: "Newest first", TIME: "As it was said"}


def show_answer(library: OpenLibrary, query: query_history.UserQuery, answer: Answer) -> None:
    """Draw the results of a query, or why there are none."""
    if answer.result is None:
        st.error(escape(answer.error), icon=":material/error:")
        return
    result = answer.result
    if result.heard is not None:
        st.markdown(f"**Heard:** {escape(result.heard) or 'no words'}")
    for name, values in result.filters.items():
        st.markdown(f"**Only {escape(name)}:** {escape(', '.join(values))}")
    for note in result.notes:
        st.caption(escape(note))
    if not result.hits:
        st.info("Nothing found. Try other words, another channel, or fewer filters.")
        return
    if result.answered:
        _show_found(library, query, answer, result)
        return
    st.info(f"{NOTHING_ANSWERS} Try other words, or look at what is nearest.")
    weak = st.expander("Nearest", icon=":material/search_off:", key="weak", on_change="rerun")
    if weak.open:  # drawn only when opened: players would load for what nobody asked for
        with weak:
            _show_found(library, query, answer, result)


def _show_found(
    library: OpenLibrary, query: query_history.UserQuery, answer: Answer, result: SearchResult
) -> None:
    """Draw the best recordings or moments, in the chosen order, with their export."""
    count = st.session_state.count or 10
    by_moment = st.session_state.grouping == "moments"
    order = st.session_state.sort or SCORE
    shown = sort_result(result, order, library.searcher.documents, most=count)
    with spread_row():
        _show_summary(shown, by_moment)
        with st.container(horizontal=True, width="content", gap="xsmall"):
            if by_moment:
                st.toggle(
                    "All of a recording",
                    key="all_moments",
                    help=f"Also more than the {PER_DOCUMENT} best moments of one recording",
                )
            st.selectbox(
                "Sort",
                list(_SORTS_SHOWN),
                format_func=_SORTS_SHOWN.__getitem__,
                key="sort",
                label_visibility="collapsed",
                width=160,
            )
            _show_export(shown)
    if by_moment:
        for rank, hit in enumerate(shown.hits, 1):
            show_card(library, query, rank, hit, (hit,), answer.highlighted)
        return
    for rank, document in enumerate(shown.documents, 1):
        show_card(library, query, rank, document, document.moments, answer.highlighted)


def show_linked(library: OpenLibrary, query: query_history.UserQuery, answer: Answer) -> None:
    """Draw the moment that the URL names above the rest, with the score that it was found with."""
    document, seconds = st.query_params.get("doc"), seconds_in_url()
    if not document or seconds is None or answer.result is None:
        return
    hits = [*answer.result.hits, *(m for d in answer.result.documents for m in d.moments)]
    hit = next((h for h in hits if h.document == document and _contains(h, seconds)), None)
    if hit:
        st.caption(":material/link: The moment that you were sent")
        show_card(library, query, 0, hit, (hit,), answer.highlighted)
    elif document in library.searcher.documents and st.button(
        "Open the moment that you were sent", key="open-linked", icon=":material/link:"
    ):
        choose_document(document, seconds)
        go_to("document")


def _contains(hit: Hit, seconds: float) -> bool:
    return hit.start is not None and hit.start - 1 <= seconds <= (hit.end or hit.start) + 1


def _show_summary(result: SearchResult, by_moment: bool) -> None:
    shown = len(result.hits if by_moment else result.documents)
    noun = ("moment" if by_moment else "recording") + ("" if shown == 1 else "s")
    seconds = sum(result.timings_ms.values()) / 1000
    st.caption(f"{shown} best {noun}, found in {seconds:.2f} s")


def _show_export(result: SearchResult) -> None:
    with st.popover("Export", icon=":material/download:"):
        for export in EXPORT_FORMATS.values():
            st.download_button(
                f"Moments as {export.label}",
                partial(export.write, result),
                file_name=f"moments{export.extension}",
                mime=export.media_type,
                key=f"export-{export.label}",
                on_click="ignore",
                width="stretch",
            )
