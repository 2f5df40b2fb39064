"""What the page Library tells of the library: its size, sources of text, model and encoders."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app.markdown import escape
from app.state.open_library import OpenLibrary
from indexer.base.types import (
    ALIGNED,
    NO_SPEECH,
    NOT_TRANSCRIBED,
    RECOGNISED,
    TIMED,
    UNTIMED,
)
from indexer.diagnostics.model_card import card_heading

TEXT_SOURCES: Mapping[str, str] = {
    TIMED: "timed transcripts",
    ALIGNED: "aligned transcripts",
    UNTIMED: "transcripts without times",
    RECOGNISED: "speech recognition",
    NO_SPEECH: "nothing said",
    NOT_TRANSCRIBED: "recordings not listened to",
}
# Counted recordings without any words read better this way.
_UNTRANSCRIBED = {NO_SPEECH: "without speech", NOT_TRANSCRIBED: "not listened to"}


def show_facts(library: OpenLibrary) -> None:
    """Draw the size, the sources of text and the model of a library."""
    facts = library.facts
    words = [
        f"{count:,} {_UNTRANSCRIBED.get(source) or 'from ' + TEXT_SOURCES.get(source, source)}"
        for source, count in facts["words_from"].items()
    ]
    shown = (
        ("Recordings", _length(facts["hours"]), f"{facts['documents']:,} documents"),
        ("Words", *words),
        ("Size", f"{facts['segments']:,} segments", f"{facts['megabytes']:.0f} MB on disk"),
        ("Model", escape(card_heading(library.searcher.snapshot.model_folder))),
        (
            "Encoders",
            escape(facts["speech_encoder"].removeprefix("bundled:")),
            escape(facts["text_encoder"].removeprefix("bundled:")),
        ),
    )
    for column, (name, *lines) in zip(st.columns(len(shown)), shown, strict=True):
        with column:
            _fact(name, *lines)


def _fact(name: str, *lines: str) -> None:
    with st.container(gap=None):
        st.caption(name)
        st.markdown("  \n".join(lines))


def _length(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"
