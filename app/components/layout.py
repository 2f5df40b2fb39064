"""Layout that several pages share."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def spread_row(align: Literal["center", "bottom"] = "center") -> DeltaGenerator:
    """Return a row that holds its first part on the left and its last on the right."""
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment=align
    )
