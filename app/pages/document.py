"""Document: one recording with its player, transcript, neighbours and place on the map."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import streamlit as st

from app.components.library_facts import TEXT_SOURCES
from app.components.player import cue_player, is_playable, play_button
from app.components.query_name import query_name
from app.components.transcript import show_transcript
from app.markdown import escape, markdown_link
from app.state import address, search_state, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, cues_of, current_library, document_map
from app.state.result_cache import GONE, Answer, find_answer
from app.state.search_state import SearchState, UserQuery
from indexer.base.errors import HilbertError
from indexer.base.text_analysis import begin
from indexer.base.timecode import clock
from indexer.base.types import Cue
from indexer.diagnostics.diagnose import MapPoint
from indexer.diagnostics.figures import map_figure
from indexer.index.records import IndexedDocument
from indexer.search.results import DocumentHit

log = logging.getLogger(__name__)

_NEAREST = 8


def draw() -> None:
    """Draw the choice of a document, and the chosen one."""
    library = current_library()
    documents = library.searcher.documents
    if not documents:
        st.info("This library is empty. Add recordings on the page Library.")
        return
    ids = sorted(documents, key=lambda id_: documents[id_].title.casefold())
    named = st.query_params.get("doc")
    if address.is_new():
        # What a visitor chose here before must not stand for a document that is gone.
        st.session_state["document"] = named if named in documents else None if named else ids[0]
        st.session_state["document-time"] = search_state.number_in(st.query_params.get("t"))
    _show_way_back(library)
    document = st.selectbox(
        "Document",
        ids,
        index=None if named and named not in documents else 0,
        format_func=lambda id_: documents[id_].title,
        key="document",
        placeholder="Choose a recording",
        on_change=st.session_state.__setitem__,
        args=("document-time", None),
    )
    if document is None:
        st.warning(GONE, icon=":material/link_off:")
        return
    start = st.session_state.get("document-time")
    if start is not None and start > documents[document].seconds > 0:
        start = None
    address.write(urls.parameters(doc=document, t=start))
    st.set_page_config(page_title=f"{documents[document].title} – hilbert")
    _show(library, documents[document], start)


def _show_way_back(library: OpenLibrary) -> None:
    query = search_state.current().query
    if query:
        name = begin(query_name(library, query))
        st.markdown(f":material/arrow_back: {markdown_link(name, urls.link(urls.SEARCH))}")


def _show(library: OpenLibrary, document: IndexedDocument, start: float | None) -> None:
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
        if is_playable(library, document.id, document.path):
            cue_player(library, document.id, start or 0.0)
            label = f"Play from {clock(start)}" if start else "Play"
            play_button(document.id, start or 0.0, None, "whole", label=label)
        answer = _answer(library)
        _show_hits(document, answer, start)
        _show_words(library, document, answer.highlighted, start)
    with right:
        _show_nearest(library, document)
        _show_map(library, document)


def _answer(library: OpenLibrary) -> Answer:
    """Return what the question found of which the visitor opened this recording, all moments."""
    return find_answer(library, replace(search_state.current(), all_moments=True))


def _show_hits(document: IndexedDocument, answer: Answer, start: float | None) -> None:
    """Draw the moments of this recording that the question found, and the way among them."""
    result = answer.result
    if result is None or not result.answered:
        return
    found = [*result.hits, *(m for d in result.documents for m in d.moments)]
    hits = {h.start: h for h in found if h.document == document.id and h.start is not None}
    times = sorted(hits)
    if not times:
        return
    at = start if start is not None else times[0]
    current = max((n for n, time in enumerate(times) if time <= at + 1), default=0)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"Hit {current + 1} of {len(times)}", width="content")
        for name, other in (("Previous hit", current - 1), ("Next hit", current + 1)):
            if 0 <= other < len(times):
                to = urls.link(urls.DOCUMENT, doc=document.id, t=times[other])
                st.markdown(markdown_link(name, to), width="content")
        for time in times:
            play_button(document.id, time, hits[time].end, f"hit-{time:.10g}")


def _show_words(
    library: OpenLibrary,
    document: IndexedDocument,
    highlighted: frozenset[str],
    start: float | None,
) -> None:
    cues = cues_of(library.key, library, document.id)
    if not cues:
        st.info("Nothing is known of what is said here.")
    elif any(cue.start is not None for cue in cues):
        found = None if start is None else (start, start + 1.0)
        show_transcript(
            cues,
            key=f"whole-{document.id}",
            document=document.id,
            found=found,
            highlighted=highlighted,
            height="32rem",
            find=True,
        )
    else:
        with st.container(height=500):
            st.markdown("\n\n".join(_paragraphs(cues)))


def _paragraphs(cues: list[Cue]) -> Iterator[str]:
    last = None
    for cue in cues:
        who = f"**{escape(cue.speaker)}:** " if cue.speaker and cue.speaker != last else ""
        yield who + escape(cue.text)
        last = cue.speaker


def _show_nearest(library: OpenLibrary, document: IndexedDocument) -> None:
    st.markdown("**Nearest documents**")
    try:
        found = _nearest(library.key, library, document.id)
    except HilbertError as error:
        log.debug("could not find the neighbours of %s", document.name, exc_info=True)
        st.caption(escape(str(error)))
        return
    with st.container(border=True, gap=None):
        for hit in found:
            st.markdown(markdown_link(hit.title, urls.link(urls.DOCUMENT, doc=hit.document)))
        if not found:
            st.caption("There is no other document.")
    like = SearchState(query=UserQuery(document=document.id))
    to = urls.link(urls.SEARCH, like)
    st.markdown(f":material/hub: {markdown_link('Search with this document', to)}")


@st.cache_resource(max_entries=256, show_spinner="Looking for the nearest …")
def _nearest(key: str, _library: OpenLibrary, document: str) -> tuple[DocumentHit, ...]:
    with _library.lock:
        return _library.searcher.similar(document, k=_NEAREST).documents


def _show_map(library: OpenLibrary, document: IndexedDocument) -> None:
    found = document_map(library.key, library, document.id)
    if found is None:
        return
    st.markdown("**Where its segments lie**")
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
    st.caption("Bold: this document; faint: others of the library. Joint vectors, PCA.")


PAGE = add_page(Page("document", "Document", ":material/article:", 20, draw))
