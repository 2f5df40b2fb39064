"""The app: its navigation, and the library that all pages show."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from app.components.player import show_player
from app.components.sidebar import show_facts
from app.state import library_access, navigation, open_library, query_history
from indexer.base.errors import HilbertError

log = logging.getLogger(__name__)


def main() -> None:
    """Draw the page that the URL names, or the welcome page where no library can be opened."""
    page = st.navigation(navigation.navigation_pages())
    folder = open_library.library_folder()
    if folder is None:
        _welcome(None)
        return
    if reason := library_access.refusal(folder):
        _welcome(folder, reason)
        return
    try:
        library = open_library.open_library(folder)
    except HilbertError as error:
        log.debug("could not open %s", folder, exc_info=True)
        _welcome(folder, str(error))
        return
    query_history.start_visit()
    show_facts(library)
    show_player(library)  # before the buttons that play in it
    try:
        page.run()
    finally:  # also where the page leaves for another one
        open_library.warm_up(library)


def _welcome(folder: Path | None, reason: str = "") -> None:
    from app.pages.welcome import show_welcome

    show_welcome(folder, reason)
