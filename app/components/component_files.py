"""The files of components that run in the browser: HTML, CSS and JavaScript beside this one.

What these are given holds its lists as tuples, and no mapping but in one: Streamlit would import
pandas and Arrow to see whether a list or mapping is a table, a quarter of a second of the first
page, and look through all of a list at each run.
"""

from __future__ import annotations

import functools
from pathlib import Path

_HERE = Path(__file__).parent


@functools.cache
def read(*names: str) -> str:
    """Return the text of a file of a component, behind that of files which it makes use of."""
    return "".join((_HERE / name).read_text(encoding="utf-8") for name in names)
