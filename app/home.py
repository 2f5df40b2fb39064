"""The app: its navigation, and the library that all pages show."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.components.layout import style_page
from app.components.menu import show_menu
from app.components.player import show_player
from app.components.sidebar import show_sidebar
from app.components.trust_notice import show_trust_notice
from app.state import address, library_access, navigation, open_library, search_state
from app.state.tab_title import keep_tab_title, name_tab, turn_to_page
from indexer.base.errors import HilbertError

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage

log = logging.getLogger(__name__)


def main() -> None:
    """Draw the page that the address names, or the welcome page where no library can be opened."""
    keep_tab_title()
    pages = navigation.navigation_pages()
    # The sidebar has its own menu: Streamlit's drops what the address holds besides the page.
    page = st.navigation(list(pages.values()), position="hidden")
    turn_to_page(page)
    if address.has_arrived(page.url_path):
        search_state.adopt(search_state.parse(address.given()))
    folder = open_library.library_folder()
    if folder is None:
        _welcome(pages, None)
        return
    if reason := library_access.refusal(folder):
        _welcome(pages, folder, reason)
        return
    try:
        library = open_library.open_library(folder)
    except HilbertError as error:
        log.debug("could not open %s", folder, exc_info=True)
        _welcome(pages, folder, str(error))
        return
    style_page()
    show_sidebar(library, pages, page.url_path)
    show_trust_notice(library)
    show_player(library)  # before the buttons that play in it
    try:
        page.run()
    finally:  # also where the page is drawn anew before its end
        open_library.warm_up(library)


def _welcome(pages: Mapping[str, StreamlitPage], folder: Path | None, reason: str = "") -> None:
    from app.pages.welcome import show_welcome

    name_tab("")
    show_menu(None, pages, "")
    show_welcome(folder, reason)
