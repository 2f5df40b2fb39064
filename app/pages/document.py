"""Recordings: one with its player, transcript, neighbours and map; two compared; or a choice."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import streamlit as st

from app.components.comparison import show_comparison
from app.components.document_table import show_document_table
from app.components.hit_list import show_hit_list
from app.components.library_facts import TEXT_SOURCES
from app.components.play_all import show_play_all
from app.components.player import cue_player, is_playable, play_button
from app.components.query_name import query_name
from app.components.transcript import lines_between, show_transcript
from app.components.web_link import show_web_link
from app.markdown import CHANNEL_NAMES, escape, markdown_link
from app.state import address, search_state, urls
from app.state.navigation import Page, add_page
from app.state.open_library import (
    OpenLibrary,
    cues_of,
    current_library,
    document_map,
    doubts_of,
    segments_of,
)
from app.state.result_cache import GONE, find_answer, find_hits_within
from app.state.search_state import SearchState, UserQuery, neighbours
from app.state.tab_title import name_tab
from indexer.base.errors import HilbertError
from indexer.base.text_analysis import begin
from indexer.base.timecode import clock
from indexer.diagnostics.diagnose import MapPoint
from indexer.diagnostics.figures import map_figure
from indexer.index.records import IndexedDocument
from indexer.search.results import DocumentHit, Hit

log = logging.getLogger(__name__)

_NEAREST = 8


def draw() -> None:
    """Draw the recording that the address names, two that it compares, or the choice of one."""
    library = current_library()
    documents = library.searcher.documents
    if not documents:
        st.info("This library is empty. Add recordings on the page Library.")
        return
    named, beside = st.query_params.get("doc"), st.query_params.get(urls.BESIDE)
    document, other = documents.get(named or ""), documents.get(beside or "")
    start = search_state.number_in(st.query_params.get("t"))
    if start is not None and document and start > document.seconds > 0:
        start = None
    compared = _compared_from(named)
    address.write(urls.parameters(doc=named, t=start, beside=beside, compared=compared))
    _show_way_back(library, compared)
    if document is None:
        if named:
            st.warning(GONE, icon=":material/link_off:")
        _show_choice(library, "Choose a recording")
        return
    if beside is None:
        name_tab(document.title)
        _show(library, document, start, compared)
        return
    back = markdown_link(document.title, urls.link(urls.DOCUMENT, doc=named))
    st.markdown(f":material/arrow_back: {back}")
    if other is not None and other is not document:
        name_tab(f"{document.title} and {other.title}")
        show_comparison(library, document, other)
        return
    if beside != urls.CHOOSE:
        st.warning(GONE, icon=":material/link_off:")
    _show_choice(library, "Choose a recording to compare it with", document)


def _show_choice(library: OpenLibrary, heading: str, beside: IndexedDocument | None = None) -> None:
    """Draw all recordings as links: to each, or to its comparison with one."""
    name_tab("Recordings")
    st.subheader(heading)
    documents = [d for d in library.searcher.documents.values() if d is not beside]
    if not documents:
        st.caption("There is no other recording.")
        return
    show_document_table(
        documents,
        key=f"choice-{library.key}-{beside.id if beside else ''}",
        beside=beside.id if beside else None,
    )


def _compared_from(named: str | None) -> list[str]:
    """Return the two documents of the comparison that this one was opened from; empty if none."""
    compared = st.query_params.get_all(urls.COMPARED)
    return compared if len(compared) == 2 and named in compared else []


def _show_way_back(library: OpenLibrary, compared: Sequence[str]) -> None:
    if compared:
        to = urls.link(urls.DOCUMENT, doc=compared[0], beside=compared[1])
        st.markdown(f":material/compare_arrows: {markdown_link('Back to the comparison', to)}")
    query = search_state.current().query
    if query:
        name = begin(query_name(library, query))
        st.markdown(f":material/arrow_back: {markdown_link(name, urls.link(urls.SEARCH))}")


def _show(
    library: OpenLibrary, document: IndexedDocument, start: float | None, compared: Sequence[str]
) -> None:
    known = library.store.catalog.document(document.id)
    left, right = st.columns([7, 4], gap="medium")
    with left:
        st.subheader(escape(document.title))
        facts = [document.speaker, document.date, clock(document.seconds), document.language]
        st.caption(" · ".join(escape(fact) for fact in facts if fact))
        badges = (
            [f":blue-badge[:material/label: {escape(document.label)}]"] if document.label else []
        )
        if known:
            badges.append(f":gray-badge[{TEXT_SOURCES.get(known.text_source, known.text_source)}]")
        st.markdown(" ".join(badges))
        for warning in known.warnings if known else ():
            st.caption(f":material/warning: {escape(warning)}")
        playable = is_playable(library, document.id, document.path)
        search = search_state.current()
        hits = find_hits_within(library, search, document.id)
        if playable:
            cue_player(library, document.id, start or 0.0)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if playable:
                label = f"Play from {clock(start)}" if start and start >= 1 else "Play"
                play_button(document.id, start or 0.0, None, "whole", label=label)
                show_play_all(library, hits, "all-hits")
            to = urls.link(urls.DOCUMENT, doc=document.id, beside=urls.CHOOSE)
            compare = markdown_link("Compare with another recording", to)
            st.markdown(f":material/compare_arrows: {compare}", width="content")
            show_web_link(library, document.id, start)
        _show_words(library, document, hits, start, compared, playable=playable)
    with right:
        _show_nearest(library, document)
        _show_map(library, document)


def _show_words(
    library: OpenLibrary,
    document: IndexedDocument,
    hits: list[Hit],
    start: float | None,
    compared: Sequence[str],
    *,
    playable: bool,
) -> None:
    """Draw the hits of this recording for the question that led here, and its transcript."""
    cues = cues_of(library.key, library, document.id)
    if not cues:
        st.info("Nothing is known of what is said here.")
        return
    highlighted = find_answer(library, search_state.current()).highlighted
    lines = [_lines_of(library, hit) for hit in hits]
    found: set[int] = set()
    if start is not None:
        found = lines_between(cues, start, start + 1.0)
    elif hits and hits[0].start is None:
        found = lines[max(range(len(hits)), key=lambda n: hits[n].score)]
    if hits:
        show_hit_list(
            library,
            document,
            hits,
            current=_hit_at(hits, start),
            compared=compared,
            highlighted=highlighted,
            lines=[min(places, default=0) for places in lines],
            playable=playable,
        )
    show_transcript(
        cues,
        key=f"whole-{document.id}",
        document=document.id,
        found=found,
        hits=set().union(*lines),
        highlighted=highlighted,
        doubtful=doubts_of(library.key, library, document.id),
        height="32rem",
        find=True,
    )


def _hit_at(hits: list[Hit], start: float | None) -> int:
    """Return the place of the last hit that begins at a second, or before; 0 without one."""
    begun = (n for n, hit in enumerate(hits) if (hit.start or 0.0) <= (start or 0.0) + 1)
    return max(begun, default=0)


def _lines_of(library: OpenLibrary, hit: Hit) -> set[int]:
    """Return the places of the cues that a hit is made of."""
    segments = segments_of(library.key, library, hit.document)
    ordinals = [s.ordinal for s in library.searcher.snapshot.lexical.segments(hit.segments)]
    of_hit = (segments[n] for n in ordinals if n < len(segments))
    return {line for s in of_hit for line in range(s.first_cue, s.last_cue)}


def _show_nearest(library: OpenLibrary, document: IndexedDocument) -> None:
    st.markdown("**Nearest recordings**")
    try:
        found = _nearest(library.key, library, document.id)
    except HilbertError as error:
        log.debug("could not find the neighbours of %s", document.name, exc_info=True)
        st.caption(escape(str(error)))
        return
    with st.container(border=True, gap=None):
        for hit in found:
            st.markdown(markdown_link(hit.title, urls.link(urls.DOCUMENT, doc=hit.document)))
            to = urls.link(urls.DOCUMENT, doc=document.id, beside=hit.document)
            compare = markdown_link("Compare", to)
            st.caption(f"Likeness {hit.score:.2f}: {_shares(hit)}{_most_alike(hit)}. {compare}")
        if not found:
            st.caption("There is no other recording.")
    like = neighbours(search_state.current(), UserQuery(document=document.id))
    # Without what it filters: nearest of all.
    to = urls.link(urls.SEARCH, SearchState(query=like.query, before=like.before))
    st.markdown(f":material/hub: {markdown_link('More like this recording', to)}")


def _shares(hit: DocumentHit) -> str:
    """Write what makes recordings alike: each channel's share of the score."""
    named = (f"{escape(CHANNEL_NAMES.get(c, c).lower())} {s:.2f}" for c, s in hit.channels.items())
    return ", ".join(named)


