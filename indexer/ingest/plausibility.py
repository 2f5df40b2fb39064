"""Whether a transcript belongs to its recording, judged by a few recognised stretches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.base.timecode import clock
from indexer.base.types import Cue, HeardWord
from indexer.ingest.word_match import (
    SpokenWord,
    common_offset,
    content_words,
    fold_words,
    looks_english,
    share_in_runs,
    share_near,
    share_of_parts_without_runs,
    words_heard,
    words_of_cues,
)
from indexer.media.vad import Span

# Whisper's mean log-probability: -0.05 to -0.5 for English speech, children with an accent
# included, -0.8 and less for speech that is not English.
_CLEAR_LOGPROB = -0.7
_CONFIDENT_LOGPROB = -0.5
# Of a longer recording the first words of three windows are recognised, of a shorter one those of
# a whole window. Either takes 1.5 to 2 times as long as encoding a window, which is done anyway.
_STRETCHES = 3
_STRETCH_SECONDS = 12.0
_MIN_CONTENT_WORDS = 5
# Of the content words of a window. Over 138 windows of 21 recordings (interviews, a reading,
# machine speech, children with an accent) the right transcript has 0.67 and more (one of six words
# 0.2), a heavily edited one too; 2136 pairs with other transcripts have at most 0.21 in 99 %, the
# highest, of two interviews of one kind, 0.44.
_MIN_SHARE_NEAR = 0.4
# Of all words of a window, in runs that are off by the same time: at least 0.40 with the right
# transcript, at most 0.21 with others.
_MIN_SHARE_SHIFTED = 0.25
_SHIFT_SECONDS = 5.0
# Of the words of an untimed text, in runs that were heard: at least 0.58 of a transcript, 0.30 of
# one rewritten; at most 0.13 of another recording's, 0.11 of notes on the recording's subject.
_MAX_SHARE_OF_NOTES = 0.15
# Where the recogniser is less sure, right transcripts have as little as 0.13, others 0.03.
_MAX_SHARE_IN_DOUBT = 0.05
# Notes that quote what is said: more of their words were heard, in few places, and they hold little
# of all that was heard. Half a transcript has 0.4 of what was clearly heard.
_MAX_SHARE_OF_QUOTES = 0.4
_MIN_PARTS_UNHEARD = 0.5
_MAX_HEARD_IN_QUOTES = 0.2
_MIN_HEARD_WORDS = 20
_MAX_SHARE_ALIGNED = 0.3
_SHORT = 0.5  # of the number of words heard


@dataclass(frozen=True)
class Judgement:
    """Whether a transcript fits its recording.

    Attributes:
        warning: What does not fit, or None.
        unchecked: Why it could not be judged, or None.
    """

    warning: str | None = None
    unchecked: str | None = None


def choose_moments(
    cues: Sequence[Cue], windows: Sequence[Span], seconds: float | None
) -> tuple[float, ...]:
    """Return moments, each in a window in which words are to be recognised.

    Three, in equal parts of the recording: of each part the window that begins with most words of
    the transcript. The first and the last window, which often hold the same words in every
    recording of a series, are chosen only where there are too few others. Of two windows one is
    chosen, to be recognised as a whole.

    Args:
        cues: With times.
        windows: In which the recording is encoded, in seconds.
        seconds: Length of the recording, where it is known; windows after it are void.
    """
    within = [window for window in windows if seconds is None or window[1] <= seconds + 1.0]
    if len(within) < _STRETCHES:
        chosen = within[-1:] or list(windows[:1])
    elif len(within) < _STRETCHES + 2:
        chosen = within[-_STRETCHES:]
    else:
        chosen = _with_most_words(cues, within[1:-1])
    return tuple(sum(window) / 2 for window in chosen)


def _with_most_words(cues: Sequence[Cue], windows: Sequence[Span]) -> list[Span]:
    """Of each part of the windows, the one that begins with most words."""
    times = [word.time for word in words_of_cues(cues)]
    counts = [
        sum(start <= time < start + _STRETCH_SECONDS for time in times) for start, _ in windows
    ]
    edges = [part * len(windows) // _STRETCHES for part in range(_STRETCHES + 1)]
    parts = [range(low, high) for low, high in pairwise(edges)]
    return [windows[max(part, key=lambda i: counts[i])] for part in parts]


def judge_transcript(
    cues: Sequence[Cue],
    stretches: Sequence[Sequence[HeardWord]],
    language: str,
) -> Judgement:
    """Compare a timed transcript with what was recognised in a few stretches.

    Args:
        cues: With times of the recording.
        stretches: The words of each; those without words, or with doubtful ones, do not count.
        language: Spoken language, which the recogniser knows.
    """
    words = words_of_cues(cues)
    if language == "en" and not looks_english([word.text for word in words]):
        return Judgement(unchecked="its words do not look English")
    clear = [words_heard(s) for s in stretches if s and s[0].avg_logprob >= _CLEAR_LOGPROB]
    clear = [heard for heard in clear if len(content_words(heard)) >= _MIN_CONTENT_WORDS]
    if not clear:
        return Judgement(unchecked="too few words were recognised")
    shares = [share_near(heard, words) for heard in clear]
    offsets = [common_offset(heard, words) for heard in clear]
    wrong = [
        near < _MIN_SHARE_NEAR and shifted < _MIN_SHARE_SHIFTED
        for near, (_, shifted) in zip(shares, offsets, strict=True)
    ]
    if sum(wrong) > len(clear) / 2:
        where = [heard for heard, is_wrong in zip(clear, wrong, strict=True) if is_wrong]
        highest = max(share for share, is_wrong in zip(shares, wrong, strict=True) if is_wrong)
        return Judgement(
            f"may not be the right transcript: of the words heard at {_listed(where)} "
            + (f"at most {highest:.0%} stand there in it" if highest else "none stands in it")
        )
    return Judgement(_shift_warning(clear, offsets))


def _shift_warning(
    clear: Sequence[Sequence[SpokenWord]], offsets: Sequence[tuple[float, float]]
) -> str | None:
    shifted = [
        (heard, offset)
        for heard, (offset, share) in zip(clear, offsets, strict=True)
        if share >= _MIN_SHARE_SHIFTED and abs(offset) >= _SHIFT_SECONDS
    ]
    if not shifted:
        return None
    found = ", ".join(
        f"about {abs(offset):.0f} s {'late' if offset > 0 else 'early'} at {clock(heard[0].time)}"
        for heard, offset in shifted
    )
    return f"the times of the transcript differ from what is heard: {found}"


def _listed(stretches: Sequence[Sequence[SpokenWord]]) -> str:
    times = [clock(heard[0].time) for heard in stretches]
    return " and ".join([", ".join(times[:-1]), times[-1]] if times[1:] else times)


def is_unspoken(text: str, heard: Sequence[HeardWord], language: str, share_aligned: float) -> bool:
    """Whether a text without times is no transcript of what was heard: notes, another recording.

    True only where the recogniser was sure of its words and the text is in its language.

    Args:
        text: The whole text.
        heard: All words that were recognised.
        language: Spoken language, which the recogniser knows.
        share_aligned: Share of the text's words that were aligned to the same words as heard. In
            a short text it is high by chance: each word stands somewhere in a long recording.
    """
    words = [word.text for word in words_heard(heard)]
    written = fold_words(text)
    if len(words) < _MIN_HEARD_WORDS:
        return False
    logprob = sum(word.avg_logprob for word in heard) / len(heard)
    # A list of names and links has few frequent words: then the recording must be clear English.
    is_list = language == "en" and not looks_english(written)
    if logprob < (_CONFIDENT_LOGPROB if is_list else _CLEAR_LOGPROB):
        return False
    if is_list and not _is_latin(text):
        return False
    if share_aligned >= _MAX_SHARE_ALIGNED and len(written) > _SHORT * len(words):
        return False
    share = share_in_runs(written, words)
    if logprob < _CONFIDENT_LOGPROB:
        return share < _MAX_SHARE_IN_DOUBT
    return share < _MAX_SHARE_OF_NOTES or (
        share < _MAX_SHARE_OF_QUOTES
        and len(written) <= _SHORT * len(words)
        and share_of_parts_without_runs(written, words) >= _MIN_PARTS_UNHEARD
        and share_in_runs(words, written) < _MAX_HEARD_IN_QUOTES
    )


def _is_latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return sum(c < "\u0250" for c in letters) > 0.5 * len(letters)
