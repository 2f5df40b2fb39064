"""Figures of a diagnosis, for the app and for reports: interactive, readable on any ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.base.timecode import clock

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from hilbert.diagnostics import CosineHistograms
    from indexer.diagnostics.diagnose import MapPoint

# Distinct also for people who see fewer colours; readable on light and on dark ground.
COLOURS = {
    "audio": "#8b5cf6",
    "text": "#3b82f6",
    "joint": "#16a34a",
    "matched": "#f59e0b",
    "random": "#8a8f98",
}
_SYMBOLS = {"audio": "circle", "text": "diamond", "joint": "cross"}
_DASHES = {"matched": "solid", "random": "dash", "audio": "solid", "text": "dot", "joint": "solid"}
_SPACES = {"before": "as it is", "after_centering": "centred", "control": "control"}
_BARS = {"before": "text", "after_centering": "joint", "control": "random"}
_NAMES = {
    "audio_to_text": "sound → words",
    "text_to_audio": "words → sound",
    "audio_to_joint": "sound → joint",
    "text_to_joint": "words → joint",
    "audio_to_audio": "sound → same recording",
    "text_to_text": "words → same recording",
    "mixed": "own match in a mixed list",
}
# Lines between the vectors of one segment; more would hide the points.
_MOST_LINES = 120


def histogram_figure(histograms: CosineHistograms) -> Figure:
    """Draw overlaid shares of pairs by cosine."""
    import plotly.graph_objects as go

    centres = (histograms.edges[:-1] + histograms.edges[1:]) / 2
    figure = go.Figure()
    curves = (
        ("matched", "sound and its own words", histograms.matched),
        ("random", "sound and other words", histograms.random),
        ("audio", "sound and other sound", histograms.audio),
        ("text", "words and other words", histograms.text),
    )
    for key, name, counts in curves:
        figure.add_scatter(
            x=centres,
            y=counts / max(1, counts.sum()),
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


def map_figure(
    placed: Mapping[str, NDArray[np.float64]],
    points: Sequence[MapPoint],
    *,
    joined: bool = True,
    strong: NDArray[np.bool_] | None = None,
    axes: tuple[str, str] = ("first direction", "second direction"),
) -> Figure:
    """Draw audio, text and joint vectors of the same segments on a plane.

    Args:
        placed: Modality to `[n, 2]`.
        points: Segments of the `n` rows.
        joined: Whether to draw a line from a segment's sound to its words.
        strong: `[n]`, the points to emphasise; all where None.
        axes: Their names; two empty ones where they mean nothing.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    if joined and {"audio", "text"} <= set(placed):
        _join(figure, placed["audio"], placed["text"])
    hover = [_hover(point) for point in points]
    opacity: Any = 0.75 if strong is None else np.where(strong, 0.95, 0.15)
    for modality, rows in placed.items():
        figure.add_scatter(
            x=rows[:, 0],
            y=rows[:, 1],
            name=modality,
            mode="markers",
            marker={
                "color": COLOURS[modality],
                "symbol": _SYMBOLS[modality],
                "size": 7 if strong is None else np.where(strong, 11, 6),
                "opacity": opacity,
            },
            text=hover,
            hovertemplate="%{text}<extra>" + modality + "</extra>",
        )
    for update, title in ((figure.update_xaxes, axes[0]), (figure.update_yaxes, axes[1])):
        update(title=title or None, zeroline=False, showticklabels=bool(title))
    return _laid_out(figure)


def spectrum_figure(before: Mapping[str, Any], control: Mapping[str, Any]) -> Figure:
    """Draw singular values, largest first, of each modality and of the control."""
    import plotly.graph_objects as go

    figure = go.Figure()
    spectra = {name: before["spectrum"][name] for name in ("audio", "text", "joint")}
    if control:
        spectra["random"] = control["spectrum"]["audio"]
    for name, values in spectra.items():
        shown = "half of a text (control)" if name == "random" else name
        figure.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=values,
            name=shown,
            mode="lines",
            line={"color": COLOURS[name], "dash": _DASHES[name], "width": 2},
            hovertemplate="number %{x}: %{y:.3f}<extra>" + shown + "</extra>",
        )
    figure.update_xaxes(title="number of the singular value", type="log")
    figure.update_yaxes(title="share of their sum", tickformat=".1%", rangemode="tozero")
    return _laid_out(figure)


def recall_figure(spaces: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw recall at 1 in every direction, before and after centring, and of the control."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for key, numbers in spaces.items():
        if numbers:
            values = [numbers["recall"][name]["recall_at_1"] for name in _NAMES]
            figure.add_bar(
                x=values,
                y=list(_NAMES.values()),
                orientation="h",
                name=_SPACES[key],
                marker={"color": COLOURS[_BARS[key]]},
                hovertemplate="%{y}: %{x:.1%}<extra>" + _SPACES[key] + "</extra>",
            )
    figure.update_xaxes(title="found first", tickformat=".0%", range=[0, 1])
    figure.update_yaxes(autorange="reversed")  # the first direction on top
    figure.update_layout(barmode="group")
    return _laid_out(figure)


def _join(figure: Figure, audio: NDArray[np.float64], text: NDArray[np.float64]) -> None:
    rows = np.linspace(0, len(audio) - 1, min(_MOST_LINES, len(audio))).astype(int)
    gap = np.full(len(rows), np.nan)
    figure.add_scatter(
        x=np.stack([audio[rows, 0], text[rows, 0], gap], 1).ravel(),
        y=np.stack([audio[rows, 1], text[rows, 1], gap], 1).ravel(),
        name="same segment",
        mode="lines",
        line={"color": COLOURS["random"], "width": 0.6},
        opacity=0.5,
        hoverinfo="skip",
    )


def _hover(point: MapPoint) -> str:
    """Return a point's text, escaped: plotly reads a little HTML, and the words are of others."""
    when = "" if point.start is None else f" {clock(point.start)}"
    return f"<b>{_unmarked(point.title)}</b>{when}<br>{_unmarked(point.words)}"


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
