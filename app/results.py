"""Answers on the page: a card for each moment, and the matching documents beside them."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import state
from app.words import channel_badges, marked, plain, time_range
from indexer.maintain import existing_recording
from indexer.results import DocumentHit, Hit, SearchResult
from indexer.sources import RECORDING_EXTENSIONS
from indexer.stored import StoredDocument

# A player reads its whole file into the server's memory: larger ones wait to be asked for.
_AT_ONCE = 24_000_000
# What `mimetypes` does not know everywhere.
_TYPES = {
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".webm": "audio/webm",
}
_MOST_DOCUMENTS = 10


def show_question(question: state.Question) -> None:
    """What is asked, where the search box does not say it, and the way back."""
    st.button(
        f"Back to {_named(state.previous())}",
        icon=":material/arrow_back:",
        key="back",
        type="tertiary",
        on_click=state.go_back,
    )
    if question.kind == "similar" and question.source:
        source = question.source
        when = time_range(source.start, source.end)
        st.markdown(f"**More like:** {plain(source.title)} &nbsp; {when}")
        st.caption(plain(source.text))
    elif question.kind == "clip":
        st.markdown(f"**Clip:** {plain(question.label)}")
        data = st.session_state.clips.get(question.clip)
        if data:
            st.audio(data, format=media_type(Path(question.label)))


def _named(question: state.Question | None) -> str:
    if question is None:
        return "all documents"
    if question.kind == "similar":
        return f"moments like “{plain(_short(question.label))}”"
    if question.kind == "clip":
        return f"the clip {plain(_short(question.label))}"
    return f"“{plain(_short(question.label))}”"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def show_answer(opened: state.Opened, answer: state.Answer, count: int) -> None:
    """Moments on the left, documents on the right, or why there are none."""
    if answer.result is None:
        st.error(plain(answer.error))
        return
    result = answer.result
    if result.heard is not None:
        st.markdown(f"**Heard:** {plain(result.heard) or 'no words'}")
    if not result.hits:
        st.info("Nothing found. Try other words, or another channel.")
        return
    moments, documents = st.columns([7, 3], gap="medium")
    with moments:
        _show_summary(result, count)
        for rank, hit in enumerate(result.hits[:count], 1):
            _show_hit(opened, rank, hit, answer.stems)
    with documents:
        _show_documents(opened, result.documents[:_MOST_DOCUMENTS])


def _show_summary(result: SearchResult, count: int) -> None:
    shown = min(count, len(result.hits))
    seconds = sum(result.timings_ms.values()) / 1000
    noun = "moment" if shown == 1 else "moments"
    st.caption(f"{shown} best {noun}, found in {seconds:.2f} s")


def _show_hit(opened: state.Opened, rank: int, hit: Hit, stems: frozenset[str]) -> None:
    details = _details(opened.searcher.documents[hit.document])
    with st.container(border=True):
        with st.container(gap=None):
            with _line():
                st.markdown(f"**{rank}\\. {plain(hit.title)}**", width="content")
                if when := time_range(hit.start, hit.end):
                    st.markdown(f":gray-badge[:material/schedule: {when}]", width="content")
            if details:
                st.caption(details)
        if hit.text:
            st.markdown(marked(hit.text, stems))
        _show_player(opened, hit)
        with _line():
            st.markdown(channel_badges(hit.score, hit.channels), width="content")
            st.button(
                "More like this",
                key=f"more-{hit.segment}",
                icon=":material/hub:",
                type="tertiary",
                on_click=state.ask_similar,
                args=(hit,),
            )


def _line() -> DeltaGenerator:
    """A row with its first part on the left and its last on the right."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )


def _details(document: StoredDocument) -> str:
    parts = (document.speaker, document.date, document.label)
    return " · ".join(plain(part) for part in parts if part)


def _show_player(opened: state.Opened, hit: Hit) -> None:
    path = Path(hit.path)
    if path.suffix.lower() not in RECORDING_EXTENSIONS:
        st.caption(":material/description: A transcript without a recording.")
        return
    found = existing_recording(opened.library, hit.document)
    if found is None:
        st.caption(
            f":material/link_off: The recording is no longer at {plain(hit.path)}. Run "
            "`hilbert index` on the folder where it is now."
        )
        return
    size = found.stat().st_size
    if size > _AT_ONCE and not st.session_state.get(f"play-{hit.segment}"):
        st.button(
            f"Load the recording ({size / 1e6:.0f} MB)",
            key=f"load-{hit.segment}",
            icon=":material/play_arrow:",
            on_click=st.session_state.__setitem__,
            args=(f"play-{hit.segment}", True),
        )
        return
    st.audio(str(found), format=media_type(found), start_time=hit.start or 0)


def media_type(path: Path) -> str:
    """What the browser is told a recording is."""
    suffix = path.suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "audio/mpeg"


def _show_documents(opened: state.Opened, documents: Sequence[DocumentHit]) -> None:
    st.caption("Matching documents")
    with st.container(border=True):
        for rank, hit in enumerate(documents, 1):
            details = _details(opened.searcher.documents[hit.document])
            with st.container(gap=None):
                st.markdown(f"{rank}\\. {plain(hit.title)}")
                st.caption(" · ".join(filter(None, [f"{hit.score:.2f}", details])))
