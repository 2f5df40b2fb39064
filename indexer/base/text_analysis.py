"""Text analysis: the tokens of a text, the same for indexing and for queries."""

from __future__ import annotations

import re
import unicodedata

# Longer questions than this are cut: a pasted page asks for nothing in particular.
MAX_TERMS = 64
_TERM = re.compile(r"\w+(?:'\w+)*")
# As long as a phrase may be and still be found where it begins in one segment and ends in another.
MAX_PHRASE = 32
_FIRST_WORDS = 12


def query_terms(
    query: str, *, distinct: bool = True, stems: bool = True, most: int | None = MAX_TERMS
) -> list[str]:
    """Split a text into words in order, without any quoting character.

    Args:
        query: Any text.
        distinct: Each word once.
        stems: Without the `'s` of a word, which full-text search takes for a word of its own.
            As they stand, repetitions too, words make up a phrase.
        most: At most so many.
    """
    # NUL ends a string for SQLite's tokenizer; it can stand in no word. A letter and its accent
    # are one character where there is one, else the accent would end the word.
    text = unicodedata.normalize("NFC", query.replace("\x00", " ").replace("’", "'"))
    words = [word.lower() for word in _TERM.findall(text)]
    if stems:
        words = [word.removesuffix("'s") for word in words]
    return (list(dict.fromkeys(words)) if distinct and stems else words)[:most]


def begin(text: str) -> str:
    """Return the first words of a text."""
    words = text.split()
    return " ".join(words[:_FIRST_WORDS]) + (" …" if len(words) > _FIRST_WORDS else "")
