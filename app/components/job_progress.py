"""The progress of a background job, redrawn until it ends."""

from __future__ import annotations

import streamlit as st

from app.markdown import escape
from app.state import jobs


def show_job(key: str) -> jobs.Job | None:
    """Draw the progress of a running job; the page is redrawn when it ends.

    Returns:
        The job of this key, running or ended; None where there is none.
    """
    job = jobs.find(key)
    if job and not job.done:
        _watch(key)
    return job


# Seconds between looks at a job: each costs a message and a run of this fragment.
_EVERY = 1.5


@st.fragment(run_every=_EVERY)
def _watch(key: str) -> None:
    job = jobs.find(key)
    if job is None or job.done:
        st.rerun(scope="app")
    progress = " · ".join(filter(None, (job.title, escape(job.text), job.time_left)))
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.progress(job.share, text=progress, width="stretch")
        st.button("Stop", key=f"stop-{key}", on_click=job.stop, width="content")
