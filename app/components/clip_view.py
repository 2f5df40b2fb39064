"""The clip of a query: a player, its waveform and its mel spectrogram."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.components.layout import spread_row
from app.markdown import escape
from app.media.facts import media_type
from app.state import search_state
from app.state.clips import clip_file, find_clip
from indexer.base.errors import HilbertError
from indexer.media.spectrogram import LONGEST_SECONDS, ClipPicture, picture_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

log = logging.getLogger(__name__)


def show_clip(query: search_state.UserQuery) -> None:
    """Draw the clip of a query, with a button that removes it; a note where it is not kept."""
    name, kept = query.clip_name, find_clip(query.clip)
    with st.container(border=True):
        with spread_row():
            st.markdown(f":material/graphic_eq: **Clip:** {escape(name)}", width="content")
            st.button(
                "Leave the clip out",
                key="drop-clip",
                icon=":material/close:",
                type="tertiary",
                on_click=search_state.remove_clip,
            )
        if kept is None:
            st.info("The sound of this clip is not kept here any more. Upload it again.")
            return
        st.audio(str(kept), format=media_type(Path(name)))
        picture = _picture(query.clip, name)
        if picture is not None:
            left, right = st.columns(2, gap="small")
            left.plotly_chart(waveform_figure(picture), key="clip-wave", config=_STILL)
            right.plotly_chart(mel_figure(picture), key="clip-mel", config=_STILL)
            if picture.times[-1] >= LONGEST_SECONDS:
                st.caption("The first two minutes are drawn; all of it is searched with.")


_STILL = {"displayModeBar": False}
_HERTZ = (125, 500, 2000, 8000)


@st.cache_data(max_entries=8, show_spinner="Drawing the clip …")
def _picture(digest: str, _name: str) -> ClipPicture | None:
    """Decode a clip once; None where that fails, and the answer says why."""
    try:
        with clip_file(digest, _name) as path:
            return picture_of(path)
    except HilbertError:
        log.debug("could not draw a clip", exc_info=True)
        return None


def waveform_figure(picture: ClipPicture) -> Figure:
    """Draw the lowest and highest sample of each frame over seconds."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for values, fill in ((picture.low, None), (picture.high, "tonexty")):
        figure.add_scatter(
            x=picture.times,
            y=values,
            mode="lines",
            line={"width": 0.5, "color": "#8b5cf6"},
            fill=fill,
            fillcolor="rgba(139,92,246,0.6)",
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_yaxes(title="waveform", range=[-1, 1], showticklabels=False)
    return _with_layout(figure)


def mel_figure(picture: ClipPicture) -> Figure:
    """Draw decibels by mel band (hertz) over seconds."""
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Heatmap(
            x=picture.mel_times,
            y=picture.mel_hertz,
            z=picture.mel,
            colorscale="Viridis",
            showscale=False,
            hovertemplate="%{x:.1f} s, %{y:.0f} Hz: %{z:.0f} dB<extra></extra>",
        )
    )
    figure.update_yaxes(title="mel spectrogram, Hz", type="log", tickvals=_HERTZ)
    return _with_layout(figure)


def _with_layout(figure: Figure) -> Figure:
    figure.update_xaxes(title="seconds")
    figure.update_layout(height=190, margin={"l": 10, "r": 10, "t": 10, "b": 10})
    return figure
