"""The link to the page of a document on the web, at a second of it."""

from __future__ import annotations

import streamlit as st

from app.markdown import markdown_link
from app.state.open_library import OpenLibrary
from indexer.base.timecode import clock
from indexer.base.web_pages import page_at, web_address
from indexer.store.supplements import WEB_PAGE


def show_web_link(library: OpenLibrary, document: str, seconds: float | None) -> None:
    """Draw the link, where the document has such a page; it opens in another tab.

    Args:
        library: Library that holds the document.
        document: Id of the document.
        seconds: Where to begin; None for the page as it is.
    """
    # Again: a library may be of anybody.
    address = web_address(library.store.catalog.fact(document, WEB_PAGE))
    if address is None:
        return
    name = f"On the web at {clock(seconds)}" if seconds else "On the web"
    link = markdown_link(name, page_at(address, seconds))
    st.markdown(f":material/open_in_new: {link}", width="content")
