"""The language of a text, by its function words or its script."""

from __future__ import annotations

import re

from indexer.base.text_analysis import exact_words
from indexer.base.word_lists import function_words

# Those of whose function words lists are kept and that Whisper knows best.
_LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "hu", "ro"),
    *("tr", "ru", "uk", "bg", "el", "ar", "fa", "he", "hi", "id", "vi", "ca", "hr", "sk", "sl"),
)
# Scripts that one language of note is written in, or nearly only one.
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "hy": re.compile(r"[\u0531-\u0587]"),
    "ka": re.compile(r"[\u10d0-\u10ff]"),
    "bn": re.compile(r"[\u0980-\u09ff]"),
    "ta": re.compile(r"[\u0b80-\u0bff]"),
    "te": re.compile(r"[\u0c00-\u0c7f]"),
    "km": re.compile(r"[\u1780-\u17ff]"),
}
_MOST_LETTERS = 20_000
_MIN_WORDS = 12
# Of speech every second word is a function word; of a list of names hardly one is.
_MIN_SHARE = 0.25
# As much more often than those of the second language, which is near to it: Danish, Norwegian.
_MIN_LEAD = 1.05


def language_of_text(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of a text; None where it leaves doubt."""
    text = text[:_MOST_LETTERS]
    letters = sum(c.isalpha() for c in text)
    for code, script in _SCRIPTS.items():
        if letters and len(script.findall(text)) > 0.2 * letters:
            return code
    words = exact_words(text)
    if len(words) < _MIN_WORDS:
        return None
    shares = {
        code: sum(word in listed for word in words) / len(words)
        for code in _LANGUAGES
        for listed in [function_words(code)]
    }
    best, second = sorted(shares, key=lambda code: -shares[code])[:2]
    if shares[best] < _MIN_SHARE or shares[best] < _MIN_LEAD * shares[second]:
        return None
    return best
