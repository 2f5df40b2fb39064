"""Search: the form, and the results of the current query."""

from __future__ import annotations

import streamlit as st

from app.components.clip_view import show_clip, show_clip_details, show_clip_source
from app.components.document_table import show_document_table
from app.components.library_facts import count_recordings
from app.components.query_name import query_name, source_moment, source_name
from app.components.result_list import show_answer, show_linked
from app.components.search_form import show_search_form
from app.markdown import escape, markdown_link
from app.state import address, search_state, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, current_library
from app.state.result_cache import find_answer
from app.state.search_state import SearchState, UserQuery
from app.state.tab_title import name_tab
from indexer.base.text_analysis import begin


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
    _show_query(library, search, query)
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


def _show_query(library: OpenLibrary, search: SearchState, query: UserQuery) -> None:
    """Draw the query where the search box does not show it, and the way back to the one before."""
    if query.document not in library.searcher.documents:
        return
    before = search_state.search_before(search)
    if before and before.query:
        name = begin(query_name(library, before.query))
        to = urls.link(urls.SEARCH, before)
        st.markdown(f":material/arrow_back: {markdown_link(name, to)}")
    moment = source_moment(library, query)
    to = urls.link(urls.DOCUMENT, doc=query.document, t=moment.start if moment else None)
    st.markdown(f"**Like** {markdown_link(source_name(library, query), to)}")
    if moment and moment.text:
        st.caption(escape(moment.text))


def _show_documents(library: OpenLibrary) -> None:
    """Draw the table of all documents."""
    documents = list(library.searcher.documents.values())
    if not documents:
        st.info("This library is empty. Add recordings on the page Library.")
        return
    st.caption(
        f"{count_recordings(library)} to search: type what you remember, in your own words, "
        '"in quotes" what must be said, and -word for a word that must not; or choose Clip to find '
        "where a short piece of sound is from."
    )
    show_document_table(documents, key=f"documents-{library.key}")


PAGE = add_page(Page("search", "Search", ":material/search:", 10, draw))