def _most_alike(hit: DocumentHit) -> str:
    """Write the moment that is most like the recording that is shown, as a link to it."""
    if not hit.moments:
        return ""
    moment = hit.moments[0]
    time = f"{clock(moment.start)} " if moment.start is not None else ""
    to = urls.link(urls.DOCUMENT, doc=hit.document, t=moment.start)
    return f". Most alike: {markdown_link(time + begin(moment.text), to)}"


@st.cache_resource(max_entries=256, show_spinner="Looking for the nearest …")
def _nearest(key: str, _library: OpenLibrary, document: str) -> tuple[DocumentHit, ...]:
    with _library.lock:
        return _library.searcher.similar(document, k=_NEAREST).documents


def _show_map(library: OpenLibrary, document: IndexedDocument) -> None:
    # Drawn only when opened: a browser that has no chart yet takes 0.8 s more for the page.
    place = st.expander("Where its moments lie", key="moments-map", on_change="rerun")
    if not place.open:
        return
    with place:
        _draw_map(library, document)


def _draw_map(library: OpenLibrary, document: IndexedDocument) -> None:
    found = document_map(library.key, library, document.id)
    if found is None:
        st.caption("There are too few moments with words or sound for a map.")
        return
    titles = {d.id: d.title for d in library.searcher.documents.values()}
    segments = {s.id: s for s in library.searcher.snapshot.lexical.segments(found["segments"])}
    points = [
        MapPoint(
            segments[id_].document,
            titles[segments[id_].document],
            segments[id_].start,
            begin(segments[id_].text),
        )
        for id_ in found["segments"]
    ]
    figure = map_figure(found["projected"], points, joined=False, strong=found["own"])
    figure.update_layout(showlegend=False, height=330)
    st.plotly_chart(figure, key="document-map")
    st.caption("Each mark is a moment, near what is like it. Bold: this recording; faint: others.")


PAGE = add_page(Page("document", "Recordings", ":material/article:", 20, draw))
