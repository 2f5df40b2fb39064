"""A key of how a word sounds: the same for words that are spelt or heard as each other."""

from __future__ import annotations

import re
import unicodedata

# Letters of similar sound share a digit: the classes of Soundex (R. C. Russell, US patent
# 1,261,167, 1918), here for all consonants of a word, its first letter included.
_CLASSES = str.maketrans(
    {
        **dict.fromkeys("bfpv", "1"),
        **dict.fromkeys("cgjkqsxz", "2"),
        **dict.fromkeys("dt", "3"),
        "l": "4",
        **dict.fromkeys("mn", "5"),
        "r": "6",
    }
)
_REPEATED = re.compile(r"(\d)\1+")
_OTHERS = re.compile(r"\D")


def sound_key(word: str) -> str:
    """Return the consonants of a word by class, repetitions once; empty where there are none.

    "kubernetes" and what a recogniser made of it, "cooper netties" run together, have the same.
    """
    plain = word.lower().replace("ph", "f")
    if not plain.isascii():
        plain = unicodedata.normalize("NFD", plain)
    return _REPEATED.sub(r"\1", _OTHERS.sub("", plain.translate(_CLASSES)))
