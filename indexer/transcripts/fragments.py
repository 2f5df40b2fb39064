"""Words and fragments with times, joined into the cues that people would write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.base.types import Cue
from indexer.transcripts.markup import without_tags
from indexer.transcripts.sentences import MAX_WORDS, SENTENCE_END, ends_sentence

_JOINS_LEFT = re.compile(r"[,.;:!?…%)\]}’”]|'\w{1,2}\b|n't\b")
# Chinese, Japanese, Thai, Lao, Burmese and Khmer, with their punctuation.
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u3400-\u9fff\uff00-\uff60]"
)
# A pause of two seconds parts two cues even where no punctuation does.
_MAX_PAUSE = 2.0
_MAX_SECONDS = 30.0


def joined(fragments: Sequence[Cue], language: str) -> Iterator[Cue]:
    """Join fragments of one speaker up to the end of their sentence.

    A fragment without a space before it goes on the word before where most have one; punctuation
    always does. One with no times belongs to the words around it.

    Args:
        fragments: Words, or a few of them, in their order; the text with the spaces around it.
        language: ISO 639 code to split sentences by.
    """
    spoken = [fragment for fragment in fragments if fragment.text.strip()]
    spaced = sum(f.text[:1].isspace() for f in spoken) > len(spoken) / 2
    held: list[Cue] = []
    text = ""
    for fragment in spoken:
        body = fragment.text if spaced else fragment.text.strip()
        glued = not body[0].isspace() if spaced else bool(_JOINS_LEFT.match(body))
        if held and not _goes_on(held, text, fragment, glued, language):
            yield _cue(held, text)
            held, text = [], ""
        if held and glued and fragment.speaker is None:
            # Punctuation has no speaker of its own in some formats.
            fragment = replace(fragment, speaker=held[-1].speaker)
        is_apart = not (spaced or glued or _is_unspaced(text[-1:], body[:1]))
        text += f" {body}" if is_apart else body
        held.append(fragment)
    if held:
        yield _cue(held, text)


def as_written(words: Sequence[Cue], text: str) -> list[Cue]:
    """Words as a text has them, with its punctuation and spaces; as they are where it has others.

    Args:
        words: In their order.
        text: All that is said.
    """
    places, at = [], 0
    folded = text.lower()
    for word in words:
        bare = word.text.strip().lower()
        begin = folded.find(bare, at) if bare else at
        if begin < 0 or any(map(str.isalnum, text[at:begin])):
            return list(words)
        places.append(begin)
        at = begin + len(bare)
    if any(map(str.isalnum, text[at:])) or len(folded) != len(text):
        return list(words)
    ends = [place + len(word.text.strip()) for place, word in zip(places, words, strict=True)]
    # What stands between two words belongs to the first one up to a space.
    cuts = [0]
    for end, begin in zip(ends, [*places[1:], len(text)], strict=True):
        space = next((i for i in range(end, begin) if text[i].isspace()), begin)
        cuts.append(space)
    cuts[-1] = len(text)
    return [
        replace(word, text=text[a:b]) for word, (a, b) in zip(words, pairwise(cuts), strict=True)
    ]


def by_time(fragments: Sequence[Cue]) -> list[Cue]:
    """Fragments in the order of their times; one without keeps its place after its neighbour."""
    last = (0.0, 0.0)
    keyed = []
    for fragment in fragments:
        if fragment.start is not None:
            last = (fragment.start, fragment.end if fragment.end is not None else fragment.start)
        keyed.append((last, fragment))
    return [fragment for _, fragment in sorted(keyed, key=lambda pair: pair[0])]


def _is_unspaced(before: str, after: str) -> bool:
    """Whether both characters are of scripts that put no spaces between words."""
    return bool(_UNSPACED.match(before)) and bool(_UNSPACED.match(after))


def _goes_on(held: list[Cue], text: str, fragment: Cue, glued: bool, language: str) -> bool:
    """Whether a fragment belongs to the cue being gathered; a glued one is part of its word."""
    if fragment.speaker != held[-1].speaker:
        return glued and fragment.speaker is None
    if glued:
        return True
    begin = next((cue.start for cue in held if cue.start is not None), None)
    until = next((cue.end for cue in reversed(held) if cue.end is not None), None)
    if fragment.start is not None and until is not None and fragment.start - until > _MAX_PAUSE:
        return False
    if fragment.end is not None and begin is not None and fragment.end - begin > _MAX_SECONDS:
        return False
    if len(text.split()) >= MAX_WORDS:
        return False
    # A fragment ends a sentence only if it ends like one; then the splitter looks closer.
    ended = SENTENCE_END.search(text.rstrip()) and ends_sentence(text, fragment.text, language)
    return not ended


def _cue(held: list[Cue], text: str) -> Cue:
    starts = [fragment.start for fragment in held if fragment.start is not None]
    ends = [fragment.end for fragment in held if fragment.end is not None]
    start, end = min(starts, default=None), max(ends, default=None)
    return replace(held[0], text=without_tags(text), start=start, end=end)
