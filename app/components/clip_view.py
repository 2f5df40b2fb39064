"""The clip of a query: a player, where it is from, what was heard, and how it looks."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.markdown import escape, markdown_link
from app.media.facts import media_type
from app.state import search_state, urls
from app.state.clip_source import find_clip_source
from app.state.clips import clip_file, find_clip
from app.state.open_library import OpenLibrary
from app.state.result_cache import Answer
from app.state.search_state import SearchState, UserQuery
from indexer.base.errors import HilbertError
from indexer.base.text_analysis import begin
from indexer.base.timecode import clock
from indexer.media.spectrogram import LONGEST_SECONDS, ClipPicture, picture_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure
    from streamlit.delta_generator import DeltaGenerator

log = logging.getLogger(__name__)


def show_clip(search: SearchState) -> DeltaGenerator:
    """Draw the clip of a search on a line, and what is searched for beside it.

    Returns:
        Where `show_clip_details` draws.
    """
    query = search.query
    assert query is not None
    name, kept = query.clip_name, find_clip(query.clip)
    with st.container(border=True, gap="xsmall", key="clip-shown"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/graphic_eq: **Clip:** {escape(name)}", width="content")
            if kept is not None:
                st.audio(str(kept), format=media_type(Path(name)), width=260)
            st.button(
                "Leave the clip out",
                key="drop-clip",
                icon=":material/close:",
                type="tertiary",
                on_click=search_state.remove_clip,
            )
        if kept is None:
            st.info("The sound of this clip is not kept here any more. Upload it again.")
        elif query.words:
            words = urls.link(urls.SEARCH, replace(search, query=UserQuery(words=query.words)))
            clip = urls.link(urls.SEARCH, replace(search, query=replace(query, words="")))
            st.caption(
                "Searched for the words above and this clip together, a half each. Or: "
                f"{markdown_link('the words alone', words)}, "
                f"{markdown_link('the clip alone', clip)}."
            )
        else:
            st.caption("Words that you type above are searched for together with this clip.")
        return st.container(gap="xsmall")


def show_clip_source(library: OpenLibrary, search: SearchState, answer: Answer) -> None:
    """Say which recording the clip was cut from, and where; or that this is not certain.

    Draws a line at once, and its answer once the sounds are compared.
    """
    query, result = search.query, answer.result
    if query is None or result is None or not result.hits:
        return
    line = st.empty()
    line.caption("Comparing the sound of the clip with the best recordings …")
    source = find_clip_source(library, query.clip, query.clip_name, result)
    if source is None:
        # Also where that could not be told: a clip of a second, a tone, a recording out of reach.
        line.markdown(
            ":material/search_off: **It is not certain which recording this clip is from.** What "
            "is said in those below, or how it sounds, comes nearest."
        )
        return
    title = library.searcher.documents[source.document].title
    to = urls.link(urls.DOCUMENT, search, doc=source.document, t=source.seconds)
    link = markdown_link(title, to)
    at = clock(source.seconds)
    line.markdown(f":green[:material/check_circle:] **This clip is from {link}, at {at}**")


def show_clip_details(query: UserQuery, heard: str | None) -> None:
    """Draw what was heard in a clip, on a line; and on demand all of it, and pictures."""
    if heard is None:
        return
    shown = begin(heard)
    details = st.expander(
        f"**Heard:** {escape(shown) or 'no words'}", key="clip-details", on_change="rerun"
    )
    if not details.open:  # pictures cost more than the answer
        return
    with details:
        if shown != heard:
            st.markdown(escape(heard))
        picture = _picture(query.clip, query.clip_name)
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
