"""Two recordings compared: how alike they are, by words and by sound, and where most."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import streamlit as st

from app.components.player import is_playable, play_button
from app.markdown import escape, markdown_link, time_range
from app.state import urls
from app.state.open_library import OpenLibrary
from indexer.base.errors import HilbertError
from indexer.base.timecode import clock
from indexer.index.records import IndexedDocument, IndexedSegment
from indexer.search.alike_pairs import AlikePair, alike_pairs
from indexer.search.filters import Filters
from indexer.search.searcher import similarity_methods

log = logging.getLogger(__name__)

_LIKENESS = {"both": "All together", "words": "What was said", "sound": "How it sounded"}
_SHARES = {"words": "what was said", "sound": "how it sounded"}
_NO_WORDS = "(no words)"


def show_comparison(library: OpenLibrary, first: IndexedDocument, second: IndexedDocument) -> None:
    """Draw two recordings side by side, with the pairs of moments that are most alike.

    Args:
        library: Library that has both.
        first: The recording that the visitor came from.
        second: The one that it is compared with.
    """
    st.subheader("Two recordings compared")
    compared = (first.id, second.id)
    playable = {}
    for column, document in zip(st.columns(2, gap="medium"), (first, second), strict=True):
        with column, st.container(border=True, height="stretch"):
            to = urls.link(urls.DOCUMENT, doc=document.id, compared=compared)
            st.markdown(f"**{markdown_link(document.title, to)}**")
            length = clock(document.seconds) if document.seconds else ""
            facts = (document.speaker, document.date, length, document.language)
            st.caption(" · ".join(escape(fact) for fact in facts if fact))
            playable[document.id] = is_playable(library, document.id, document.path)
    likeness = _likeness(library.key, library, first.id, second.id)
    for column, (same, name) in zip(st.columns(len(_LIKENESS)), _LIKENESS.items(), strict=True):
        known = same in likeness
        column.metric(name, f"{likeness[same]:.2f}" if known else "–", border=True)
    st.caption(
        "How far the second stands out among all recordings for the first: 0 is chance, below it "
        "less than that, 1 a full match. The other way round the numbers differ."
    )
    st.markdown("**Most alike**")
    pairs = _pairs(library.key, library, first.id, second.id)
    if not pairs:
        st.caption("There is nothing to compare: one of them is silent.")
    for place, pair in enumerate(pairs):
        with st.container(border=True):
            sides = (pair.first, pair.second)
            for column, side in zip(st.columns(2, gap="medium"), sides, strict=True):
                with column:
                    # Side by side only where there is room; and the names above scroll away.
                    st.caption(escape(library.searcher.documents[side.document].title))
                    key = f"pair-{place}"
                    _show_moment(side, key, compared, playable=playable[side.document])
            shares = (
                f"{name} {pair.shares[s]:.2f}" for s, name in _SHARES.items() if s in pair.shares
            )
            st.caption(f"Likeness {pair.score:.2f}: {', '.join(shares)}")


def _show_moment(
    moment: IndexedSegment, key: str, compared: Sequence[str], *, playable: bool
) -> None:
    when = time_range(moment.start, moment.end)
    if playable and moment.start is not None:
        play_button(moment.document, moment.start, moment.end, key, label=f"Play {when}")
    elif when:
        st.markdown(f":gray-badge[:material/schedule: {when}]")
    st.markdown(escape(moment.text) or _NO_WORDS)
    to = urls.link(urls.DOCUMENT, doc=moment.document, t=moment.start, compared=compared)
    st.markdown(f":material/article: {markdown_link('Open', to)}")


@st.cache_resource(max_entries=256, show_spinner="Comparing …")
def _likeness(key: str, _library: OpenLibrary, first: str, second: str) -> dict[str, float]:
    """Return how alike two recordings are, by what is compared; what they lack is left out."""
    found = {}
    for same, method in similarity_methods().items():
        try:
            with _library.lock:
                result = _library.searcher.similar(
                    first, k=1, channel=method, filters=Filters(documents=(second,))
                )
        except HilbertError:
            log.debug("could not compare %s by %s", first, same, exc_info=True)
            continue
        if result.documents:
            found[same] = result.documents[0].score
    return found


@st.cache_resource(max_entries=256, show_spinner="Comparing …")
def _pairs(key: str, _library: OpenLibrary, first: str, second: str) -> list[AlikePair]:
    with _library.lock:
        return alike_pairs(_library.searcher.snapshot, first, second)
