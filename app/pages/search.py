"""Search: the form, and the results of the current query."""

from __future__ import annotations

import logging

import streamlit as st

from app.components.clip_view import show_clip, show_clip_details, show_clip_source
from app.components.document_table import show_document_table
from app.components.library_facts import count_recordings
from app.components.query_name import query_name
from app.components.result_list import show_answer, show_linked
from app.components.search_form import show_search_form
from app.markdown import escape, markdown_link, time_range
from app.state import address, search_state, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, current_library
from app.state.result_cache import find_answer
from app.state.search_state import SearchState, UserQuery
from app.state.tab_title import name_tab
from indexer.base.errors import HilbertError

log = logging.getLogger(__name__)


def draw() -> None:
    """Draw the search form, and below it the results, or all documents before the first query."""
    library = current_library()
    search_state.read_form()
    search = search_state.current()
    address.write(urls.parameters(doc=search.linked, t=search.linked_at))
    show_search_form(library)
    query = search.query
    name_tab(query_name(library, query) if query else "")
    if query is None:
        _show_documents(library)
        return
    if query.clip:
        _show_clip_answer(library, search, query)
        return
    _show_query(library, query)
    answer = find_answer(library, search)
    show_linked(library, search, answer)
    show_answer(library, search, answer)


def _show_clip_answer(library: OpenLibrary, search: SearchState, query: UserQuery) -> None:
    """Draw the clip, what it found, and above that whether it was cut from a recording."""
    source = st.container()
    about = show_clip(search)
    answer = find_answer(library, search)
    if answer.result is not None:
        with about:
            show_clip_details(query, answer.result.heard)
    show_linked(library, search, answer)
    show_answer(library, search, answer)
    with source:  # last: it is decoded, and the answer need not wait for it
        show_clip_source(library, search, answer)


def _show_query(library: OpenLibrary, query: UserQuery) -> None:
    """Draw the query where the search box does not show it."""
    document = library.searcher.documents.get(query.document)
    if document is None:
        return
    when, text = "", ""
    if query.is_moment:
        try:
            source = library.searcher.segment_of(document.id, query.seconds, query.segment)
        except HilbertError:
            log.debug("no moment to show", exc_info=True)  # the answer says so
        else:
            when, text = time_range(source.start, source.end), source.text
    title = markdown_link(
        document.title, urls.link(urls.DOCUMENT, doc=document.id, t=query.seconds)
    )
    st.markdown(f"**More like:** {title} &nbsp; {when}")
    if text:
        st.caption(escape(text))


def _show_documents(library: OpenLibrary) -> None:
    """Draw the table of all documents."""
    documents = list(library.searcher.documents.values())
    if not documents:
        st.info("This library is empty. Add recordings on the page Library.")
        return
    st.caption(
        f"{count_recordings(library)} to search: type what you remember, in your own words, or "
        "choose Clip to find where a short piece of sound is from."
    )
    show_document_table(documents, key=f"documents-{library.key}")


PAGE = add_page(Page("search", "Search", ":material/search:", 10, draw))
