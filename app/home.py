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

from app import opened, trail  # noqa: E402
from app.facts import show_facts  # noqa: E402
from app.first_run import show_first_run  # noqa: E402
from indexer.errors import HilbertError  # noqa: E402

_PAGES = (
    ("search_page.py", "Search", ":material/search:"),
    ("document_page.py", "Document", ":material/article:"),
    ("library_page.py", "Library", ":material/library_music:"),
    ("diagnostics_page.py", "Diagnostics", ":material/monitor_heart:"),
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
    folder = opened.library_folder()
    if folder is None:
        show_first_run(None)
        return
    try:
        library = opened.open_library(folder)
    except HilbertError as error:
        show_first_run(folder, str(error))
        return
    trail.begin()
    show_facts(library)
    page.run()


main()
