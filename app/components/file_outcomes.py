"""What became of the files of an adding: while it goes on, and afterwards."""

from __future__ import annotations

import streamlit as st

from app.markdown import escape, markdown_link
from app.state import urls
from app.state.adding import Adding, FileOutcome
from app.state.open_library import library_folder

_LATEST = 8
_MOST_LISTED = 200
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
            icon, state, searchable = _FAILED, outcome.reason, False
            if outcome.became != "failed":
                searchable = adding.is_searchable(place)
                icon = _SEARCHABLE if searchable else _STORED
                state = f"{outcome.became}, {'' if searchable else 'soon '}searchable"
            st.markdown(f"{icon} **{_named(adding, outcome, searchable)}** {escape(state)}")


def show_outcomes(adding: Adding) -> None:
    """Draw the files that were added or updated, where there are any, as links to their pages."""
    stored = [outcome for outcome in adding.outcomes if outcome.became != "failed"]
    if not stored:
        return
    files = "file" if len(stored) == 1 else "files"
    few = len(stored) <= _LATEST
    with (
        st.expander(f"{len(stored):,} {files} added or updated", expanded=few),
        st.container(height="content" if few else 320, border=False),
    ):
        shown = stored[:_MOST_LISTED]
        st.markdown("\n".join(f"- {_named(adding, o, searchable=True)} {o.became}" for o in shown))
        if len(shown) < len(stored):
            st.caption(f"and {len(stored) - len(shown):,} more: the table below has all.")


def _named(adding: Adding, outcome: FileOutcome, searchable: bool) -> str:
    """Write the name of a file, as a link to its page where the app shows this library."""
    if searchable and outcome.document and library_folder() == adding.library:
        return markdown_link(outcome.name, urls.link(urls.DOCUMENT, doc=outcome.document))
    return escape(outcome.name)
