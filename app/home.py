"""The page that `hilbert app` opens: search on one tab, the embedding space on the other."""

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

from app import gap_view, library_view, results, state  # noqa: E402
from app.asking import ask_here  # noqa: E402
from indexer.errors import HilbertError  # noqa: E402

SEARCH, SPACE = "Search", "Modality gap"


def main() -> None:
    """Draw the page for the library that the app was started with."""
    folder = state.library_folder()
    if folder is None:
        library_view.show_no_library(None)
        return
    try:
        opened = state.open_library(folder)
    except HilbertError as error:
        library_view.show_no_library(folder, str(error))
        return
    state.begin()
    library_view.show_facts(opened)
    # Only the open tab is drawn: nobody waits for the gap who came to search.
    search, space = st.tabs([SEARCH, SPACE], key="tab", on_change="rerun")
    with search:
        if search.open:
            search_tab(opened)
    with space:
        if space.open:
            gap_view.show_gap(opened)


def search_tab(opened: state.Opened) -> None:
    """The search box, and below it an answer or what there is to search."""
    channel, count = ask_here()
    question = state.current()
    _keep_in_address(question, channel)
    if question is None:
        library_view.show_documents(opened)
        return
    results.show_question(question)
    results.show_answer(opened, state.answer(opened, question, channel), count)


def _keep_in_address(question: state.Question | None, channel: str) -> None:
    """A typed search can be linked to; a clip is nobody else's."""
    wanted = {
        "q": question.words if question and question.kind == "typed" else "",
        "channel": channel if channel != "auto" else "",
    }
    for name, value in wanted.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


main()
