"""The address is the state: read at every run, written where a visitor took a new step.

What the browser asks for, by a link, Back, Forward or a reload, counts as it is. What a visitor
changed on a page is written at once, all of it in one message: each is one step in the history of
the browser.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.state.search_state import Parameters

_Address = tuple[str, dict[str, list[str]]]


def has_arrived(page: str) -> bool:
    """Return whether the browser is at another address than this visit left it at.

    Args:
        page: Path of the page.
    """
    state = st.session_state
    shown: _Address = (page, given())
    state["address-is-new"] = False
    if shown == state.get("address"):
        return False
    if _is_stale(shown):
        st.query_params.from_dict(state["address"][1])
        return False
    state["address"], state["address-before"] = shown, state.get("address")
    state["address-parameters"] = None
    state["address-is-new"] = True
    return True


def is_new() -> bool:
    """Return whether this run draws an address that the browser has just come to."""
    return bool(st.session_state["address-is-new"])


def _is_stale(shown: _Address) -> bool:
    """Whether a click was made before the browser heard of the step that was written last.

    Back and Forward tell that they are (there is no public way to ask for it).
    """
    context = get_script_run_ctx()
    by_history = bool(context and context.is_history_navigation)
    here, before = st.session_state.get("address"), st.session_state.get("address-before")
    return here is not None and not by_history and shown == before and shown[0] == here[0]


def given() -> dict[str, list[str]]:
    """Return the parameters of the current address, all values of each."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def write(parameters: Parameters) -> None:
    """Write what is shown into the address, where it is not what the address opened."""
    state = st.session_state
    before, state["address-parameters"] = state.get("address-parameters"), parameters
    if before == parameters or (before is None and is_new()):
        return
    page, shown = state["address"]
    st.query_params.from_dict(parameters)
    state["address-before"] = (page, shown)
    state["address"] = (page, given())
