"""Words that are short for another where a number stands beside them: Fig. 3, Vol. II, 25 Dec."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.base.number_words import NUMBER_WORDS
from indexer.base.tokens import Token

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTH_OF = {month[:3]: month for month in MONTHS if month != "may"} | {"sept": "september"}
_BEFORE_NUMBER = {
    "no": "number",
    "nos": "numbers",
    "fig": "figure",
    "figs": "figures",
    "vol": "volume",
    "vols": "volumes",
    "ep": "episode",
    "eq": "equation",
    "op": "opus",
    "chap": "chapter",
}
# Without a dot these are channels and points.
_WITH_DOT = {"ch": "chapter", "pt": "part"}
ABBREVIATED = frozenset((*_BEFORE_NUMBER, *_WITH_DOT, *_MONTH_OF))
"""Words that may be short for another."""
_DAY = re.compile(r"(?:3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?", re.ASCII)
_BEHIND = re.compile(r"\s(?:(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?|(?:1[5-9]|20)\d\d)(?!\w)")
_WORD_BEHIND = re.compile(r"\s([^\W\d_]+)")


def abbreviated(run: str) -> str | None:
    """Return what a run of characters before a number is short for; None for nothing."""
    word = run.rstrip(".").lower()
    return _BEFORE_NUMBER.get(word) or (_WITH_DOT.get(word) if run.endswith(".") else None)


def month_of(word: str) -> str | None:
    """Return the month that a word in small letters is short for."""
    return _MONTH_OF.get(word)


def is_beside_day(before: Sequence[Token], text: str, start: int, end: int) -> bool:
    """Return whether a day or a year stands right behind a word, or a day right before it.

    Args:
        before: The words before it.
        text: That they are of.
        start: Where the word begins in it.
        end: Where it ends.
    """
    if _BEHIND.match(text, end):
        return True
    word = _WORD_BEHIND.match(text, end)
    if word and word[1].lower() in NUMBER_WORDS:
        return True
    if not before or text[before[-1].end : start] != " ":
        return False
    last = before[-1].word
    return _DAY.fullmatch(last) is not None or (last in NUMBER_WORDS and last[-1] in "thds")
