"""Which old encoding a text in Latin letters has, by the letters that its language is written with.

Bytes mean other letters in each encoding: `û` of Windows-1252 is `ű` of Windows-1250, and no
language has `û` beside `ó` and `ö`. Letters by language: exemplar characters of Unicode's CLDR
(https://cldr.unicode.org/translation/core-data/exemplars).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_LETTERS = {
    "ca": "àçéèíïóòúü",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåéó",
    "de": "äöüßé",
    "es": "áéíñóúü",
    "et": "õäöüšž",
    "fi": "äöåšž",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áðéíóúýþæö",
    "it": "àéèìíòóùú",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nl": "áäéëíïóöúü",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúü",
    "ro": "ăâîşţșț",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sq": "çë",
    "sv": "åäöé",
    "tr": "çğıöşüâîû",
}
# Marks that stand beside words in every language.
_MARKS = frozenset("\u00a0\u2019\u2018\u201a\u201c\u201d\u201e\u2013\u2014\u2026«»‹›•·°§©®™€£¿¡")
_WORD = re.compile(r"[^\W\d_]+")
_MIN_ASCII = 0.6  # of the letters; those of other scripts have hardly any
_MIN_COVERED = 0.9  # names of other languages stand in every text


def likely_encodings(data: bytes, encodings: Sequence[str]) -> tuple[str, ...]:
    """Find the encodings in which the letters outside ASCII are those of one language.

    Args:
        data: Text that is not UTF-8; lines without bytes outside ASCII may be missing.
        encodings: The encodings to try.

    Returns:
        The encodings that fit best, in the order given; none where hardly any fits.
    """
    ascii_letters = sum(65 <= byte & 0xDF <= 90 for byte in data if byte < 128)
    high = sum(byte > 127 for byte in data)
    if not high or ascii_letters < _MIN_ASCII * (ascii_letters + high):
        return ()
    covered = {encoding: round(_covered(data, encoding), 2) for encoding in encodings}
    best = max(covered.values())
    if best < _MIN_COVERED:
        return ()
    return tuple(encoding for encoding in encodings if covered[encoding] == best)


def count_foreign(text: str, language: str) -> int:
    """Count the letters outside ASCII that a language is not written with; 0 for unknown ones.

    Args:
        text: Decoded text.
        language: ISO 639-1 code.
    """
    own = _LETTERS.get(language)
    if own is None:
        return 0
    return sum(ord(c) > 127 and c.isalpha() and c.lower() not in own for c in text)


def _covered(data: bytes, encoding: str) -> float:
    """The share of letters outside ASCII that are of one language and stand where they may."""
    text = data.decode(encoding, "replace")
    found = Counter(c for c in text if ord(c) > 127 and c not in _MARKS)
    total = found.total()
    if not total:
        return 0.0
    best = max(
        sum(n for letter, n in found.items() if letter.lower() in letters)
        for letters in _LETTERS.values()
    )
    return (best - _misplaced(text)) / total


def _misplaced(text: str) -> int:
    """Count capitals outside ASCII behind small letters, which wrong encodings make."""
    return sum(
        ord(c) > 127 and c.isupper() and before.islower()
        for word in _WORD.findall(text)
        for before, c in pairwise(word)
    )
