"""Lines of a plain text or Markdown transcript."""

from __future__ import annotations

import re

# Only what is written like YAML: a text may begin with a rule, and have another one later.
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(?:(?:[\w-]+[ \t]*:.*|[ \t]+.*|-[ \t].*|#.*|)\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)


def text_lines(text: str) -> list[str]:
    """Return the lines of a text without its front matter."""
    return _FRONT_MATTER.sub("", text).split("\n")
