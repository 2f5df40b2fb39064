"""The title of the browser's tab: the question, the recording, or the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage

_APP = "hilbert"
_TITLE, _PAGE = "tab-title", "tab-page"


def keep_tab_title() -> None:
    """Begin a run with the title of the run before: another would flicker, and stay on failure."""
    st.set_page_config(page_title=st.session_state.get(_TITLE, _APP))


def turn_to_page(page: StreamlitPage) -> None:
    """Name the tab after a page that was not shown before; the page may name it better."""
    if st.session_state.get(_PAGE) != page.url_path:
        st.session_state[_PAGE] = page.url_path
        name_tab(page.title if page.url_path else "")


def name_tab(what: str) -> None:
    """Name the tab after a question or a recording, or after the app alone where it is empty."""
    title = f"{what} – {_APP}" if what else _APP
    st.session_state[_TITLE] = title
    st.set_page_config(page_title=title)
