"""Document: one recording with its player, transcript, neighbours and place on the map."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import streamlit as st

from app.components.player import cue_player, is_playable, play_button
from app.components.sidebar import TEXT_SOURCES
from app.components.transcript import show_transcript
from app.markdown import escape
from app.state import query_history, urls
from app.state.navigation import Page, add_page, choose_document, go_to
from app.state.open_library import OpenLibrary, cues_of, current_library, document_map
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
    _read_url(library)
    ids = sorted(documents, key=lambda id_: documents[id_].title.casefold())
    if st.session_state.get("document") not in documents:
        choose_document(ids[0])
    document = st.selectbox(
        "Document",
        ids,
        format_func=lambda id_: documents[id_].title,
        key="document",
        on_change=st.session_state.__setitem__,
        args=("document-time", None),
    )
    start = st.session_state.get("document-time")
    urls.update_url(doc=document, t=None if start is None else f"{start:g}")
    st.session_state["linked-document"] = document  # what the page wrote is no new link
    _show(library, documents[document], start)


def _read_url(library: OpenLibrary) -> None:
    """Choose the document and time that a link names, once for each link."""
    named = st.query_params.get("doc")
    if named and named != st.session_state.get("linked-document"):
        st.session_state["linked-document"] = named
        if named in library.searcher.documents:
            longest = library.searcher.documents[named].seconds
            choose_document(named, urls.seconds_in_url(longest))
        else:
            st.warning("The document of this link is not in this library any more.")


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
        _show_words(library, document, start)
    with right:
        _show_nearest(library, document)
        _show_map(library, document)


def _show_words(library: OpenLibrary, document: IndexedDocument, start: float | None) -> None:
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
            height="32rem",
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
            title, score = st.columns([5, 1], vertical_alignment="center", gap="small")
            title.button(
                escape(hit.title),
                key=f"near-{hit.document}",
                type="tertiary",
                on_click=choose_document,
                args=(hit.document,),
            )
            score.markdown(f":gray-badge[{hit.score:.2f}]")
        if not found:
            st.caption("There is no other document.")
    if st.button("Search with this document", icon=":material/hub:", key="search-like"):
        query_history.submit_similar_document(document.id, document.title)
        go_to("search")


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
