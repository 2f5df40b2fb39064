"""Words as numbers, for the search for passages that recur: what is often changed is left equal."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from indexer.base.languages import language_code
from indexer.base.number_words import NUMBER_WORDS
from indexer.base.scripts import UNSPACED, fold
from indexer.base.text_analysis import stem

_ASCII_WORD = re.compile(r"\d+|[a-z]+(?:'[a-z]+)*")
_WORD = re.compile(rf"{UNSPACED.pattern}|\d+|[^\W\d_]+(?:'[^\W\d_]+)*")
_SPACED = re.compile(rf"({UNSPACED.pattern})")
_QUOTES = str.maketrans("’‘ʼ", "'''")
# Every number is the same: prices, percentages and the digits of a code differ from one reading
# of an advert to the next.
_NUMBER = 0


class WordNumbers:
    """Numbers of stems: the same one in every document, and whenever they are numbered."""

    def __init__(self) -> None:
        self._of_words: dict[tuple[str, str | None], int] = {}

    def of(self, text: str, language: str | None) -> list[int]:
        """Number the words of a text; numbers in a row count as one word.

        Args:
            text: Any text.
            language: Of its document, as a tag names it.
        """
        code = language_code(language) if language else None
        known = self._of_words
        found: list[int] = []
        text = text.lower().translate(_QUOTES)
        pattern = _ASCII_WORD
        if not text.isascii():
            text, pattern = _SPACED.sub(r" \1 ", text), _WORD
        for word in pattern.findall(text):
            number = known.get((word, code))
            if number is None:
                number = known[word, code] = self._number(word, code)
            if number != _NUMBER or not found or found[-1] != _NUMBER:
                found.append(number)
        return found

    def _number(self, word: str, language: str | None) -> int:
        if word in NUMBER_WORDS or word[0].isdigit():
            return _NUMBER
        folded = fold(word)  # first: a stemmer takes a word without its accents for another
        term = stem(folded, language) or folded
        return zlib.crc32(term.encode("utf-8", "surrogatepass")) >> 1 or 1


def number_words(
    texts: Iterable[tuple[str, str | None]],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the words of segments, with the languages of their documents.

    Returns:
        `[n_words]`, the words of all segments one after the other, and the row of the segment of
        each.
    """
    numbers = WordNumbers()
    words: list[NDArray[np.int32]] = []
    for text, language in texts:
        words.append(np.array(numbers.of(text, language), np.int32))
    counts = [len(part) for part in words]
    joined = np.concatenate([np.zeros(0, np.int32), *words])
    return joined, np.repeat(np.arange(len(counts), dtype=np.int32), counts)
