"""Fuzzy and phonetic matches for words missing from the index: misspelt or misrecognised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

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
_MIN_LETTERS = 5  # too many short words are similar
_MIN_SIMILARITY = 0.75  # one wrong letter in four
_MIN_SIMILARITY_SAME_SOUND = 0.5
_MIN_SOUND_KEY = 3
_MAX_MATCHES = 3


@dataclass(frozen=True)
class SpellingMatch:
    """A match for a misspelt or misrecognised word.

    Attributes:
        words: One word, or two that it was split into.
        similarity: 0 to 1.
    """

    words: tuple[str, ...]
    similarity: float


class Vocabulary:
    """The words of a library.

    Args:
        words: All of them.
        languages: Codes; everyday words of these languages have no matches: they are not misspelt.
    """

    def __init__(self, words: Iterable[str], languages: Iterable[str] = ()) -> None:
        self._everyday = _dictionaries(languages)
        self._words = [word for word in words if not any(c.isdigit() for c in word)]
        self._by_sound: dict[str, list[str]] = {}
        for word in self._words:
            self._by_sound.setdefault(sound_key(word), []).append(word)

    def fuzzy_matches(self, term: str) -> list[SpellingMatch]:
        """Find single words spelt or sounding like `term`, the most similar first."""
        if not self._may_be_misspelt(term):
            return []
        found = process.extract(
            term,
            self._words,
            scorer=OSA.normalized_similarity,
            score_cutoff=_MIN_SIMILARITY,
            limit=_MAX_MATCHES,
        )
        similarities = {word: score for word, score, _ in found}
        key = sound_key(term)
        for word in self._by_sound.get(key, []) if len(key) >= _MIN_SOUND_KEY else []:
            score = OSA.normalized_similarity(term, word)
            if score >= _MIN_SIMILARITY_SAME_SOUND:
                similarities[word] = max(similarities.get(word, 0.0), score)
        return _best(
            SpellingMatch((word,), score) for word, score in similarities.items() if word != term
        )

    def split_candidates(self, term: str) -> list[tuple[Sequence[str], Sequence[str]]]:
        """Find first and second words that sound like `term` when run together, by split point."""
        key = sound_key(term)
        if not self._may_be_misspelt(term) or len(key) < _MIN_SOUND_KEY:
            return []
        # Where the first ends with the sound that the second begins with, it is pronounced once.
        parts = [(key[:i], key[i:]) for i in range(1, len(key))]
        parts += [(key[: i + 1], key[i:]) for i in range(1, len(key) - 1)]
        pairs = [(self._by_sound.get(a, ()), self._by_sound.get(b, ())) for a, b in parts]
        return [(first, second) for first, second in pairs if first and second]

    def _may_be_misspelt(self, term: str) -> bool:
        """Return whether a term is long enough and no everyday word."""
        return len(term) >= _MIN_LETTERS and not any(term in words for words in self._everyday)


def _dictionaries(languages: Iterable[str]) -> list[SpellChecker]:
    supported = set(SpellChecker.languages())
    return [SpellChecker(language=code) for code in sorted(supported & set(languages))]


def similarity(term: str, words: Sequence[str]) -> float:
    """Return the normalised edit similarity of a word and words run together, 0 to 1."""
    return float(OSA.normalized_similarity(term, "".join(words)))


def best_splits(term: str, pairs: Iterable[tuple[str, str]]) -> list[SpellingMatch]:
    """Return the pairs of words most similar to `term` when run together."""
    matches = (SpellingMatch(pair, similarity(term, pair)) for pair in set(pairs))
    return _best(m for m in matches if m.similarity >= _MIN_SIMILARITY_SAME_SOUND)


def sound_key(word: str) -> str:
    """Return the consonants of a word by class, repetitions once; empty where there are none.

    "kubernetes" and what a recogniser made of it, "cooper netties" run together, have the same.
    """
    plain = unicodedata.normalize("NFD", word.lower().replace("ph", "f"))
    digits = re.sub(r"\D", "", plain.translate(_CLASSES))
    return _REPEATED.sub(r"\1", digits)


def _best(found: Iterable[SpellingMatch]) -> list[SpellingMatch]:
    return sorted(found, key=lambda match: (-match.similarity, match.words))[:_MAX_MATCHES]
