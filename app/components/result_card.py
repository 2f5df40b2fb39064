"""A card for a recording or a moment: its player, what is said, and what can be done with it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.player import show_player
from app.components.transcript import show_transcript
from app.markdown import channel_badges, marked, plain, time_range
from app.state import query_history
from app.state.navigation import go_to
from app.state.open_library import OpenLibrary, cues_of
from app.state.urls import address
from indexer.base.errors import HilbertError
from indexer.base.timecode import clock
from indexer.base.types import Cue
from indexer.index.records import IndexedDocument
from indexer.maintenance.manage import existing_recording
from indexer.media.cut import cut
from indexer.search.results import DocumentHit, Duplicate, Hit

log = logging.getLogger(__name__)

# Seconds of transcript before and after a moment.
_AROUND = 45.0
# Cards whose players are drawn at once; each reads its recording.
_MOST_CARDS = 5


def show_card(
    opened: OpenLibrary,
    question: query_history.UserQuery,
    rank: int,
    scored: Hit | DocumentHit,
    moments: Sequence[Hit],
    stems: frozenset[str],
) -> None:
    """One recording: its player at the chosen moment, what is said there, its other moments.

    Args:
        opened: the library.
        question: what was asked.
        rank: from 1; 0 for the moment that a link names.
        scored: whose score is shown, the recording's or the moment's.
        moments: to choose from, the best one first.
        stems: of the words to mark.
    """
    key = f"{rank}-{scored.document[:12]}-{moments[0].segment if moments else 0}"
    document = opened.searcher.documents[scored.document]
    chosen = next(
        (m for m in moments if m.segment == st.session_state.get(f"chosen-{key}")),
        moments[0] if moments else None,
    )
    with st.container(border=True, key=f"card-{key}"):
        with st.container(gap=None):
            with line():
                number = f"{rank}\\. " if rank else ""
                st.markdown(f"**{number}{plain(scored.title)}**", width="content")
                shown = chosen if chosen is not None and chosen is not moments[0] else scored
                st.markdown(channel_badges(shown.score, shown.channels), width="content")
            if details := _details(document):
                st.caption(details)
        if chosen is None:
            return
        if chosen.text:
            when = time_range(chosen.start, chosen.end)
            clocked = f":gray-badge[:material/schedule: {when}] " if when else ""
            st.markdown(clocked + marked(chosen.text, stems))
        if rank > _MOST_CARDS and not st.session_state.get(f"full-{key}"):
            st.button(
                "Player and transcript",
                key=f"show-{key}",
                icon=":material/play_circle:",
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(f"full-{key}", True),
            )
            return
        show_player(opened, scored.document, chosen.path, chosen.start, key)
        _show_around(opened, chosen, stems, key)
        if chosen.duplicates:
            st.caption("Nearly the same is said in " + _places(opened, chosen.duplicates))
        _show_actions(opened, question, chosen, key)
        for other in moments:
            if other is not chosen:
                _show_other(other, stems, key)


def _show_around(opened: OpenLibrary, hit: Hit, stems: frozenset[str], key: str) -> None:
    if hit.start is None or hit.end is None:
        return
    place = st.expander(
        "Transcript around it",
        icon=":material/subject:",
        key=f"around-{key}-{hit.segment}",
        on_change="rerun",  # drawn when it is opened: ten of them would cost a second
    )
    if not place.open:
        return
    cues = [
        cue
        for cue in cues_of(opened.key, opened, hit.document)
        if _within(cue, hit.start - _AROUND, hit.end + _AROUND)
    ]
    with place:
        show_transcript(
            cues,
            key=f"follow-{key}-{hit.segment}",
            card=f"card-{key}",
            found=(hit.start, hit.end),
            stems=stems,
        )


def _within(cue: Cue, start: float, end: float) -> bool:
    return cue.start is not None and cue.end is not None and cue.end > start and cue.start < end


def _places(opened: OpenLibrary, copies: Sequence[Duplicate]) -> str:
    places = []
    for copy in copies[:5]:
        title = plain(opened.searcher.documents[copy.document].title)
        places.append(title if copy.start is None else f"{title} ({clock(copy.start)})")
    more = len(copies) - len(places)
    return ", ".join(places) + (f" and {more} more" if more else "")


def _show_actions(
    opened: OpenLibrary, question: query_history.UserQuery, hit: Hit, key: str
) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "More like this",
            key=f"more-{key}",
            icon=":material/hub:",
            type="tertiary",
            on_click=query_history.ask_similar,
            args=(hit,),
        )
        if st.button(
            "Whole recording", key=f"open-{key}", icon=":material/article:", type="tertiary"
        ):
            st.session_state["document"] = hit.document
            st.session_state["document-time"] = hit.start
            go_to("document")
        with st.popover("Link", icon=":material/link:", type="tertiary"):
            words = question.words if not question.clip else None
            if words:
                without = ", without the filters" if query_history.filters() else ""
                st.caption(f"Opens this search again at this moment{without}:")
            else:
                st.caption("Opens this moment in its recording:")
            channel = st.session_state.channel
            st.code(
                address(
                    "" if words else "document",
                    q=words,
                    channel=channel if words and channel != "auto" else None,
                    doc=hit.document,
                    t=None if hit.start is None else round(hit.start, 1),
                ),
                language=None,
                wrap_lines=True,
            )
        if hit.start is not None and existing_recording(opened.library, hit.document):
            st.download_button(
                "Sound",
                lambda: _sound(opened, hit),
                file_name=f"{query_history.safe_name(hit.name)}-{int(hit.start)}.opus",
                mime="audio/ogg",
                key=f"sound-{key}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                help="This moment as a file of its own",
            )


def _sound(opened: OpenLibrary, hit: Hit) -> bytes:
    """The moment cut out of its recording; empty where that is gone meanwhile."""
    recording = existing_recording(opened.library, hit.document)
    if recording is None or hit.start is None or hit.end is None:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "moment.opus"
        try:
            cut(recording, hit.start, hit.end, out)
        except HilbertError:
            log.debug("could not cut a moment out of %s", recording, exc_info=True)
            return b""
        return out.read_bytes()


def _show_other(hit: Hit, stems: frozenset[str], key: str) -> None:
    play, text, score = st.columns([2, 13, 2], vertical_alignment="center", gap="small")
    play.button(
        clock(hit.start) if hit.start is not None else "Show",
        key=f"choose-{key}-{hit.segment}",
        icon=":material/play_circle:",
        type="tertiary",
        help="Another moment of this recording",
        on_click=st.session_state.__setitem__,
        args=(f"chosen-{key}", hit.segment),
    )
    text.markdown(marked(_short(hit.text, 150), stems))
    score.markdown(f":gray-badge[{hit.score:.2f}]")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"


def _details(document: IndexedDocument) -> str:
    parts = (document.speaker, document.date, document.label)
    return " · ".join(plain(part) for part in parts if part)


def line() -> DeltaGenerator:
    """A row with its first part on the left and its last on the right."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
