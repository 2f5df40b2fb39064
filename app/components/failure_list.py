"""The list of files that could not be indexed: why, what to do, and a button that tries again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from app.markdown import escape
from indexer.transcripts.formats import transcript_extensions

_SHORT, _MOST_LISTED = 4, 100


def show_failures(
    failures: Mapping[str, str], *, busy: bool = False, try_again: Callable[[], Any] | None = None
) -> None:
    """Draw the files that failed, where there are any.

    Args:
        failures: Paths and reasons.
        busy: Whether nothing can be tried now.
        try_again: Called at a click, for all of them.
    """
    if not failures:
        return
    files = "file" if len(failures) == 1 else "files"
    st.subheader(f"{len(failures):,} {files} could not be indexed")
    listed = list(failures.items())
    with st.container(height="content" if len(listed) <= _SHORT else 400, border=True):
        st.markdown("\n".join(_line(path, reason) for path, reason in listed[:_MOST_LISTED]))
        if len(listed) > _MOST_LISTED:
            rest = st.expander(
                f"{len(listed) - _MOST_LISTED:,} more", key="more-failures", on_change="rerun"
            )
            if rest.open:
                with rest:
                    later = listed[_MOST_LISTED:]
                    st.markdown("\n".join(_line(path, reason) for path, reason in later))
    st.caption("All other files are in the library.")
    if try_again:
        st.button(
            "Try again",
            key="try-failed-again",
            icon=":material/refresh:",
            disabled=busy,
            help="What is unchanged costs nothing",
            on_click=try_again,
        )


def _line(path: str, reason: str) -> str:
    """Write a file that failed as an item of a list, which fits any width."""
    name, folder = Path(path).name, path.removesuffix(Path(path).name).rstrip("/\\")
    return (
        f"- **{escape(name)}**: {escape(reason)}\n\n  {escape(advice(path))}\n\n"
        f"  :small[In {escape(folder)}]"
    )


def advice(path: str) -> str:
    """Say what a user does about a file that failed, by what is there now."""
    if not os.path.lexists(path):
        return "Nothing of it was kept: add the file once more, as a recording or a transcript"
    if not os.path.exists(path):
        return "Bring back the file that the link leads to, then try again"
    if not os.access(path, os.R_OK):
        return "Allow your user to read it, then try again"
    if Path(path).suffix.lower() in transcript_extensions():
        return "Mend or replace the transcript, then try again"
    return "Play it elsewhere: where that works, save it anew (as MP3, say), then try again"
