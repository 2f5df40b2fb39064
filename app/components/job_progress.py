"""The progress of a background job, redrawn until it ends, and how one ended that was stopped."""

from __future__ import annotations

import math

import streamlit as st

from app.components.file_outcomes import show_latest_outcomes
from app.markdown import escape
from app.state import jobs
from app.state.adding import Adding


def show_job(key: str) -> jobs.Job | None:
    """Draw the progress of a running job; the page is redrawn when it ends.

    Returns:
        The job of this key, running or ended; None where there is none.
    """
    job = jobs.find(key)
    if job and not job.done:
        pause = _pause(job)
        st.fragment(_watch, run_every=pause)(key, pause)
    return job


# Seconds that a job has run, and those between looks at it until then: each costs a message and a
# run of the fragment, which a short job that has ended is worth.
_PAUSES = ((3.0, 0.25), (10.0, 0.5), (math.inf, 1.5))


def _pause(job: jobs.Job) -> float:
    return next(pause for until, pause in _PAUSES if job.seconds < until)


def _watch(key: str, pause: float) -> None:
    job = jobs.find(key)
    if job is None or job.done or _pause(job) != pause:
        st.rerun(scope="app")
    progress = " · ".join(filter(None, (job.title, escape(job.text), job.time_left)))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(job.share, text=progress, width="stretch")
            st.button("Stop", key=f"stop-{key}", on_click=job.stop, width="content")
        if isinstance(job.so_far, Adding):
            show_latest_outcomes(job.so_far)


def show_stopped(job: jobs.Job, key: str) -> None:
    """Draw what a job that was stopped has done, and a button that goes on with the rest."""
    adding = job.so_far
    if isinstance(adding, Adding):
        done = f"{adding.stored} of {adding.report.planned} stored and searchable"
        text = f"Stopped: {done}. Go on continues with the rest."
    else:
        text = f"{job.title}: stopped, nothing is changed. Go on does it from the start."
    st.info(text, icon=":material/pause_circle:")
    st.button(
        "Go on",
        key=f"go-on-{key}",
        icon=":material/play_arrow:",
        on_click=jobs.go_on,
        args=(key,),
        type="primary",
    )
