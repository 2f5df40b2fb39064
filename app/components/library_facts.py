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
        count_documents(facts["documents"]),
        _length(facts["hours"]),
        f"{facts['segments']:,} moments",
        f"{facts['megabytes']:.0f} MB on disk",
    )
    st.markdown(" · ".join(size))
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


def count_documents(number: int) -> str:
    """Return how many documents there are, in words."""
    return "1 document" if number == 1 else f"{number:,} documents"


def _length(hours: float) -> str:
    if not hours:
        return "no recordings"
    if hours < 1 / 60:
        return "under a minute of recordings"
    return (f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min") + " of recordings"
