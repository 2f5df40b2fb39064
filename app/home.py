"""The app: its navigation, and the library that all pages show."""

from __future__ import annotations

import logging

import streamlit as st

from app.components.sidebar import show_facts
from app.pages.welcome import show_welcome
from app.state import navigation, open_library, query_history
from indexer.base.errors import HilbertError

log = logging.getLogger(__name__)


def main() -> None:
    """Draw the page that the URL names, or the welcome page where no library can be opened."""
    page = st.navigation(navigation.navigation_pages())
    folder = open_library.library_folder()
    if folder is None:
        show_welcome(None)
        return
    try:
        library = open_library.open_library(folder)
    except HilbertError as error:
        log.debug("could not open %s", folder, exc_info=True)
        show_welcome(folder, str(error))
        return
    query_history.start_visit()
    show_facts(library)
    page.run()
