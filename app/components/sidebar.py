"""The library's facts beside every page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from app.markdown import plain
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

WORDS_FROM: Mapping[str, str] = {
    TIMED: "timed transcripts",
    ALIGNED: "aligned transcripts",
    UNTIMED: "transcripts without times",
    RECOGNISED: "speech recognition",
    NO_SPEECH: "nothing said",
    NOT_TRANSCRIBED: "recordings not listened to",
}
# Where there are no words to be from anywhere.
_COUNTED = {NO_SPEECH: "without speech", NOT_TRANSCRIBED: "not listened to"}


def show_facts(opened: OpenLibrary) -> None:
    """What is open, in the sidebar."""
    facts = opened.facts
    with st.sidebar:
        st.subheader(
            f":material/graphic_eq: {plain(Path(facts['library']).name)}",
            help=plain(facts["library"]),
        )
        documents, hours = st.columns(2)
        documents.metric("Documents", f"{facts['documents']:,}")
        hours.metric("Recordings", _length(facts["hours"]))
        words = [
            f"{count:,} {_COUNTED.get(source) or 'from ' + WORDS_FROM.get(source, source)}"
            for source, count in facts["words_from"].items()
        ]
        _fact("Words", *words)
        _fact("Model", plain(card_heading(opened.searcher.snapshot.model_folder)))
        _fact(
            "Encoders",
            plain(facts["speech_encoder"].removeprefix("bundled:")),
            plain(facts["text_encoder"].removeprefix("bundled:")),
        )
        _fact("Size", f"{facts['segments']:,} segments", f"{facts['megabytes']:.0f} MB on disk")


def _fact(name: str, *lines: str) -> None:
    with st.container(gap=None):
        st.caption(name)
        st.markdown("  \n".join(lines))


def _length(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"
