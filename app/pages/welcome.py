"""The welcome page, shown where no library is open: the demo, or a library of one's own."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import streamlit as st

from app.components.failure_list import show_failures
from app.components.job_progress import show_job, show_stopped
from app.components.upload_form import show_summary
from app.markdown import escape, markdown_link
from app.state import jobs, library_access, tasks, urls
from indexer.base.shell import quoted
from indexer.index.library_store import CATALOG_FILE
from indexer.transcripts.formats import transcript_extensions

_DEMO = "hilbert-demo"
_DEMO_KEY = "demo"


def show_welcome(folder: Path | None, reason: str = "") -> None:
    """Draw what leads to a library: the demo, or a folder of one's own.

    Args:
        folder: Library that was named and cannot be opened.
        reason: Why it cannot be opened.
    """
    st.title("hilbert")
    st.markdown("Search what was said in your recordings, and how it sounded.")
    if reason:
        st.error(escape(reason), icon=":material/error:")
        default = library_access.default_library_folder()
        if default not in (None, folder):
            to = markdown_link("the library that it was started for", urls.default_library_link())
            st.markdown(f"Or go to {to}.")
    demo, own = st.columns(2, gap="medium")
    with demo, st.container(border=True, height="stretch"):
        _offer_demo()
    with own, st.container(border=True, height="stretch"):
        _offer_own(folder)


def _offer_demo() -> None:
    st.subheader("Try the demo")
    st.markdown(
        "Two dozen short talks about tides, bees, fog and salt, read by machine voices. Making "
        "the library takes a minute or two, and a few megabytes in the folder of your choice."
    )
    where = st.text_input("Folder", str(Path.home() / _DEMO), key="demo-folder")
    folder = Path(os.path.expanduser(where)).absolute()
    job = jobs.find(_DEMO_KEY)
    if not (job and not job.done):
        st.button(
            "Build the demo library",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not where.strip(),
            on_click=jobs.start,
            args=(_DEMO_KEY, "Building the demo", partial(tasks.make_demo, folder=folder)),
        )
    job = show_job(_DEMO_KEY)
    if job and job.done:
        _show_end(job, _DEMO_KEY)


def _offer_own(folder: Path | None) -> None:
    st.subheader("Use your own recordings")
    st.markdown(
        "Name the folder that they lie in. They stay where they are; transcripts beside them are "
        "used, and where there are none the speech is recognised."
    )
    recordings = st.text_input(
        "Folder of recordings",
        key="own-recordings",
        placeholder="/home/me/podcasts",
        help=f"Transcripts may be {', '.join(transcript_extensions())}",
    )
    named = st.text_input(
        "Where the library is kept",
        str(folder or Path.home() / "my-library"),
        key="own-folder",
        help="A new folder, for what makes recordings searchable",
    )
    made = Path(os.path.expanduser(named)).absolute()
    key = f"make:{made}"
    job = jobs.find(key)
    if os.path.isfile(made / CATALOG_FILE) and st.button("Open this library", key="open-own"):
        _open(made)
    source = Path(os.path.expanduser(recordings.strip())).absolute()
    if not (job and not job.done) and st.button(
        "Make the library",
        icon=":material/library_add:",
        disabled=not (recordings.strip() and named.strip()),
    ):
        if os.path.exists(source):
            work = partial(tasks.add, folder=made, paths=[source], asr="auto")
            jobs.start(key, "Indexing", work)
        else:  # before a library is made of nothing
            st.error(escape(f"There is no folder {source}"), icon=":material/error:")
    job = show_job(key)
    if job and job.done:
        _show_end(job, key)
    library = quoted(made)
    what = quoted(source if recordings.strip() else "my-recordings")
    with st.expander("The same from a terminal", icon=":material/terminal:"):
        st.code(
            f"hilbert index {what} --library {library}\nhilbert app --library {library}",
            language="bash",
        )


def _show_end(job: jobs.Job, key: str) -> None:
    """Open a library that was made without a failure; else say how the making ended."""
    if job.error:
        st.error(escape(job.error), icon=":material/error:")
        return
    summary = job.so_far.report
    if job.stopped:
        show_stopped(job, key)
    else:
        if summary.documents and not summary.failed:
            jobs.forget(key)
            _open(job.so_far.library)
        show_summary(job.so_far)
        show_failures(summary.failed)
    if summary.searchable and st.button("Open it", key=f"open-{key}"):
        jobs.forget(key)
        _open(job.so_far.library)


def _open(folder: Path) -> None:
    """Open a library that a visitor named here."""
    library_access.admit(folder)
    st.query_params["library"] = str(folder)
    st.rerun()
