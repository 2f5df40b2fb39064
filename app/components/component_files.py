"""The files of components that run in the browser: HTML, CSS and JavaScript beside this one."""

from __future__ import annotations

import functools
from pathlib import Path

_HERE = Path(__file__).parent


@functools.cache
def read(name: str) -> str:
    """Return the text of a file of a component."""
    return (_HERE / name).read_text(encoding="utf-8")
