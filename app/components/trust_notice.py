"""The notice that a library brings models of its own, and the two questions that accept them."""

from __future__ import annotations

import logging

import streamlit as st

from app.markdown import escape
from app.state.open_library import OpenLibrary

log = logging.getLogger(__name__)

_STEP = "trust-step"


def show_trust_notice(library: OpenLibrary) -> None:
    """Say what is refused of a library whose models the user never chose; nothing otherwise."""
    models = library.untrusted
    if not models:
        return
    st.warning(
        "**This library was made with models that did not come with hilbert, and that you have "
        "not chosen.** They are not loaded: searching by words or clips and adding recordings "
        "are refused. What is in the library can be read and played.",
        icon=":material/shield:",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            " · ".join(f"the {role} encoder {escape(name)}" for role, name, _ in models),
            width="content",
        )
        if st.button("Trust these models …", key="trust", icon=":material/verified_user:"):
            st.session_state[_STEP] = 1
    if st.session_state.get(_STEP):
        _ask(library)


def _ask_no_more() -> None:
    st.session_state[_STEP] = 0


@st.dialog("Trust the models of this library?", on_dismiss=_ask_no_more)
def _ask(library: OpenLibrary) -> None:
    asked_once = st.session_state[_STEP] > 1
    if asked_once:
        st.markdown(
            "They are loaded from now on, by this app and by `hilbert`, whenever this library is "
            "used, until their files change. **Load them?**"
        )
        for role, name, digest in library.untrusted:
            st.caption(f"{role}: {escape(name)}, sha256 {digest[:12]} …")
    else:
        st.markdown(
            "A model decides what a search finds, and a file that was made to do harm could use "
            "a fault of the program that runs it. **Do you know who made this library, and do "
            "you trust them?**"
        )
    yes, no = st.columns(2)
    if no.button("No, leave them", key="trust-no", width="stretch"):
        _ask_no_more()
        st.rerun()
    if not asked_once:
        yes.button(
            "Yes, I know them",
            key="trust-known",
            width="stretch",
            on_click=st.session_state.__setitem__,
            args=(_STEP, 2),
        )
    elif yes.button("Yes, load them", key="trust-yes", type="primary", width="stretch"):
        try:
            library.trust()
        except OSError as error:
            log.debug("could not list models as trusted", exc_info=True)
            st.error(f"This cannot be remembered: {error.strerror}")
            return
        _ask_no_more()
        st.rerun()
