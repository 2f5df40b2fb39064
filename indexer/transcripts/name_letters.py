"""What the words of a name are made of, in any script, for the patterns that look for names.

`\\w` of Python has no combining marks: the vowel signs of Hindi and Thai, the points of Hebrew, an
accent that macOS writes apart from its letter. Without them no such name is one.
"""

from __future__ import annotations

import unicodedata
from itertools import chain

# Where Unicode has the marks of scripts in use, up to the half marks; the joiners of Persian and
# Indic names are no marks but stand between letters.
_PLACES = (range(0x300, 0x2000), range(0x20D0, 0x2100), range(0xA66F, 0xAC00))
_JOINERS = "\u200c\u200d"


def _marks() -> str:
    """All combining marks, as ranges for a class of a pattern."""
    points = [p for p in chain(*_PLACES) if unicodedata.category(chr(p)).startswith("M")]
    begins = [p for p in points if unicodedata.category(chr(p - 1))[0] != "M"]
    ends = [p for p in points if unicodedata.category(chr(p + 1))[0] != "M"]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(begins, ends, strict=True))


NAME_LETTERS = r"\w" + _marks() + _JOINERS
"""For the inside of a class: `[{NAME_LETTERS}.'-]`."""
