"""Search results: cards of recordings or of moments, and their export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from app.components.layout import spread_row
from app.components.play_all import show_play_all
from app.components.result_card import show_card
from app.markdown import DOUBTED_LEGEND, escape, markdown_link
from app.state import urls
from app.state.open_library import OpenLibrary
from app.state.result_cache import GONE, Answer
from app.state.search_state import SearchState
from indexer.search.export import EXPORT_FORMATS
from indexer.search.filters import Filters
from indexer.search.results import DocumentHit, Hit, SearchResult
from indexer.search.searcher import PER_DOCUMENT
from indexer.search.sorting import DATE, SCORE, TIME, sort_result

# Beyond the first few, recordings of less than this share of the best score are folded away: of
# 130 questions of the benchmarks about 280 documents no right one is.
_STRONG, _ALWAYS_SHOWN = 0.5, 3
_QUOTED = re.compile(r'"[^"]+"')
_SORTS_SHOWN = {SCORE: "Best first", DATE: "Newest first", TIME: "As it was said"}


def show_answer(library: OpenLibrary, search: SearchState, answer: Answer) -> None:
    """Draw the results of a query, or why there are none."""
    if answer.result is None:
        st.error(escape(answer.error), icon=":material/error:")
        _offer_without_filters(search)
        return
    result = answer.result
    for name, values in result.filters.items():
        st.markdown(f"**Only {escape(name)}:** {escape(', '.join(values))}")
    for note in result.notes:
        st.caption(escape(note))
    query = search.query
    if query and _QUOTED.search(query.words) and not (result.hits and result.answered):
        words = " ".join(query.words.replace('"', " ").split())
        to = urls.link(urls.SEARCH, replace(search, query=replace(query, words=words)))
        st.info("Nobody says these words in a row.")
        st.markdown(f":material/search: {markdown_link('Search without the quotes', to)}")
    elif not result.hits:
        st.info(
            "Nothing found. Try other words, all ways of searching (Options), or fewer filters."
        )
    if not result.hits:
        _offer_without_filters(search)
        return
    if result.answered:
        _show_found(library, search, answer, result)
        return
    if not (query and _QUOTED.search(query.words)):
        st.info("Nothing here says this.", icon=":material/search_off:")
    _offer_without_filters(search)
    weak = st.expander("Show the nearest", key="weak", on_change="rerun")
    if weak.open:  # drawn only when opened: players would load for what nobody asked for
        with weak:
            _show_found(library, search, answer, result, answered=False)


def _offer_without_filters(search: SearchState) -> None:
    if search.filters != Filters():
        to = urls.link(urls.SEARCH, replace(search, filters=Filters()))
        st.markdown(f":material/filter_alt_off: {markdown_link('Search without the filters', to)}")


def _show_found(
    library: OpenLibrary,
    search: SearchState,
    answer: Answer,
    result: SearchResult,
    *,
    answered: bool = True,
) -> None:
    """Draw the best recordings or moments, in the chosen order, with their export.

    Args:
        library: What was searched.
        search: The question, and how its answer is shown.
        answer: Found for it.
        result: Of the answer.
        answered: Whether they answer, and those that score far below the best are folded away;
            else they are what comes nearest.
    """
    by_moment = search.grouping == "moments"
    shown = sort_result(result, search.sort, library.searcher.documents, most=search.count)
    found: Sequence[Hit | DocumentHit] = shown.hits if by_moment else shown.documents
    strong = len(found)
    if answered and not by_moment and search.sort == SCORE:
        strong = sum(each.score >= _STRONG * found[0].score for each in found)
        strong = min(max(strong, _ALWAYS_SHOWN), len(found))
    with spread_row():
        _show_summary(shown, by_moment, strong, "best" if answered else "nearest")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            show_play_all(library, _moments(found[:strong]), "all-hits")
            if by_moment:
                st.toggle(
                    "All of a recording",
                    key="all_moments",
                    help=f"Also more than the {PER_DOCUMENT} best moments of one recording",
                )
            st.selectbox(
                "Sort",
                list(_SORTS_SHOWN),
                format_func=_SORTS_SHOWN.__getitem__,
                key="sort",
                label_visibility="collapsed",
                width=160,
            )
            _show_export(shown)
    if any(hit.doubtful for hit in _moments(found[:strong])):
        st.caption(escape(DOUBTED_LEGEND))

    def show(ranked: Iterable[tuple[int, Hit | DocumentHit]]) -> None:
        for rank, each in ranked:
            show_card(library, search, rank, each, _moments([each]), answer.highlighted)

    ranked = list(enumerate(found, 1))
    show(ranked[:strong])
    if strong == len(found):
        return
    weaker = st.expander(f"{len(found) - strong} weaker", key="weaker", on_change="rerun")
    if weaker.open:
        with weaker:
            show(ranked[strong:])


def _moments(shown: Sequence[Hit | DocumentHit]) -> list[Hit]:
    """List the moments that are drawn."""
    return [m for each in shown for m in ((each,) if isinstance(each, Hit) else each.moments)]


def show_linked(library: OpenLibrary, search: SearchState, answer: Answer) -> None:
    """Draw the moment that the URL names above the rest, with the score that it was found with."""
    document, seconds = search.linked, search.linked_at
    if not document or seconds is None or answer.result is None:
        return
    hits = [*answer.result.hits, *(m for d in answer.result.documents for m in d.moments)]
    hit = next((h for h in hits if h.document == document and _contains(h, seconds)), None)
    if hit:
        st.caption(":material/link: The moment that you were sent")
        show_card(library, search, 0, hit, (hit,), answer.highlighted)
    elif document in library.searcher.documents:
        to = urls.link(urls.DOCUMENT, doc=document, t=seconds)
        st.markdown(f":material/link: {markdown_link('Open the moment that you were sent', to)}")
    else:
        st.warning(GONE, icon=":material/link_off:")


def _contains(hit: Hit, seconds: float) -> bool:
    return hit.start is not None and hit.start - 1 <= seconds <= (hit.end or hit.start) + 1


def _show_summary(result: SearchResult, by_moment: bool, shown: int, which: str) -> None:
    noun = ("moment" if by_moment else "recording") + ("" if shown == 1 else "s")
    count = which.capitalize() if shown == 1 else f"{shown} {which}"
    # Listening to a clip takes longer than the search that follows, and is not in its times.
    seconds = sum(result.timings_ms.values()) / 1000
    took = f", found in {seconds:.2f} s" if result.heard is None else ""
    st.caption(f"{count} {noun}{took}")


def _show_export(result: SearchResult) -> None:
    with st.popover("Export", icon=":material/download:"):
        for export in EXPORT_FORMATS.values():
            st.download_button(
                f"Moments as {export.label}",
                partial(export.write, result),
                file_name=f"moments{export.extension}",
                mime=export.media_type,
                key=f"export-{export.label}",
                on_click="ignore",
                width="stretch",
            )
