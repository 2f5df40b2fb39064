"""All hits of one recording: count, timeline, the way from one to the next, and a row each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from app.components.component_files import read
from app.components.library_facts import count
from app.components.player import sign_key
from app.markdown import excerpt
from app.state import urls
from app.state.open_library import OpenLibrary, speakers_of
from indexer.base.timecode import clock
from indexer.index.records import IndexedDocument
from indexer.search.results import Hit


def show_hit_list(
    library: OpenLibrary,
    document: IndexedDocument,
    hits: Sequence[Hit],
    *,
    current: int,
    compared: Sequence[str],
    highlighted: Collection[str],
    lines: Sequence[int],
    playable: bool,
) -> None:
    """Draw the hits of a recording.

    Args:
        library: Library that holds it.
        document: The recording, or transcript.
        hits: Its hits, in the order in which they are said.
        current: Place among `hits` of the one that the address names.
        compared: See `urls.parameters`: kept on the way from one hit to the next.
        highlighted: Words to highlight, see `indexer.search.marks.marked_words`.
        lines: First line in the transcript of each hit.
        playable: Whether there is a recording.
    """
    component = st.components.v2.component(
        "hilbert_hits",
        html=read("hit_list.html"),
        css=read("hit_list.css"),
        js=read("said.js", "long_list.js", "hit_list.js"),
        isolate_styles=False,  # the player looks for buttons in the page
    )
    speakers = speakers_of(library, hits)
    what = "recording" if playable else "transcript"
    rows = tuple(
        {
            "start": hit.start,
            "end": hit.end,
            "clock": clock(hit.start) if hit.start is not None else "",
            "to": urls.link(urls.DOCUMENT, doc=document.id, t=hit.start, compared=compared),
            "sign": _sign(hit) if playable else None,
            "speaker": ", ".join(names) if names != (document.speaker,) else "",
            "parts": excerpt(hit.text, highlighted, hit.doubtful),
            "line": line,
        }
        for hit, names, line in zip(hits, speakers, lines, strict=True)
    )
    component(
        key=f"hits-{document.id}",
        data={
            "heading": f"{count(len(hits), 'moment')} in this {what}",
            "hits": rows,
            "current": current,
            "timed": all(hit.start is not None for hit in hits),
            "seconds": document.seconds,
            "document": document.id,
        },
    )


def _sign(hit: Hit) -> str | None:
    if hit.start is None:
        return None
    return f"st-key-{sign_key(hit.document, hit.start, hit.end, 'hit')}"
