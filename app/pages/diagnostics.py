"""Diagnostics: measures of the embedding space, before and after centring."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Literal

import streamlit as st

from app.components.job_progress import show_job, show_stopped
from app.components.layout import spread_row
from app.components.library_facts import count, count_recordings
from app.markdown import escape
from app.state import address, jobs, tasks, urls
from app.state.navigation import Page, add_page
from app.state.open_library import OpenLibrary, current_library, load_models
from hilbert.diagnostics import pca_map, tsne_map
from hilbert.diagnostics.interpretation import BAD, CARE, GOOD
from indexer.base.errors import QueryError
from indexer.diagnostics.diagnose import MOST_PAIRS, Diagnosis, require_pairs
from indexer.diagnostics.figures import histogram_figure, map_figure, recall_figure, spectrum_figure
from indexer.diagnostics.html_report import spaces
from indexer.diagnostics.model_card import card_text
from indexer.diagnostics.table import table_rows

_ICONS = {
    GOOD: ":green[:material/check_circle:]",
    CARE: ":orange[:material/info:]",
    BAD: ":red[:material/error:]",
}
_SPACES = {"before": "As it is", "after_centering": "Centred", "control": "Control"}
_MAPS = {"pca": "PCA", "tsne": "t-SNE"}


def draw() -> None:
    """Draw what was measured last, or the offer to measure; that starts at a click alone."""
    library = current_library()
    address.write(urls.parameters())
    st.caption(
        "For those who study or train the model: how well sound and words of this library agree, "
        "measured on its segments, passages of some twenty seconds. Nobody needs this page to "
        "search."
    )
    try:
        require_pairs(library.searcher.snapshot)
    except QueryError as error:
        st.info(escape(str(error)))
        return
    key = f"diagnose:{library.store.folder}"
    job = jobs.find(key)
    if job is None:
        _offer(library, key)
        return
    show_job(key)
    if not job.done:
        st.caption("Other pages go on meanwhile.")
    elif job.stopped:
        show_stopped(job, key)
    elif job.error:
        st.error(escape(job.error), icon=":material/error:")
        st.button("Try again", on_click=jobs.forget, args=(key,))
    else:
        _show(library, key, job.result)


def _offer(library: OpenLibrary, key: str) -> None:
    """Draw what is known without measuring, and the button that measures."""
    facts = library.facts
    with st.container(border=True):
        st.markdown(
            f"{count(facts['segments'], 'segment')} of {count_recordings(library)} are there to "
            f"be measured, or a sample of about {MOST_PAIRS:,}: some seconds to a few minutes."
        )
        _measure_button(library, key, "Measure", kind="primary")
    _show_card(card_text(library.searcher.snapshot.model_folder))


def _measure_button(
    library: OpenLibrary, key: str, label: str, *, kind: Literal["primary", "tertiary"]
) -> None:
    if st.button(label, key="measure", icon=":material/straighten:", type=kind):
        load_models(library, recogniser=False)
        jobs.start(key, "Measuring", partial(tasks.measure, library=library))
        st.rerun()


def _show(library: OpenLibrary, key: str, found: dict[str, Any]) -> None:
    diagnosis: Diagnosis = found["diagnosis"]
    with spread_row("bottom"):
        st.caption(
            f"{diagnosis.pairs:,} segments with sound and words, of "
            f"{diagnosis.measured_documents:,} of {diagnosis.documents:,} recordings, measured on "
            f"{found['at']:%Y-%m-%d at %H:%M}"
        )
        _show_downloads(diagnosis, found["html"])
    if found["state"] != library.key:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("The library has changed since.", width="content")
            _measure_button(library, key, "Measure again", kind="tertiary")
    _show_metrics(diagnosis)
    with st.container(border=True):
        st.markdown("**Reading**")
        for finding in diagnosis.reading:
            st.markdown(f"{_ICONS[finding.verdict]} **{finding.verdict}.** {escape(finding.text)}")
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        _show_map(found["state"], diagnosis)
    with right, st.container(border=True, height="stretch"):
        _show_cosines(diagnosis)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**What finds what, first**")
        st.plotly_chart(recall_figure(spaces(diagnosis)), key="recall")
        st.caption(
            "How often a segment's sound finds its own words first, and so on: longer bars are "
            "better. Within one modality: another segment of the same recording."
        )
    with right, st.container(border=True, height="stretch"):
        st.markdown("**In how many directions?**")
        st.plotly_chart(spectrum_figure(diagnosis.before, diagnosis.control), key="spectrum")
        st.caption(
            "Singular values: how evenly the space is used. A steep fall means that few directions "
            "carry all."
        )
    _show_table(diagnosis)
    _show_card(found["card"])


def _show_card(card: str) -> None:
    if card:
        with st.expander("The model's card", icon=":material/id_card:"):
            st.code(card, language="markdown", wrap_lines=True)


def _show_downloads(diagnosis: Diagnosis, html: str) -> None:
    with st.container(horizontal=True, width="content"):
        st.download_button(
            "Report",
            html,
            file_name="diagnostics.html",
            mime="text/html",
            icon=":material/download:",
            key="report-html",
            on_click="ignore",
        )
        st.download_button(
            "JSON",
            json.dumps(diagnosis.as_dict(), indent=1),
            file_name="diagnostics.json",
            mime="application/json",
            icon=":material/download:",
            key="report-json",
            on_click="ignore",
        )


def _show_metrics(diagnosis: Diagnosis) -> None:
    before, after = diagnosis.before, diagnosis.after_centering
    recall = [n["recall"]["audio_to_text"]["recall_at_1"] for n in (before, after)]
    shown = (
        ("Centroid gap", before["centroid_gap"], after["centroid_gap"], "0 none, 2 opposite"),
        (
            "Relative gap",
            before["relative_gap"],
            after["relative_gap"],
            "0.5: as strangers",
        ),
        ("Separability", before["separability"], after["separability"], "0.5 mixed, 1 apart"),
        ("Sound finds words", recall[0], recall[1], "first, among all that were measured"),
    )
    for column, (name, value, centred, meaning) in zip(st.columns(4), shown, strict=True):
        column.metric(
            name,
            f"{value:.2f}",
            f"{centred:.2f} centred",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=meaning,
        )


def _show_map(state: str, diagnosis: Diagnosis) -> None:
    with spread_row():
        st.markdown("**Where do they lie?**", width="content")
        method = st.segmented_control(
            "Map",
            list(_MAPS),
            default="pca",
            format_func=_MAPS.__getitem__,
            key="map-way",
            label_visibility="collapsed",
            width="content",
        )
    projected = _projected(state, diagnosis, method or "pca")
    axes = ("first direction", "second direction") if method != "tsne" else ("", "")
    st.plotly_chart(map_figure(projected, diagnosis.points, axes=axes), key="map")
    st.caption(
        f"{len(diagnosis.points)} segments, drawn flat: what is close is alike. A line joins the "
        "sound of a segment with its words; point at one to see what was said."
    )


@st.cache_data(max_entries=8, show_spinner="Drawing the map …")
def _projected(key: str, _diagnosis: Diagnosis, way: str) -> dict[str, Any]:
    return tsne_map(_diagnosis.vectors) if way == "tsne" else pca_map(_diagnosis.vectors)


def _show_cosines(diagnosis: Diagnosis) -> None:
    with spread_row():
        st.markdown("**How similar are pairs?**", width="content")
        space = st.segmented_control(
            "Space",
            list(diagnosis.histograms),
            default="before",
            format_func=_SPACES.__getitem__,
            key="cosines-of",
            label_visibility="collapsed",
            width="content",
        )
    st.plotly_chart(histogram_figure(diagnosis.histograms[space or "before"]), key="cosines")
    st.caption(
        "How alike sound and words are: of one segment (matched), of two (random). The less "
        "these two hills overlap, the better the sound of a segment finds its words."
    )


def _show_table(diagnosis: Diagnosis) -> None:
    st.markdown("**All numbers**")
    rows = table_rows(diagnosis)
    columns = {
        "Measure": [row.name for row in rows],
        "As it is (95 %)": [row.before for row in rows],
        "Centred (95 %)": [row.after for row in rows],
        "Control": [row.control for row in rows],
        "Frozen": [row.frozen for row in rows],
        "Read as": [row.meaning for row in rows],
    }
    st.dataframe(
        {name: cells for name, cells in columns.items() if any(cells)},  # none says nothing
        hide_index=True,
        width="stretch",
        height=420,
    )
    st.caption(
        "Centred: each modality without its mean. Control: two halves of one text as if they were "
        "two modalities. Frozen: the encoders' features before any model. A small gap is no aim "
        "in itself: closing it need not bring the right moment to the top "
        "([arXiv 2601.18525](https://arxiv.org/abs/2601.18525))."
    )


PAGE = add_page(
    Page("diagnostics", "Diagnostics", ":material/monitor_heart:", 40, draw, "Research")
)
