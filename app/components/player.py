"""The app's player, which stays when pages change, and the buttons that play in it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.components.component_files import read
from app.markdown import escape
from app.media.routes import ADDRESS
from app.media.served import serve_library
from app.state.open_library import OpenLibrary
from app.state.urls import root
from indexer.base.timecode import clock
from indexer.maintenance.manage import existing_recording
from indexer.transcripts.formats import transcript_extensions

# Nothing of it is drawn where it stands: no gap in the page either.
_CSS = """
.st-key-player, .st-key-player-cue { position: absolute; }
"""


def show_player(library: OpenLibrary) -> None:
    """Put the player into the page, where it is not there yet; it shows once something plays.

    Args:
        library: Library whose recordings the buttons of this page play.
    """
    _send("player", library, None)


def cue_player(library: OpenLibrary, document: str, start: float) -> None:
    """Let the player stand at a second of a document, unless it plays."""
    _send("player-cue", library, (document, start))


def _send(key: str, library: OpenLibrary, cue: tuple[str, float] | None) -> None:
    """Draw the component, which makes the player where there is none; all of them have one."""
    address = f"{root()}{ADDRESS}/{serve_library(library)}"
    component = st.components.v2.component(
        "hilbert_player", html=_template(), css=_CSS, js=read("player.js"), isolate_styles=False
    )
    component(key=key, data={"address": address, "cue": cue})


def is_playable(library: OpenLibrary, document: str, path: str) -> bool:
    """Return whether a document has a recording; draw why where it has none.

    Args:
        library: Library that holds the document.
        document: Id of the document.
        path: Where the document was found.
    """
    if Path(path).suffix.lower() in transcript_extensions():
        st.caption(":material/description: A transcript without a recording.")
        return False
    if existing_recording(library.store, document) is None:
        st.caption(
            f":material/link_off: The recording is no longer at {escape(path)}. Add the folder "
            "where it is now on the page Library."
        )
        return False
    return True


def play_button(
    document: str,
    start: float,
    end: float | None,
    key: str,
    *,
    label: str = "",
) -> None:
    """Draw a button that plays from a second of a document.

    The browser plays at once: its script reads the moment in the class that Streamlit makes of the
    key. The server does not hear of the click.

    Args:
        document: Id of the document.
        start: Seconds.
        end: Where the player stops; None for the end of the recording.
        key: Ends the key of the button.
        label: Text of the button; without it the time.
    """
    st.button(
        label or f"Play {clock(start)}",
        key=sign_key(document, start, end, key),
        icon=":material/play_circle:",
        type="tertiary",
    )


def sign_key(document: str, start: float, end: float | None, key: str) -> str:
    """Return the key of an element that plays a moment; its class is this behind `st-key-`.

    Args:
        document: Id of the document.
        start: Seconds.
        end: See `play_button`.
        key: Ends the key.
    """
    until = 0 if end is None else round(1000 * end)
    return f"play-{document}-{round(1000 * start)}-{until}-{key}"


def _template() -> str:
    return f"<template><style>{read('player.css')}</style>{read('player.html')}</template>"
