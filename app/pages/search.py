"""Search: the form, and the results of the current query."""

from __future__ import annotations

import streamlit as st

from app.components.clip_view import show_clip
from app.components.result_list import show_answer, show_linked
from app.components.search_form import show_search_form
from app.markdown import escape, time_range
from app.state import query_history, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, current_library
from app.state.result_cache import find_answer
from indexer.base.timecode import clock


def draw() -> None:
    """Draw the search form, and below it the results, or all documents before the first query."""
    library = current_library()
    show_search_form(library)
    query = query_history.current()
    words = query.words if query and not query.clip else ""
    channel = st.session_state.channel or "auto"
    urls.update_url(q=words, channel=channel if words and channel != "auto" else None)
    if query is None:
        urls.update_url(q=None, channel=None, doc=None, t=None)
        _show_documents(library)
        return
    _show_query(query)
    answer = find_answer(library, query)
    show_linked(library, query, answer)
    show_answer(library, query, answer)


def _show_query(query: query_history.UserQuery) -> None:
    """Draw the way back, and the query where the search box does not show it."""
    st.button(
        f"Back to {_named(query_history.previous())}",
        icon=":material/arrow_back:",
        key="back",
        type="tertiary",
        on_click=query_history.go_back,
    )
    if query.is_similar:
        source = query.source
        when = time_range(source.start, source.end) if source else ""
        st.markdown(f"**More like:** {escape(query.label)} &nbsp; {when}")
        if source:
            st.caption(escape(source.text))
    elif query.clip:
        show_clip(query)


def _named(query: query_history.UserQuery | None) -> str:
    if query is None:
        return "all documents"
    name = escape(_short(query.label))
    if query.is_similar:
        return f"what is like “{name}”"
    return f"the clip {name}" if query.clip and not query.words else f"“{name}”"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _show_documents(library: OpenLibrary) -> None:
    """Draw the table of all documents."""
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
