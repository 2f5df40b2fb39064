"""Sentence splitting, through `sentencex`, with a limit for text that has no punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator

# 80 words take about half a minute to say: as long as a segment may be, so no cue is longer.
MAX_WORDS = 80

SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*\Z")
"""How a piece of text ends that may end a sentence; "Dr." ends so too."""

# Letters that are split at a time: the splitter takes the square of the number of opening quotes.
_BLOCK = 4_000

_CLAUSE_MARKS = (",", ";", ":", "-", "–", "—", "...", "…")


def split_sentences(text: str, language: str = "en") -> list[str]:
    """Sentences of a text, with white space normalised; nothing else is lost.

    A sentence of more than 80 words, such as a transcript without punctuation makes, is cut at a
    clause mark near its middle or, without one, between two words.

    Args:
        text: any text; line breaks count as spaces.
        language: ISO 639 code; one that `sentencex` does not know is split by common rules.
    """
    # Only single ASCII spaces: the splitter panics on some texts with wider white space.
    flat = " ".join(text.split())
    sentences: list[str] = []
    for piece in _pieces(flat, language):
        if sentences and not any(map(str.isalnum, piece)):
            sentences[-1] += piece  # a stray mark is no sentence
        else:
            sentences.append(piece)
    words = (sentence.split() for sentence in sentences)
    return [part for sentence in words if sentence for part in _limited(sentence)]


def _pieces(text: str, language: str) -> Iterator[str]:
    """Sentences of any length; together they are the text."""
    from sentencex import segment

    begin = 0
    while len(text) - begin > _BLOCK:
        block = text[begin : begin + _BLOCK]
        block = block[: block.rfind(" ") + 1] or block
        pieces = list(segment(language, block))
        if len(pieces) > 1:
            pieces.pop()  # it may go on in the next block
        yield from pieces
        begin += sum(map(len, pieces))
    yield from segment(language, text[begin:])


def ends_sentence(text: str, following: str, language: str = "en") -> bool:
    """Whether a sentence ends between two pieces of text ("Dr." before "Smith" ends none)."""
    # The splitter needs only the words next to the place in question.
    before, after = text.split()[-8:], following.split()[:4]
    if not before or not after:
        return bool(before)
    words = 0
    for sentence in split_sentences(" ".join([*before, *after]), language):
        words += len(sentence.split())
        if words == len(before):
            return True
    return False


def _limited(words: list[str]) -> Iterator[str]:
    if len(words) <= MAX_WORDS:
        yield " ".join(words)
        return
    middle = len(words) // 2
    marks = [
        i + 1
        for i, word in enumerate(words)
        if word.endswith(_CLAUSE_MARKS) and abs(i + 1 - middle) <= len(words) // 4
    ]
    cut = min(marks, key=lambda i: abs(i - middle)) if marks else middle
    yield from _limited(words[:cut])
    yield from _limited(words[cut:])
