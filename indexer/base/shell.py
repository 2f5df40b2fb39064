"""Paths as they are pasted into a terminal."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

_PLAIN = re.compile(r"[\w@%+=:,./\\-]+")
# What means something to a shell within double quotes, which every system's understands.
_SPECIAL = re.compile(r'["$`!]|\\$')


def quoted(path: Path | str) -> str:
    """Return a path, in quotes where a shell would take it for several words or a pattern."""
    text = str(path)
    if _PLAIN.fullmatch(text):
        return text
    return shlex.quote(text) if _SPECIAL.search(text) else f'"{text}"'
