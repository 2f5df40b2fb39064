"""Players that start at a moment, or the reason why there is none."""

from __future__ import annotations

import logging
import mimetypes
from pathlib import Path

import streamlit as st

from app.markdown import escape
from app.state.open_library import OpenLibrary
from indexer.base.errors import AudioError
from indexer.maintenance.manage import existing_recording
from indexer.media import player_clock
from indexer.transcripts.formats import transcript_extensions

log = logging.getLogger(__name__)

# Bytes. A player reads its whole file into the server's memory: larger ones wait for a click.
_AUTOLOAD_BYTES = 24_000_000
# Some systems lack these types in `mimetypes`.
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
    library: OpenLibrary, document: str, path: str, start: float | None, key: str
) -> None:
    """Draw the player of a document, or why there is none.

    Args:
        library: Library that holds the document.
        document: Id of the document.
        path: Where the document was found.
        start: Seconds at which the player starts.
        key: Key of its widgets.
    """
    if Path(path).suffix.lower() in transcript_extensions():
        st.caption(":material/description: A transcript without a recording.")
        return
    found = existing_recording(library.store, document)
    if found is None:
        st.caption(
            f":material/link_off: The recording is no longer at {escape(path)}. Add the folder "
            "where it is now on the page Library."
        )
        return
    size = found.stat().st_size
    if size > _AUTOLOAD_BYTES and not st.session_state.get(f"play-{key}"):
        st.button(
            f"Load the recording ({size / 1e6:.0f} MB)",
            key=f"load-{key}",
            icon=":material/play_arrow:",
            on_click=st.session_state.__setitem__,
            args=(f"play-{key}", True),
        )
        return
    begin = (start or 0) + player_offset(library, document)
    st.audio(str(found), format=media_type(found), start_time=begin)


def player_offset(library: OpenLibrary, document: str) -> float:
    """Return the seconds that the player of a document shows at its second 0."""
    found = existing_recording(library.store, document)
    return _offset_of(str(found), found.stat().st_mtime) if found else 0.0


@st.cache_data(show_spinner=False, max_entries=1000)
def _offset_of(path: str, modified: float) -> float:
    """Read the offset again where the file was modified."""
    try:
        return player_clock.player_offset(Path(path))
    except AudioError:
        log.debug("%s has no clock", path, exc_info=True)
        return 0.0


def media_type(path: Path) -> str:
    """Return the MIME type of a recording, by its extension."""
    suffix = path.suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "audio/mpeg"
