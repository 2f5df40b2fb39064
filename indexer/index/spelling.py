"""Fuzzy and phonetic matches for words missing from the index: misspelt or misrecognised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.base.sound_key import sound_key
from indexer.base.word_lists import everyday_words

_MIN_LETTERS = 5  # too many short words are similar
_MIN_SIMILARITY = 0.75  # one wrong letter in four
_MIN_SIMILARITY_SAME_SOUND = 0.5
_MIN_SOUND_KEY = 3
# Of names fewer consonants are enough: Meyer, Maier.
_MIN_SOUND_KEY_OF_NAMES = 2
_MIN_LETTERS_OF_NAMES = 4
MAX_MATCHES = 3
# Languages that write compounds as one word, and what may stand between their parts.
_COMPOUNDING = frozenset(("da", "de", "fi", "nb", "nl", "nn", "no", "sv"))
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_MIN_LETTERS_OF_PART = 3
_MIN_LETTERS_OF_HEAD = 4


@dataclass(frozen=True)
class SpellingMatch:
    """A match for a misspelt or misrecognised word.

    Attributes:
        words: One word, or two that it was split into.
        similarity: 0 to 1.
    """

    words: tuple[str, ...]
    similarity: float


@dataclass(frozen=True)
class IndexedWord:
    """A word of a library.

    Attributes:
        word: The exact word.
        language: Code of the language of its documents; empty where it is not known.
        name: Whether it is always written with a capital letter.
        sound: Its `sound_key`.
    """

    word: str
    language: str
    name: bool
    sound: str


class Vocabulary:
    """The words of a library.

    An everyday word of a language has no matches in documents of this language: it is not
    misspelt. But it may be a name, and names have matches that sound like them.

    Args:
        words: All of them.
    """

    def __init__(self, words: Iterable[IndexedWord]) -> None:
        self._words: dict[str, list[str]] = {}
        self._by_sound: dict[str, dict[str, list[str]]] = {}
        self._names: dict[str, dict[str, list[str]]] = {}
        for entry in words:
            if any(c.isdigit() for c in entry.word):
                continue
            self._words.setdefault(entry.language, []).append(entry.word)
            by_sound = self._by_sound.setdefault(entry.language, {})
            by_sound.setdefault(entry.sound, []).append(entry.word)
            if entry.name:
                names = self._names.setdefault(entry.language, {})
                names.setdefault(entry.sound, []).append(entry.word)

    def fuzzy_matches(self, term: str) -> list[SpellingMatch]:
        """Find single words spelt or sounding like `term`, the most similar first."""
        similarities: dict[str, float] = {}
        for language in self._words:
            if _may_be_misspelt(term, language):
                similarities |= self._similar(term, language)
            similarities |= self._names_like(term, language)
        return _best(
            SpellingMatch((word,), score) for word, score in similarities.items() if word != term
        )

    def compound_heads(self, term: str) -> list[str]:
        """Find the words that a compound ends in: Landung for Notlandung, where languages join.

        What stands before must be a word too, perhaps with a linking element.
        """
        found = []
        for language in sorted(_COMPOUNDING & set(self._words)):
            known, everyday = set(self._words[language]), everyday_words(language)
            for place in range(_MIN_LETTERS_OF_PART, len(term) - _MIN_LETTERS_OF_HEAD + 1):
                head, before = term[place:], term[:place]
                befores = {before.removesuffix(link) for link in _LINKS}
                if head in known and any(
                    b in known or (everyday is not None and b in everyday) for b in befores
                ):
                    found.append(head)
                    break  # the longest
        return found

    def _similar(self, term: str, language: str) -> dict[str, float]:
        found = process.extract(
            term,
            self._words[language],
            scorer=OSA.normalized_similarity,
            score_cutoff=_MIN_SIMILARITY,
            limit=MAX_MATCHES,
        )
        similarities = {word: score for word, score, _ in found}
        key = sound_key(term)
        if len(key) >= _MIN_SOUND_KEY:
            similarities |= _sounding_like(term, self._by_sound[language].get(key, ()))
        return similarities

    def _names_like(self, term: str, language: str) -> dict[str, float]:
        """Find names that sound like a term: Catherine for Katherine, Maier for Meyer."""
        key = sound_key(term)
        if len(term) < _MIN_LETTERS_OF_NAMES or len(key) < _MIN_SOUND_KEY_OF_NAMES:
            return {}
        return _sounding_like(term, self._names.get(language, {}).get(key, ()))

    def split_candidates(self, term: str) -> list[tuple[Sequence[str], Sequence[str]]]:
        """Find first and second words that sound like `term` when run together, by split point."""
        key = sound_key(term)
        if len(key) < _MIN_SOUND_KEY:
            return []
        # Where the first ends with the sound that the second begins with, it is pronounced once.
        parts = [(key[:i], key[i:]) for i in range(1, len(key))]
        parts += [(key[: i + 1], key[i:]) for i in range(1, len(key) - 1)]
        pairs = [
            (words.get(a, ()), words.get(b, ()))
            for language, words in self._by_sound.items()
            if _may_be_misspelt(term, language)
            for a, b in parts
        ]
        return [(first, second) for first, second in pairs if first and second]


def _sounding_like(term: str, words: Iterable[str]) -> dict[str, float]:
    scores = ((word, float(OSA.normalized_similarity(term, word))) for word in words)
    return {word: score for word, score in scores if score >= _MIN_SIMILARITY_SAME_SOUND}


def _may_be_misspelt(term: str, language: str) -> bool:
    """Return whether a term is long enough and no everyday word of a language."""
    if len(term) < _MIN_LETTERS:
        return False
    everyday = everyday_words(language)
    return everyday is None or term not in everyday


def possible_splits(
    term: str, candidates: Iterable[tuple[Sequence[str], Sequence[str]]]
) -> list[SpellingMatch]:
    """Return the pairs of candidates that resemble `term` when run together, the best first.

    Args:
        term: A word.
        candidates: First and second words, as `Vocabulary.split_candidates` returns them.
    """
    joined = {(a, b): a + b for firsts, seconds in candidates for a in firsts for b in seconds}
    found = process.extract(
        term,
        joined,
        scorer=OSA.normalized_similarity,
        score_cutoff=_MIN_SIMILARITY_SAME_SOUND,
        limit=None,
    )
    matches = (SpellingMatch(pair, float(score)) for _, score, pair in found)
    return sorted(matches, key=_order)


def _best(found: Iterable[SpellingMatch]) -> list[SpellingMatch]:
    return sorted(found, key=_order)[:MAX_MATCHES]


def _order(match: SpellingMatch) -> tuple[float, tuple[str, ...]]:
    return -match.similarity, match.words
