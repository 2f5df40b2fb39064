"""Layout that several pages share."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_STYLE = Path(__file__).parent / "page.css"


def style_page() -> None:
    """Give all text of the page its own direction; draws nothing."""
    st.html(_STYLE)


def spread_row(align: Literal["center", "bottom"] = "center") -> DeltaGenerator:
    """Return a row that holds its first part on the left and its last on the right."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment=align
    )
