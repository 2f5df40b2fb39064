"""Players that stand at a moment, and what to do where there is nothing to play."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import streamlit as st

from app.markdown import plain
from app.state.open_library import OpenLibrary
from indexer.maintenance.manage import existing_recording
from indexer.media.decode import EXTENSIONS as RECORDING_EXTENSIONS

# A player reads its whole file into the server's memory: larger ones wait to be asked for.
_AT_ONCE = 24_000_000
# What `mimetypes` does not know everywhere.
_TYPES = {
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".webm": "audio/webm",
}


def show_player(
    opened: OpenLibrary, document: str, path: str, start: float | None, key: str
) -> None:
    """The player of a document, or why there is none.

    Args:
        opened: the library.
        document: id.
        path: where the document was found.
        start: seconds at which it stands.
        key: of its widgets.
    """
    if Path(path).suffix.lower() not in RECORDING_EXTENSIONS:
        st.caption(":material/description: A transcript without a recording.")
        return
    found = existing_recording(opened.library, document)
    if found is None:
        st.caption(
            f":material/link_off: The recording is no longer at {plain(path)}. Add the folder "
            "where it is now on the page Library."
        )
        return
    size = found.stat().st_size
    if size > _AT_ONCE and not st.session_state.get(f"play-{key}"):
        st.button(
            f"Load the recording ({size / 1e6:.0f} MB)",
            key=f"load-{key}",
            icon=":material/play_arrow:",
            on_click=st.session_state.__setitem__,
            args=(f"play-{key}", True),
        )
        return
    st.audio(str(found), format=media_type(found), start_time=start or 0)


def media_type(path: Path) -> str:
    """What the browser is told a recording is."""
    suffix = path.suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "audio/mpeg"
