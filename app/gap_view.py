"""The modality-gap panel: how far sound and words lie apart in this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app import state
from app.words import plain, time_range

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from indexer.gap import GapReport

# Told apart also by people who see fewer colours; readable on light and on dark ground.
COLOURS = {
    "audio": "#8b5cf6",
    "text": "#3b82f6",
    "joint": "#16a34a",
    "matched": "#f59e0b",
    "random": "#8a8f98",
}
_SYMBOLS = {"audio": "circle", "text": "diamond", "joint": "cross"}
_DASHES = {"matched": "solid", "random": "dash", "audio": "solid", "text": "dot"}
_MEANING = """
- **Centroid gap**: how far the middle of all sound vectors lies from the middle of all text
  vectors. 0 is no gap, 2 is opposite ends.
- **Relative gap**: how far a segment's sound lies from its own words, beside how far unrelated
  segments of one modality lie apart. 0: they coincide; 0.5: no closer than strangers.
- **Matched cosine**: how alike a segment's sound and its own words are. It matters only beside
  the random pairs in the picture: the less the two curves overlap, the better sound finds words.
- **A small gap is no aim in itself.** Moving the two clouds together changes all cosines alike
  and need not bring the right moment to the top; closing a gap can even cost retrieval
  ([arXiv 2601.18525](https://arxiv.org/abs/2601.18525)). Judge a model by what it finds.
"""


def show_gap(opened: state.Opened) -> None:
    """Numbers, the cosine histograms and the map, with what they mean."""
    report = state.gap_of(opened.key, opened)
    if isinstance(report, str):
        st.info(plain(report))
        return
    st.markdown(
        "Every segment has one vector for how it sounds, one for what is said, and a joint one. "
        "Sound and words often fill different parts of the space: the *modality gap*."
    )
    _show_numbers(report)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**How alike are pairs?**")
        st.plotly_chart(histogram_figure(report), key="gap-histograms")
        st.caption(
            "Cosine of a segment's sound with its own words (matched), with the words of another "
            "(random), and of different segments within one modality."
        )
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Where do they lie?**")
        st.plotly_chart(map_figure(report), key="gap-map")
        st.caption(
            f"{len(report.points)} segments, each in all three spaces, on the two directions in "
            "which they differ most (PCA). Point at one to see what was said."
        )
    with st.expander("What the numbers mean", expanded=True):
        st.markdown(_MEANING)


def _show_numbers(report: GapReport) -> None:
    pairs, centroid, relative, matched = st.columns(4)
    pairs.metric(
        "Pairs measured",
        f"{report.pairs:,}",
        border=True,
        help=f"Segments with sound and words, of {report.segments:,} in all.",
    )
    centroid.metric(
        "Centroid gap",
        f"{report.centroid_gap:.2f}",
        border=True,
        help="Distance of the mean sound from the mean text vector, 0 to 2.",
    )
    relative.metric(
        "Relative gap",
        f"{report.relative_gap:.2f}",
        border=True,
        help="0: sound and its own words coincide; 0.5: no closer than unrelated segments.",
    )
    matched.metric(
        "Matched cosine",
        f"{report.matched_cosine:.2f}",
        border=True,
        help="Mean cosine of a segment's sound and its own words.",
    )


def histogram_figure(report: GapReport) -> Figure:
    """Overlaid shares of pairs by cosine."""
    import plotly.graph_objects as go

    histograms = report.histograms
    centres = (histograms.edges[:-1] + histograms.edges[1:]) / 2
    figure = go.Figure()
    curves = (
        ("matched", "sound and its own words", histograms.matched),
        ("random", "sound and other words", histograms.random),
        ("audio", "sound and other sound", histograms.audio),
        ("text", "words and other words", histograms.text),
    )
    for key, name, counts in curves:
        share = counts / max(1, counts.sum())
        figure.add_scatter(
            x=centres,
            y=share,
            name=name,
            mode="lines",
            line={"color": COLOURS[key], "dash": _DASHES[key], "shape": "hvh", "width": 2},
            fill="tozeroy",
            fillcolor=_faint(COLOURS[key]),
            hovertemplate="%{y:.1%} of pairs near %{x:.2f}<extra>" + name + "</extra>",
        )
    used = np.flatnonzero(sum(counts for _, _, counts in curves))
    low, high = histograms.edges[used[0]], histograms.edges[used[-1] + 1]
    figure.update_xaxes(title="cosine", range=[low - 0.05, min(1.02, high + 0.05)])
    figure.update_yaxes(title="share of pairs", tickformat=".0%", rangemode="tozero")
    return _laid_out(figure)


def map_figure(report: GapReport) -> Figure:
    """Audio, text and joint vectors of the same segments on their principal plane."""
    import plotly.graph_objects as go

    figure = go.Figure()
    hover = [_hover(p.title, p.start, p.words) for p in report.points]
    for modality, rows in report.map.items():
        figure.add_scatter(
            x=rows[:, 0],
            y=rows[:, 1],
            name=modality,
            mode="markers",
            marker={
                "color": COLOURS[modality],
                "symbol": _SYMBOLS[modality],
                "size": 7,
                "opacity": 0.75,
            },
            text=hover,
            hovertemplate="%{text}<extra>" + modality + "</extra>",
        )
    figure.update_xaxes(title="first direction", zeroline=False)
    figure.update_yaxes(title="second direction", zeroline=False)
    return _laid_out(figure)


def _hover(title: str, start: float | None, words: str) -> str:
    """A point's text; plotly reads a little HTML, so nothing of it may come from a transcript."""
    when = time_range(start, None)
    head = f"<b>{_unmarked(title)}</b>" + (f" {when}" if when else "")
    return f"{head}<br>{_unmarked(words)}"


def _unmarked(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def _laid_out(figure: Figure) -> Figure:
    figure.update_layout(
        height=400,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        legend={"orientation": "h", "y": -0.2, "x": 0},
    )
    return figure
