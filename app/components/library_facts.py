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
    """Draw the size of a library, and where its words are from."""
    facts = library.facts
    size = (
        count_recordings(library),
        _length(facts["hours"]),
        count(facts["segments"], "moment"),
        f"{facts['megabytes']:.0f} MB on disk",
    )
    st.markdown(" · ".join(filter(None, size)))
    words = [
        f"{count:,} {_UNTRANSCRIBED.get(source) or 'from ' + TEXT_SOURCES.get(source, source)}"
        for source, count in facts["words_from"].items()
    ]
    if words:
        st.caption(f"Words: {', '.join(words)}")


def show_models(library: OpenLibrary) -> None:
    """Draw the model and the encoders of a library, folded: a search needs nobody to know them."""
    facts = library.facts
    with st.expander("Model and encoders", icon=":material/neurology:"):
        names = (
            facts[each].removeprefix("bundled:") for each in ("speech_encoder", "text_encoder")
        )
        speech, text = map(escape, names)
        st.markdown(escape(card_heading(library.searcher.snapshot.model_folder)))
        st.caption(f"Speech encoder {speech} · text encoder {text}")


def count_recordings(library: OpenLibrary) -> str:
    """Return how many recordings there are, in words; of transcripts alone, how many of these."""
    facts = library.facts
    alone = facts["documents"] and not facts["hours"]
    return count(facts["documents"], "transcript" if alone else "recording")


def count(number: int, noun: str) -> str:
    """Return how many of something there are, in words."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _length(hours: float) -> str:
    if not hours:
        return ""
    if hours < 1 / 60:
        return "under a minute"
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"
