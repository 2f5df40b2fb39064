"""A link that a keyboard meets behind the question, and that leads to the first result."""

from __future__ import annotations

import streamlit as st

from app.components.component_files import read


def show_skip_link() -> None:
    """Draw the link; it is seen while it has the focus."""
    component = st.components.v2.component(
        "hilbert_skip",
        html=read("skip_link.html"),
        css=read("skip_link.css"),
        js=read("skip_link.js"),
        isolate_styles=False,
    )
    component(key="skip")
