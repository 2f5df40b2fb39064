"""The widgets that ask: typed words, a clip, a recorded voice, and how to answer."""

from __future__ import annotations

import streamlit as st

from app import state
from app.words import CHANNEL_HELP, CHANNEL_NAMES
from indexer.sources import RECORDING_EXTENSIONS

_WAYS = {
    "words": ":material/search: Words",
    "clip": ":material/audio_file: A clip",
    "voice": ":material/mic: My voice",
}
_COUNTS = (5, 10, 20, state.MOST_HITS)


def ask_here() -> tuple[str, int]:
    """Draw the search box; returns the channel and how many moments are wanted."""
    left, middle, right = st.columns([3, 3, 1])
    with left:
        way = st.segmented_control(
            "Search with", list(_WAYS), format_func=_WAYS.__getitem__, key="way"
        )
    with middle:
        channel = st.segmented_control(
            "Channel",
            list(CHANNEL_NAMES),
            format_func=CHANNEL_NAMES.__getitem__,
            help=CHANNEL_HELP,
            key="channel",
        )
    with right:
        count = st.selectbox("Moments", _COUNTS, key="count")
    if way == "clip":
        _clip_box()
    elif way == "voice":
        st.audio_input(
            "Say what you are looking for, or play it to the microphone",
            key="voice",
            on_change=_clip_given,
            args=("voice", "your recording.wav"),
        )
    else:
        _words_box()
    return channel or "auto", count


def _words_box() -> None:
    with st.form("words", border=False, enter_to_submit=True):
        box, button = st.columns([7, 1], vertical_alignment="bottom")
        box.text_input(
            "What was said, or what was meant",
            key="typed",
            placeholder="a few words, or a question",
        )
        asked = button.form_submit_button(
            "Search", type="primary", width="stretch", on_click=_words_given
        )
    if asked and not st.session_state.typed.strip():
        st.info("Type what you are looking for, or search with a clip.")


def _words_given() -> None:
    words = " ".join(st.session_state.typed.split())
    if words:
        state.ask(state.Question("typed", words=words, label=words))


def _clip_box() -> None:
    st.file_uploader(
        "A short recording: its words and its sound are both searched with",
        type=sorted(e.removeprefix(".") for e in RECORDING_EXTENSIONS),
        key="clip",
        on_change=_clip_given,
        args=("clip",),
    )


def _clip_given(widget: str, name: str | None = None) -> None:
    given = st.session_state.get(widget)
    if given is not None:
        state.ask_clip(name or given.name, given.getvalue())
