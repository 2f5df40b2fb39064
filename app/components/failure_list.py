"""The list of files that could not be indexed: why, what to do, and buttons of what is done."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app.components.library_facts import count
from app.markdown import escape
from app.state import tasks
from indexer.base.errors import HilbertError
from indexer.base.remote_path import is_remote
from indexer.transcripts.formats import transcript_extensions

log = logging.getLogger(__name__)

_SHORT = 4
# Each file with a button of its own costs the page some milliseconds.
_MOST_LISTED = 30


def show_failures(
    failures: Mapping[str, str],
    *,
    folder: Path | None = None,
    dismissed: int = 0,
    busy: bool = False,
    try_again: Callable[[], Any] | None = None,
) -> None:
    """Draw the files that failed, where there are any.

    Args:
        failures: Paths and reasons.
        folder: Of the library that remembers which of them are dismissed; None for a list that
            has all.
        dismissed: How many others are.
        busy: Whether nothing can be tried now.
        try_again: Called at a click, for all of them.
    """
    if failures:
        st.subheader(f"{count(len(failures), 'file')} could not be indexed")
        _show_files(list(failures.items()), folder)
        st.caption("All other files are in the library.")
    if not failures and not dismissed:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if failures and try_again:
            st.button(
                "Try again",
                key="try-failed-again",
                icon=":material/refresh:",
                disabled=busy,
                help="What is unchanged costs nothing",
                on_click=try_again,
            )
        if failures and folder:
            st.button(
                "Dismiss all",
                key="dismiss-all",
                icon=":material/done_all:",
                help="Each is listed again when its file changes or fails for another reason",
                on_click=_dismiss,
                args=(folder, list(failures)),
            )
        if dismissed and folder:
            st.caption(f"{count(dismissed, 'failure')} dismissed", width="content")
            st.button(
                "List again",
                key="undismiss",
                type="tertiary",
                on_click=_dismiss,
                args=(folder, None),
            )


def _show_files(listed: Sequence[tuple[str, str]], folder: Path | None) -> None:
    with st.container(height="content" if len(listed) <= _SHORT else 400, border=True):
        for path, reason in listed[:_MOST_LISTED]:
            with st.container(horizontal=True, gap="small"):
                st.markdown(_told(path, reason, folder), width="stretch")
                if folder:
                    st.button(
                        "Dismiss",
                        key=f"dismiss-{path}",
                        type="tertiary",
                        icon=":material/close:",
                        on_click=_dismiss,
                        args=(folder, [path]),
                    )
        if later := listed[_MOST_LISTED:]:
            rest = st.expander(f"{len(later):,} more", key="more-failures", on_change="rerun")
            if rest.open:
                with rest:
                    told = (_told(path, reason, folder) for path, reason in later)
                    st.markdown("\n\n".join(told))


def _dismiss(folder: Path, paths: Sequence[str] | None) -> None:
    try:
        tasks.dismiss_failures(folder, paths)
    except HilbertError as error:
        log.debug("could not dismiss failures of %s", folder, exc_info=True)
        st.toast(escape(f"This cannot be remembered: {error}"), icon=":material/error:")


def _told(path: str, reason: str, folder: Path | None) -> str:
    """Write a file that failed, in a way that fits any width."""
    name, within = Path(path).name, path.removesuffix(Path(path).name).rstrip("/\\")
    return (
        f"**{escape(name)}**: {escape(reason)}\n\n{escape(advice(path, folder))}\n\n"
        f":small[In {escape(within)}]"
    )


def advice(path: str, library: Path | None = None) -> str:
    """Say what a user does about a file that failed, by what is there now.

    Args:
        path: Of the file.
        library: The library, in whose folder of recordings an upload would have been kept.
    """
    if is_remote(path):
        return (
            "It lies on another machine, from which this page fetches nothing: see that its "
            "address is right and can be reached, then run 'hilbert index --engine ray'"
        )
    if not os.path.lexists(path):
        if library and Path(path).parent == library / tasks.UPLOADS:
            return "Nothing of it was kept: add the file once more, as a recording or a transcript"
        if not os.path.isdir(os.path.dirname(path)):
            return (
                "Its folder cannot be reached: connect the drive or the share that it lies on, "
                "then try again"
            )
        return "It is not there any more: bring it back, then try again"
    if not os.path.exists(path):
        return "Bring back the file that the link leads to, then try again"
    if not os.access(path, os.R_OK):
        return "Allow your user to read it, then try again"
    if Path(path).suffix.lower() in transcript_extensions():
        return "Mend or replace the transcript, then try again"
    return "Play it elsewhere: where that works, save it anew (as MP3, say), then try again"
