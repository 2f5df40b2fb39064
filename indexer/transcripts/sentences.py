"""Sentence splitting, through `sentencex`, with a limit for text that has no punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator

# 80 words take about half a minute to say: as long as a segment may be, so no cue is longer.
MAX_WORDS = 80

SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*\Z")
"""How a piece of text ends that may end a sentence; "Dr." ends so too."""

_CLAUSE_MARKS = (",", ";", ":", "-", "–", "—", "...", "…")


def split_sentences(text: str, language: str = "en") -> list[str]:
    """Sentences of a text, with white space normalised; nothing else is lost.

    A sentence of more than 80 words, such as a transcript without punctuation makes, is cut at a
    clause mark near its middle or, without one, between two words.

    Args:
        text: any text; line breaks count as spaces.
        language: ISO 639 code; one that `sentencex` does not know is split by common rules.
    """
    from sentencex import segment

    # Only single ASCII spaces: the splitter panics on some texts with wider white space.
    flat = " ".join(text.split())
    sentences: list[str] = []
    for piece in segment(language, flat):
        if sentences and not any(map(str.isalnum, piece)):
            sentences[-1] += piece  # a stray mark is no sentence
        else:
            sentences.append(piece)
    words = (sentence.split() for sentence in sentences)
    return [part for sentence in words if sentence for part in _limited(sentence)]


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
