"""What `hilbert app` starts: the navigation, and the library that all pages are about."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import streamlit as st

st.set_page_config(page_title="hilbert", page_icon="🎧", layout="wide")

# Where the visitor's own folder holds an `app.py`, Python would take that for this package.
_HERE = Path(__file__).parent
_found = importlib.util.find_spec("app")
if _found is None or str(_HERE) not in (_found.submodule_search_locations or []):
    sys.path.insert(0, str(_HERE.parent))

from app.components.sidebar import show_facts  # noqa: E402
from app.pages.welcome import show_first_run  # noqa: E402
from app.state import open_library, query_history  # noqa: E402
from indexer.base.errors import HilbertError  # noqa: E402

_PAGES = (
    ("pages/search.py", "Search", ":material/search:"),
    ("pages/document.py", "Document", ":material/article:"),
    ("pages/library.py", "Library", ":material/library_music:"),
    ("pages/diagnostics.py", "Diagnostics", ":material/monitor_heart:"),
)


def main() -> None:
    """Draw the page that the address names, for the library of the visit."""
    pages = [
        st.Page(
            file,
            title=title,
            icon=icon,
            url_path="" if number == 0 else title.lower(),
            default=number == 0,
        )
        for number, (file, title, icon) in enumerate(_PAGES)
    ]
    page = st.navigation(pages)
    folder = open_library.library_folder()
    if folder is None:
        show_first_run(None)
        return
    try:
        library = open_library.open_library(folder)
    except HilbertError as error:
        show_first_run(folder, str(error))
        return
    query_history.begin()
    show_facts(library)
    page.run()


main()
