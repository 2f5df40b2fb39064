"""The sidebar: the library, the menu of pages, and what was searched for before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.components.menu import show_menu
from app.markdown import escape
from app.state.open_library import OpenLibrary

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage


def show_sidebar(library: OpenLibrary, pages: Mapping[str, StreamlitPage], here: str) -> None:
    """Draw the name of the library, links to all pages, and the searches before this one.

    Args:
        library: Library that is open.
        pages: Pages by name, as Streamlit navigates among them.
        here: Path of the current page.
    """
    with st.sidebar:
        st.subheader(
            f":material/graphic_eq: {escape(Path(library.facts['library']).name)}",
            help=escape(library.facts["library"]),
        )
        show_menu(library, pages, here)
        if library.is_warming:
            _show_warming(library)


@st.fragment(run_every=1.0)
def _show_warming(library: OpenLibrary) -> None:
    """Draw a sign until a search no longer waits for models; then the page asks no more."""
    if not library.is_warming:
        st.rerun(scope="app")
    st.caption(":material/hourglass_top: Loading the models for the first search …")
