"""Comparison of a text with recognised words: which stand in it, and how far off in time."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.base.types import Cue, HeardWord

# How far a right transcript's times may be off: cues of half a minute, spread by letters.
_NEAR_SECONDS = 30.0
_RUN = 3  # words: two texts on other subjects share few runs of three
_PART = 10  # words
_SAME_OFFSET_SECONDS = 4.0
# Runs that stand everywhere ("a lot of") would vote for every offset.
_MAX_PLACES = 5
_WORD = re.compile(r"\w+(?:['’]\w+)*")
# The most frequent words of English, without those that are frequent in other languages too
# ("a", "in", "on", "so", "was", "me", "no"): about a third of English speech.
_ENGLISH_WORDS = """
the of and to that it is you this with for have are not they we be from my what there your but
it's i'm that's don't our which their would about if will all can been who when
"""
_OTHER_FREQUENT_WORDS = """
also because could didn't does doing going gonna having here i've into just know like made make
mean more much okay only other over people really right said some something than them then these
they're thing things think those time very want we're well were where yeah yes you're
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FREQUENT = _ENGLISH | frozenset(_OTHER_FREQUENT_WORDS.split())
_CONTENT_LETTERS = 4
_MIN_WORDS_DURING = 4  # content words: fewer are heard by chance


@dataclass(frozen=True)
class SpokenWord:
    """A word, folded, and the middle of its time in seconds."""

    text: str
    time: float


def fold_words(text: str) -> list[str]:
    """Return the words of a text, folded so that spellings of the same word are equal."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _WORD.findall(plain)


def words_of_cues(cues: Iterable[Cue]) -> list[SpokenWord]:
    """Return the words of timed cues; the words of a cue share its time evenly."""
    spoken: list[SpokenWord] = []
    for cue in cues:
        words = fold_words(cue.text)
        start, end = cue.start or 0.0, cue.end or 0.0
        step = (end - start) / max(1, len(words))
        spoken.extend(SpokenWord(w, start + (i + 0.5) * step) for i, w in enumerate(words))
    return spoken


def words_heard(heard: Iterable[HeardWord]) -> list[SpokenWord]:
    """Return recognised words, folded."""
    return [
        SpokenWord(text, (word.start + word.end) / 2)
        for word in heard
        for text in fold_words(word.text)
    ]


def content_words(words: Iterable[SpokenWord]) -> list[str]:
    """Return words that say something about the subject: not short, not frequent."""
    return [w.text for w in words if len(w.text) >= _CONTENT_LETTERS and w.text not in _FREQUENT]


def share_near(heard: Sequence[SpokenWord], transcript: Sequence[SpokenWord]) -> float:
    """Share of content words that were heard and stand in the transcript at about that time.

    Of the heard ones or, where it is more, of those that stand in the transcript during the
    stretch: captions may leave out much of what is said.
    """
    said = Counter(content_words(heard))
    first, last = heard[0].time, heard[-1].time
    near = [w for w in transcript if first - _NEAR_SECONDS <= w.time <= last + _NEAR_SECONDS]
    during = Counter(content_words(w for w in near if first <= w.time <= last))
    shares = [_share(said, Counter(content_words(near)))]
    if during.total() >= _MIN_WORDS_DURING:
        shares.append(_share(during, said))
    return max(shares)


def _share(wanted: Counter[str], there: Counter[str]) -> float:
    return (wanted & there).total() / max(1, wanted.total())


def share_in_runs(words: Sequence[str], others: Sequence[str]) -> float:
    """Share of `words` that stand in runs of three which are among the `others`, too."""
    covered = _in_runs(words, others)
    return float(covered.mean()) if len(words) else 0.0


def share_of_parts_without_runs(words: Sequence[str], others: Sequence[str]) -> float:
    """Share of the parts of ten words in which none stands in such a run.

    A few in each part are a poor recognition of the same text, all in one part are a quote.
    """
    covered = _in_runs(words, others)
    parts = [covered[i : i + _PART].any() for i in range(0, len(words), _PART)]
    return 1.0 - float(np.mean(parts)) if parts else 1.0


def _in_runs(words: Sequence[str], others: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each of `words` stands in a run of three which is among the `others`, too."""
    runs = {tuple(others[i : i + _RUN]) for i in range(len(others) - _RUN + 1)}
    covered = np.zeros(len(words), np.bool_)
    for i in range(len(words) - _RUN + 1):
        if tuple(words[i : i + _RUN]) in runs:
            covered[i : i + _RUN] = True
    return covered


def common_offset(
    heard: Sequence[SpokenWord], transcript: Sequence[SpokenWord]
) -> tuple[float, float]:
    """By how much the times of the transcript differ from those of the same words as heard.

    Every run of three words that stands in both votes for its difference in time.

    Returns:
        Seconds (positive: the transcript is late), and the share of the heard words that stand in
        runs with about this difference; 0 and 0 where no run is in both.
    """
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i in range(len(transcript) - _RUN + 1):
        places[tuple(w.text for w in transcript[i : i + _RUN])].append(i)
    votes: list[tuple[float, int]] = []
    for i in range(len(heard) - _RUN + 1):
        found = places.get(tuple(w.text for w in heard[i : i + _RUN]), [])
        if len(found) <= _MAX_PLACES:
            votes.extend((transcript[j + 1].time - heard[i + 1].time, i) for j in found)
    best: list[tuple[float, int]] = []
    votes.sort()
    low = 0
    for high, (offset, _) in enumerate(votes):
        while offset - votes[low][0] > _SAME_OFFSET_SECONDS:
            low += 1
        if high + 1 - low > len(best):
            best = votes[low : high + 1]
    if not best:
        return 0.0, 0.0
    covered = {i + k for _, i in best for k in range(_RUN)}
    return float(np.median([offset for offset, _ in best])), len(covered) / len(heard)


def looks_english(words: Sequence[str]) -> bool:
    """Whether enough words of a text are among the most frequent ones of English."""
    return sum(w in _ENGLISH for w in words) > 0.12 * len(words)
