"""A transcript in step with its player: a click plays a cue, and words are found in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from app.components.component_files import read
from app.markdown import split_highlights
from indexer.base.timecode import clock
from indexer.base.types import Cue


def show_transcript(
    cues: Sequence[Cue],
    *,
    key: str,
    document: str,
    found: Collection[int] = (),
    hits: Collection[int] = (),
    highlighted: Collection[str] = (),
    doubtful: Mapping[int, Collection[int]] | None = None,
    height: str = "13rem",
    find: bool = False,
) -> None:
    """Draw cues; those with times follow the player, where it has their document.

    Args:
        cues: Cues; where some have times, those without are left out.
        key: Key of the widget.
        document: Id of the document.
        found: Places among `cues` that are bold, and in view.
        hits: Places among `cues` that a question found.
        highlighted: Words to highlight, see `indexer.search.marks.marked_words`.
        doubtful: Place among `cues` to the numbers of its words that their recogniser doubts.
        height: CSS height beyond which the transcript scrolls.
        find: Whether words can be found in it.
    """
    lines: list[dict[str, Any]] = []
    last = None
    is_timed = any(_is_timed(cue) for cue in cues)
    for place, cue in enumerate(cues):
        if is_timed and not _is_timed(cue):
            continue
        start, end = (cue.start, cue.end) if is_timed else (None, None)
        line = {
            "start": start,
            "end": None if start is None or end is None else max(end, start + 0.1),
            "clock": "" if start is None else clock(start),
            "speaker": cue.speaker if cue.speaker != last else None,
            "parts": split_highlights(cue.text, highlighted, (doubtful or {}).get(place, ())),
            "found": place in found,
            "hit": place in hits,
        }
        # Of thousands of lines: what is not there isn't sent.
        lines.append({name: value for name, value in line.items() if value or name == "start"})
        last = cue.speaker
    component = st.components.v2.component(
        "hilbert_transcript",
        html=read("transcript.html"),
        css=read("transcript.css"),
        js=read("said.js", "long_list.js", "transcript.js"),
    )
    component(
        key=key, data={"cues": tuple(lines), "height": height, "document": document, "find": find}
    )


def lines_between(cues: Sequence[Cue], start: float, end: float) -> set[int]:
    """Return the places of the cues that are said between two seconds."""
    return {
        place
        for place, cue in enumerate(cues)
        if cue.start is not None and cue.end is not None and cue.start < end and cue.end > start
    }


def _is_timed(cue: Cue) -> bool:
    return cue.start is not None and cue.end is not None
