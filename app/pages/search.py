"""Search: words, a clip or a moment, and what was found."""

from __future__ import annotations

import streamlit as st

from app.components.clip_view import show_clip
from app.components.result_list import show_answer, show_linked
from app.components.search_form import ask_here
from app.markdown import plain, time_range
from app.state import query_history, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, current_library
from app.state.result_cache import find_answer
from indexer.base.timecode import clock


def draw() -> None:
    """The search box, and below it an answer or what there is to search."""
    library = current_library()
    ask_here(library)
    question = query_history.current()
    words = question.words if question and not question.clip else ""
    channel = st.session_state.channel or "auto"
    urls.keep_in_address(q=words, channel=channel if words and channel != "auto" else None)
    if question is None:
        urls.keep_in_address(q=None, channel=None, doc=None, t=None)
        _show_documents(library)
        return
    _show_question(question)
    answer = find_answer(library, question)
    show_linked(library, question, answer)
    show_answer(library, question, answer)


def _show_question(question: query_history.UserQuery) -> None:
    """What is asked, where the search box does not say it, and the way back."""
    st.button(
        f"Back to {_named(query_history.previous())}",
        icon=":material/arrow_back:",
        key="back",
        type="tertiary",
        on_click=query_history.go_back,
    )
    if question.is_similar:
        source = question.source
        when = time_range(source.start, source.end) if source else ""
        st.markdown(f"**More like:** {plain(question.label)} &nbsp; {when}")
        if source:
            st.caption(plain(source.text))
    elif question.clip:
        show_clip(question)


def _named(question: query_history.UserQuery | None) -> str:
    if question is None:
        return "all documents"
    name = plain(_short(question.label))
    if question.is_similar:
        return f"what is like “{name}”"
    return f"the clip {name}" if question.clip and not question.words else f"“{name}”"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _show_documents(library: OpenLibrary) -> None:
    """Everything there is to search, on the start page."""
    documents = list(library.searcher.documents.values())
    if not documents:
        st.info("This library is empty. Add recordings on the page Library.")
        return
    st.caption("What there is to search")
    st.dataframe(
        {
            "Title": [d.title for d in documents],
            "Speaker": [d.speaker or "" for d in documents],
            "Date": [d.date or "" for d in documents],
            "Label": [d.label or "" for d in documents],
            "Length": [clock(d.seconds) if d.seconds else "" for d in documents],
        },
        hide_index=True,
        width="stretch",
    )


PAGE = add_page(Page("search", "Search", ":material/search:", 10, draw))
