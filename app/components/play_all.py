"""A button that plays all moments, each from its start to its end, one after another."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from app.components.component_files import read
from app.state.open_library import OpenLibrary
from indexer.maintenance.manage import existing_recording
from indexer.search.results import Hit


def show_play_all(library: OpenLibrary, hits: Iterable[Hit], key: str) -> None:
    """Draw the button, where two or more of the hits can be played.

    Args:
        library: Library that was searched.
        hits: In the order in which they play; each moment once.
        key: Key of the widget.
    """
    timed = {(h.document, h.start, h.end): h for h in hits if h.start is not None and h.end}
    documents = {hit.document for hit in timed.values()}
    playable = {id_ for id_ in documents if existing_recording(library.store, id_)}
    items = [
        {"id": id_, "start": start, "end": end} for id_, start, end in timed if id_ in playable
    ]
    if len(items) < 2:
        return
    component = st.components.v2.component(
        "hilbert_play_all",
        html=read("play_all.html"),
        css=read("play_all.css"),
        js=read("play_all.js"),
    )
    component(key=key, data={"items": tuple(items), "label": f"Play all {len(items)} moments"})
