"""A card for a recording or a moment: its text, player, transcript and actions."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.components.layout import spread_row
from app.components.player import is_playable, play_button
from app.components.transcript import lines_between, show_transcript
from app.components.web_link import show_web_link
from app.markdown import (
    WHY_HELP,
    channel_badges,
    escape,
    highlight,
    highlight_excerpt,
    markdown_link,
    time_range,
)
from app.state import urls
from app.state.clips import safe_name
from app.state.open_library import OpenLibrary, cues_of, doubts_of, speakers_of
from app.state.search_state import SearchState, neighbours, similar_moment
from indexer.base.errors import HilbertError
from indexer.base.timecode import clock
from indexer.base.types import Cue
from indexer.index.metadata_tables import FILE_NAME
from indexer.index.records import IndexedDocument
from indexer.maintenance.manage import existing_recording
from indexer.media.cut import cut
from indexer.search.results import DocumentHit, Duplicate, Hit

log = logging.getLogger(__name__)

# Transcript shown before and after a moment.
_CONTEXT_SECONDS = 45.0
# Right-to-left mark: Latin words at the end of an Arabic text do not run on into a link.
_APART = "\u200f"
# Further cards draw what is below their words on demand.
_MOST_WHOLE = 5


def show_card(
    library: OpenLibrary,
    search: SearchState,
    rank: int,
    scored: Hit | DocumentHit,
    moments: Sequence[Hit],
    highlighted: frozenset[str],
) -> None:
    """Draw one recording: its best moment, and a row for each of the others.

    Args:
        library: Library that was searched.
        search: Search that found the recording.
        rank: Place among the results, from 1; 0 for the moment that a link names.
        scored: The recording or moment whose score is shown.
        moments: Its moments, best first.
        highlighted: Words to highlight, see `indexer.search.marks.marked_words`.
    """
    key = f"{rank}-{scored.document[:12]}-{moments[0].segment if moments else 0}"
    document = library.searcher.documents[scored.document]
    best = moments[0] if moments else None
    with st.container(border=True, key=f"card-{key}"):
        with st.container(gap=None):
            with spread_row():
                number = f"{rank}\\. " if rank else ""
                at = best.start if best else None
                title = markdown_link(
                    scored.title, urls.link(urls.DOCUMENT, search, doc=scored.document, t=at)
                )
                st.markdown(f"**{number}{title}**", width="content")
                with st.popover("Why this?", type="tertiary", key=f"why-{key}"):
                    st.markdown(channel_badges(scored.score, scored.channels))
                    st.caption(WHY_HELP)
            if details := _details(library, document, best):
                st.caption(details)
            if reasons := _unseen_reasons(scored, moments):
                st.caption(f"Found by its {', '.join(reasons)}")
        if best is None:
            return
        playable = is_playable(library, scored.document, best.path)
        _show_words(best, highlighted, key, playable=playable)
        if rank > _MOST_WHOLE and not st.session_state.get(f"full-{key}"):
            st.button(
                "Transcript and more",
                key=f"show-{key}",
                icon=":material/subject:",
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(f"full-{key}", True),
            )
            return
        _show_around(library, best, highlighted, key)
        if best.repeat:
            _show_repeat(library, best)
        elif best.duplicates:
            st.caption("Nearly the same is said in " + _places(library, best.duplicates))
        _show_actions(library, search, best, key)
        for other in moments[1:]:
            _show_other(library, search, other, highlighted, key, playable=playable)


def _unseen_reasons(scored: Hit | DocumentHit, moments: Sequence[Hit]) -> list[str]:
    """Return what of its metadata a recording was found by, where its own words do not tell.

    The name of its file, which a card does not show, counts only where nothing else does.
    """
    if any(moment.words for moment in moments):
        return []
    return [reason for reason in scored.reasons if reason != FILE_NAME] or [*scored.reasons]


def _show_around(library: OpenLibrary, hit: Hit, highlighted: frozenset[str], key: str) -> None:
    if hit.start is None or hit.end is None:
        return
    place = st.expander(
        "Transcript around it",
        icon=":material/subject:",
        key=f"around-{key}-{hit.segment}",
        on_change="rerun",  # drawn only when opened: ten transcripts would cost a second
    )
    if not place.open:
        return
    all_cues = cues_of(library.key, library, hit.document)
    first, last = hit.start - _CONTEXT_SECONDS, hit.end + _CONTEXT_SECONDS
    places = [place for place, cue in enumerate(all_cues) if _overlaps(cue, first, last)]
    cues = [all_cues[place] for place in places]
    doubts = doubts_of(library.key, library, hit.document)
    with place:
        show_transcript(
            cues,
            key=f"follow-{key}-{hit.segment}",
            document=hit.document,
            found=lines_between(cues, hit.start, hit.end),
            highlighted=highlighted,
            doubtful={i: doubts[place] for i, place in enumerate(places) if place in doubts},
        )


def _overlaps(cue: Cue, start: float, end: float) -> bool:
    return cue.start is not None and cue.end is not None and cue.end > start and cue.start < end


def _show_repeat(library: OpenLibrary, hit: Hit) -> None:
    others = len({duplicate.document for duplicate in hit.duplicates} - {hit.document})
    noun = "recording" if others == 1 else "recordings"
    with st.expander(
        f"An advert, intro or the like, also in {others} other {noun}",
        icon=":material/repeat:",
    ):
        st.markdown(_places(library, hit.duplicates, most=50))


def _places(library: OpenLibrary, duplicates: Sequence[Duplicate], most: int = 5) -> str:
    places = []
    for duplicate in duplicates[:most]:
        title = library.searcher.documents[duplicate.document].title
        when = "" if duplicate.start is None else f" ({clock(duplicate.start)})"
        to = urls.link(urls.DOCUMENT, doc=duplicate.document, t=duplicate.start)
        places.append(markdown_link(title + when, to))
    more = len(duplicates) - len(places)
    return ", ".join(places) + (f" and {more} more" if more else "")


def _show_actions(library: OpenLibrary, search: SearchState, hit: Hit, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        like = neighbours(search, similar_moment(hit))
        for name, icon, to in (
            ("More like this", "hub", urls.link(urls.SEARCH, like)),
            (
                "Whole recording",
                "article",
                urls.link(urls.DOCUMENT, search, doc=hit.document, t=hit.start),
            ),
        ):
            st.markdown(f":material/{icon}: {markdown_link(name, to)}", width="content")
        show_web_link(library, hit.document, hit.start)
        with st.popover("Link", icon=":material/link:", type="tertiary"):
            st.caption("Opens this search again at this moment:")
            st.code(
                urls.whole_link(urls.SEARCH, search, doc=hit.document, t=hit.start),
                language=None,
                wrap_lines=True,
            )
        if hit.start is not None and existing_recording(library.store, hit.document):
            st.download_button(
                "Sound",
                lambda: _sound(library, hit),
                file_name=f"{safe_name(hit.name)}-{int(hit.start)}.opus",
                mime="audio/ogg",
                key=f"sound-{key}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                help="This moment as a file of its own",
            )


def _sound(library: OpenLibrary, hit: Hit) -> bytes:
    """Cut the moment out of its recording; empty where the recording has gone."""
    recording = existing_recording(library.store, hit.document)
    if recording is None or hit.start is None or hit.end is None:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "moment.opus"
        try:
            language = library.searcher.documents[hit.document].language
            cut(recording, hit.start, hit.end, out, language)
        except HilbertError:
            log.debug("could not cut a moment out of %s", recording, exc_info=True)
            return b""
        return out.read_bytes()


def _show_words(hit: Hit, highlighted: frozenset[str], key: str, *, playable: bool) -> None:
    """Draw what is said in the moment, behind the button that plays it."""
    when = time_range(hit.start, hit.end)
    words = highlight(hit.text, highlighted, hit.doubtful)
    if not when:
        st.markdown(words)
        return
    left, text = st.columns([3, 14], gap="small")
    with left:
        if playable and hit.start is not None:
            play_button(hit.document, hit.start, hit.end, key, label=f"Play {when}")
        else:
            st.markdown(f":gray-badge[:material/schedule: {when}]")
    text.markdown(words)  # a paragraph of its own, whose first letter decides its direction


def _show_other(
    library: OpenLibrary,
    search: SearchState,
    hit: Hit,
    highlighted: frozenset[str],
    key: str,
    *,
    playable: bool,
) -> None:
    """Draw another moment of the recording on a row; what belongs to it opens below the row.

    The rows stay where they are, whichever of them plays.
    """
    row = f"{key}-{hit.segment}"
    more = f"more-{row}"
    opened = bool(st.session_state.get(more))
    left, text, right = st.columns([4, 22, 4], vertical_alignment="center", gap="small")
    with left:
        if playable and hit.start is not None:
            play_button(hit.document, hit.start, hit.end, row)
        elif hit.start is not None:
            st.markdown(f":gray-badge[:material/schedule: {clock(hit.start)}]")
    to = urls.link(urls.DOCUMENT, search, doc=hit.document, t=hit.start)
    words = highlight_excerpt(hit.text, highlighted, hit.doubtful)
    text.markdown(f"{words}{_APART} {markdown_link('Open', to)}")
    right.button(
        "Less" if opened else "More",
        key=f"toggle-{row}",
        icon=":material/expand_less:" if opened else ":material/expand_more:",
        type="tertiary",
        on_click=st.session_state.__setitem__,
        args=(more, not opened),
    )
    if opened:
        with st.container(border=True):
            st.markdown(highlight(hit.text, highlighted, hit.doubtful))
            st.markdown(channel_badges(hit.score, hit.channels))
            _show_around(library, hit, highlighted, key)
            _show_actions(library, search, hit, row)


def _details(library: OpenLibrary, document: IndexedDocument, hit: Hit | None) -> str:
    """Say who speaks in the moment, else in the recording, and when and of what it is."""
    [named] = speakers_of(library, [hit]) if hit else [()]
    parts = (", ".join(named) or document.speaker, document.date, document.label)
    return " · ".join(escape(part) for part in parts if part)
