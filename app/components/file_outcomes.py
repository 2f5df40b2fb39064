"""What became of the files of an adding: while it goes on, and afterwards."""

from __future__ import annotations

import streamlit as st

from app.markdown import escape
from app.state.adding import Adding

_LATEST = 8
_FAILED = ":orange[:material/error:]"
_SEARCHABLE = ":green[:material/check_circle:]"
_STORED = ":gray[:material/schedule:]"


def show_latest_outcomes(adding: Adding) -> None:
    """Draw how many files ended so far, and the latest of them, each with what became of it."""
    outcomes, report = list(adding.outcomes), adding.report
    failed = len(report.failed)
    if not outcomes and not report.unchanged:
        return
    counts = [
        f"{adding.stored:,} of {report.planned:,} stored",
        f"{report.searchable:,} searchable" if report.searchable < adding.stored else "",
        f"{len(report.unchanged):,} unchanged" if report.unchanged else "",
        f"{failed:,} failed" if failed else "",
    ]
    st.caption(" · ".join(filter(None, counts)))
    with st.container(gap=None):
        for place in range(len(outcomes) - 1, max(-1, len(outcomes) - 1 - _LATEST), -1):
            outcome = outcomes[place]
            icon, state = _FAILED, outcome.reason
            if outcome.became != "failed":
                searchable = adding.is_searchable(place)
                icon = _SEARCHABLE if searchable else _STORED
                state = f"{outcome.became}, {'' if searchable else 'soon '}searchable"
            st.markdown(f"{icon} **{escape(outcome.name)}** {escape(state)}")


def show_outcomes(adding: Adding) -> None:
    """Draw a table of all files that were added or updated, where there are any."""
    stored = [outcome for outcome in adding.outcomes if outcome.became != "failed"]
    if not stored:
        return
    files = "file" if len(stored) == 1 else "files"
    with st.expander(f"{len(stored):,} {files} added or updated"):
        st.dataframe(
            {"File": [o.name for o in stored], "What became of it": [o.became for o in stored]},
            hide_index=True,
            width="stretch",
        )
