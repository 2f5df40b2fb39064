"""Words that look or sound like a word that nobody said: slips of the pen, and of a recogniser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

# Letters that are easily taken for each other have one digit: the classes of Soundex (R. C.
# Russell, US patent 1,261,167, 1918), here for every consonant of a word and its first letter too.
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
_SHORTEST = 5  # letters; too many short words are alike
_LEAST_ALIKE = 0.75  # one slip in four letters
_LEAST_ALIKE_SOUND = 0.5
_MOST = 3


@dataclass(frozen=True)
class SpellingMatch:
    """What may have been written for a word: one word, or two that it was broken into."""

    words: tuple[str, ...]
    likeness: float


class Vocabulary:
    """The words of a library.

    Args:
        words: all of them.
        languages: codes; everyday words of these have nothing alike: they are no slips.
    """

    def __init__(self, words: Iterable[str], languages: Iterable[str] = ()) -> None:
        self._everyday = _dictionaries(languages)
        self._words = [word for word in words if not any(c.isdigit() for c in word)]
        self._by_sound: dict[str, list[str]] = {}
        for word in self._words:
            self._by_sound.setdefault(sound_key(word), []).append(word)

    def alike(self, term: str) -> list[SpellingMatch]:
        """Single words spelt or sounding like `term`, the most alike first."""
        if not self._is_odd(term):
            return []
        found = process.extract(
            term,
            self._words,
            scorer=OSA.normalized_similarity,
            score_cutoff=_LEAST_ALIKE,
            limit=_MOST,
        )
        likeness = {word: score for word, score, _ in found}
        key = sound_key(term)
        for word in self._by_sound.get(key, []) if len(key) >= 3 else []:
            score = OSA.normalized_similarity(term, word)
            if score >= _LEAST_ALIKE_SOUND:
                likeness[word] = max(likeness.get(word, 0.0), score)
        return _best(
            SpellingMatch((word,), score) for word, score in likeness.items() if word != term
        )

    def halves(self, term: str) -> list[tuple[Sequence[str], Sequence[str]]]:
        """First and second words that together would sound like `term`, for each way to part it."""
        key = sound_key(term)
        if not self._is_odd(term) or len(key) < 3:
            return []
        # Where the first ends as the second begins, the sound they share is heard once.
        parts = [(key[:i], key[i:]) for i in range(1, len(key))]
        parts += [(key[: i + 1], key[i:]) for i in range(1, len(key) - 1)]
        pairs = [(self._by_sound.get(a, ()), self._by_sound.get(b, ())) for a, b in parts]
        return [(first, second) for first, second in pairs if first and second]

    def _is_odd(self, term: str) -> bool:
        """Whether a word may be a name, or a slip."""
        return len(term) >= _SHORTEST and not any(term in words for words in self._everyday)


def _dictionaries(languages: Iterable[str]) -> list[SpellChecker]:
    supported = set(SpellChecker.languages())
    return [SpellChecker(language=code) for code in sorted(supported & set(languages))]


def likeness(term: str, words: Sequence[str]) -> float:
    """How alike a word and words run together are spelt, 0 to 1."""
    return float(OSA.normalized_similarity(term, "".join(words)))


def best_splits(term: str, pairs: Iterable[tuple[str, str]]) -> list[SpellingMatch]:
    """The pairs of words most alike to `term`, run together."""
    heard = (SpellingMatch(pair, likeness(term, pair)) for pair in set(pairs))
    return _best(h for h in heard if h.likeness >= _LEAST_ALIKE_SOUND)


def sound_key(word: str) -> str:
    """The consonants of a word by class, repetitions once; empty where there are none.

    "kubernetes" and what a recogniser made of it, "cooper netties" run together, have the same.
    """
    plain = unicodedata.normalize("NFD", word.lower().replace("ph", "f"))
    digits = re.sub(r"\D", "", plain.translate(_CLASSES))
    return _REPEATED.sub(r"\1", digits)


def _best(found: Iterable[SpellingMatch]) -> list[SpellingMatch]:
    return sorted(found, key=lambda heard: (-heard.likeness, heard.words))[:_MOST]
