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


class WordNumbers(dict[str, int]):
    """Numbers of the stems of a language: the same in every document, whenever they are numbered.

    Args:
        language: ISO 639 code; None where it is not known.
    """

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._language = language

    def of(self, text: str) -> list[int]:
        """Number the words of a text."""
        text = text.lower().translate(_QUOTES)
        pattern = _ASCII_WORD
        if not text.isascii():
            text, pattern = _SPACED.sub(r" \1 ", text), _WORD
        return [self[word] for word in pattern.findall(text)]

    def __missing__(self, word: str) -> int:
        number = self[word] = self._number(word)
        return number

    def _number(self, word: str) -> int:
        if word in NUMBER_WORDS or word[0].isdigit():
            return _NUMBER
        folded = fold(word)  # first: a stemmer takes a word without its accents for another
        term = stem(folded, self._language) or folded
        return zlib.crc32(term.encode("utf-8", "surrogatepass")) >> 1 or 1


def number_words(
    texts: Iterable[tuple[str, str | None]],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the words of segments, with the languages of their documents.

    Numbers in a row count as one word.

    Returns:
        `[n_words]`, the words of all segments one after the other, and the row of the segment of
        each.
    """
    of_tags: dict[str | None, WordNumbers] = {}
    words: list[NDArray[np.int32]] = []
    for text, tag in texts:
        if tag not in of_tags:
            of_tags[tag] = WordNumbers(language_code(tag) if tag else None)
        words.append(np.array(of_tags[tag].of(text), np.int32))
    counts = [len(part) for part in words]
    joined = np.concatenate([np.zeros(0, np.int32), *words])
    rows = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    kept = np.ones(len(joined), bool)
    kept[1:] = (joined[1:] != _NUMBER) | (joined[:-1] != _NUMBER) | (np.diff(rows) != 0)
    return joined[kept], rows[kept]
