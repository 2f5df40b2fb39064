"""A word of a text, as text analysis finds it."""

from __future__ import annotations

from typing import NamedTuple


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        word: In canonical form and lower case, accents kept.
        start: Where it begins in the text, in characters.
        end: Where it ends; several words written together have their own places.
        joined: At the last word of several written together: all of them in one.
        of_compound: How many words, this one the last of them, belong together: 2 for `19` in
            `covid19`; 1 elsewhere.
    """

    word: str
    start: int
    end: int
    joined: str | None = None
    of_compound: int = 1
