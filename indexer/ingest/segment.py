"""Cues to segments: the unit that is embedded and searched, about 15-30 s of speech."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.base.types import Cue, HeardWord, Segment, SegmentSettings, Sound, WordTime
from indexer.media.vad import Span
from indexer.transcripts.sentences import SENTENCE_END, split_sentences

# Conversational English, for texts that nothing times: 150 words a minute.
_WORDS_PER_SECOND = 2.5
_LONG_PAUSE_SECONDS = 1.5
# Of a segment: half a minute of the fastest speech has half as many. Words whose times say
# otherwise, as those put at the end of a recording that was cut, are still found in parts.
_MAX_LETTERS = 1_500
_MAX_CUE_WORDS = 60
# A second more than subtitles are shown at most (Netflix's Timed Text Style Guide, General
# Requirements: https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617). Of 183
# sentences of the demo 152 become cues of their own, 142 with seven seconds, 146 with no limit.
_MAX_CUE_SECONDS = 8.0
_MIN_CLAUSE_SECONDS = 1.5
# Nine of ten sentences are followed by a longer pause, and two of a thousand words in a clause.
_CLAUSE_PAUSE_SECONDS = 0.2
_CLAUSE_END = re.compile(r"[,;:\u2013\u2014-][\"'\u201d\u2019)\]]*\Z")


def words_to_cues(words: Sequence[HeardWord]) -> tuple[Cue, ...]:
    """Recognised words joined to one cue a sentence, cut also at long pauses.

    Of a sentence of more than eight seconds, the clauses between which the speaker pauses become
    cues: recognisers write a comma where speakers end a sentence.
    """
    pieces: list[list[HeardWord]] = []
    pending: list[HeardWord] = []
    for word in words:
        if pending and (
            word.start - pending[-1].end > _LONG_PAUSE_SECONDS or len(pending) >= _MAX_CUE_WORDS
        ):
            pieces.extend(_clauses(pending))
            pending = []
        pending.append(word)
        if SENTENCE_END.search(word.text) and not _abbreviated(word.text):
            pieces.extend(_clauses(pending))
            pending = []
    pieces.extend(_clauses(pending))
    return tuple(_spoken_cue(piece) for piece in pieces if piece)


def word_times(cues: Sequence[Cue], words: Sequence[HeardWord]) -> tuple[WordTime, ...]:
    """Return when each word of some cues is said; nothing where they are not those words."""
    said = [word for cue in cues for word in cue.text.split()]
    if said != [part for word in words for part in word.text.split()]:
        return ()
    return tuple(
        WordTime(round(word.start, 2), round(word.end, 2), word.confidence)
        for word in words
        for _ in word.text.split()
    )


def _clauses(words: list[HeardWord]) -> list[list[HeardWord]]:
    """The words, cut at the longest pauses behind commas until no piece lasts too long."""
    if not words or words[-1].end - words[0].start <= _MAX_CUE_SECONDS:
        return [words]
    pauses = [
        (after.start - before.end, i)
        for i, (before, after) in enumerate(pairwise(words), start=1)
        if _CLAUSE_END.search(before.text)
        and before.end - words[0].start >= _MIN_CLAUSE_SECONDS
        and words[-1].end - after.start >= _MIN_CLAUSE_SECONDS
    ]
    pause, at = max(pauses, default=(0.0, 0))
    if pause < _CLAUSE_PAUSE_SECONDS:
        return [words]
    return [*_clauses(words[:at]), *_clauses(words[at:])]


def _spoken_cue(words: Sequence[HeardWord]) -> Cue:
    return Cue(
        " ".join(word.text for word in words),
        round(words[0].start, 3),
        round(max(words[-1].end, words[0].start), 3),
        avg_logprob=round(float(np.mean([word.avg_logprob for word in words])), 4),
        no_speech_prob=round(float(np.mean([word.no_speech_prob for word in words])), 4),
    )


def _abbreviated(word: str) -> bool:
    """Whether a final dot belongs to the word ("Mr.", "J.") rather than ending a sentence.

    Not `ends_sentence`, whose splitter ends one between "Dr." and "Who": the recogniser has heard
    where sentences end, and only its dots of abbreviations mislead.
    """
    plain = word.rstrip(".").lower()
    return word.endswith(".") and (
        plain in {"mr", "mrs", "ms", "dr", "prof", "st", "vs", "no", "hon"}
        or (len(plain) == 1 and plain.isalpha())
    )


def split_cues(
    cues: Sequence[Cue], settings: SegmentSettings, language: str = "en"
) -> tuple[Cue, ...]:
    """Cut cues that are longer than a segment at sentence ends, else between words.

    The times of the pieces share the cue's by their letters. Untimed cues are estimated: the
    first starts at 0, each lasts as long as its words take to say.
    """
    return tuple(piece for pieces in _split(cues, settings, language) for piece in pieces)


def split_with_sounds(
    cues: Sequence[Cue],
    sounds: Sequence[Sound],
    settings: SegmentSettings,
    language: str = "en",
) -> tuple[tuple[Cue, ...], tuple[Sound, ...]]:
    """Cut cues like `split_cues`; sounds are numbered by the pieces.

    A sound within a cue that is cut belongs to the piece that is said at its time; without times,
    to the first.
    """
    split = _split(cues, settings, language)
    firsts = np.cumsum([0, *map(len, split)])
    placed = []
    for sound in sounds:
        number = min(sound.cue, len(split))
        pieces = split[number] if number < len(split) else ()
        later = [p.start for p in pieces[1:]] if sound.start is not None else []
        passed = sum(start is not None and start <= (sound.start or 0.0) for start in later)
        placed.append(replace(sound, cue=int(firsts[number]) + passed))
    return tuple(piece for pieces in split for piece in pieces), tuple(placed)


def time_sounds(sounds: Sequence[Sound], cues: Sequence[Cue]) -> tuple[Sound, ...]:
    """Give sounds without times those of their cue, as captions do.

    Args:
        sounds: Of a transcript.
        cues: Its cues, each with times; what follows the last one is timed by its end.
    """
    timed = []
    for sound in sounds:
        if sound.start is None and cues:
            cue = cues[min(sound.cue, len(cues) - 1)]
            start = cue.start if sound.cue < len(cues) else cue.end
            sound = replace(sound, start=start, end=cue.end)
        timed.append(sound)
    return tuple(timed)


def _split(cues: Sequence[Cue], settings: SegmentSettings, language: str) -> list[tuple[Cue, ...]]:
    """Return the pieces of each cue."""
    out: list[tuple[Cue, ...]] = []
    for cue in _estimated(cues):
        assert cue.start is not None and cue.end is not None
        if cue.end - cue.start <= settings.max_seconds and len(cue.text) <= _MAX_LETTERS:
            out.append((cue,))
            continue
        pieces = _pieces(cue, settings.max_seconds, language)
        edges = np.cumsum([0, *(len(piece) + 1 for piece in pieces)])
        times = cue.start + (cue.end - cue.start) * edges / edges[-1]
        # One word may be given for minutes; no piece is longer than a segment.
        out.append(
            tuple(
                replace(
                    cue,
                    text=piece,
                    start=float(start),
                    end=float(min(end, start + settings.max_seconds)),
                )
                for piece, start, end in zip(pieces, times[:-1], times[1:], strict=True)
            )
        )
    return out


def _pieces(cue: Cue, max_seconds: float, language: str) -> list[str]:
    """The cue's sentences, those still too long cut into equal runs of words."""
    assert cue.start is not None and cue.end is not None
    seconds_per_letter = (cue.end - cue.start) / max(1, len(cue.text))
    pieces: list[str] = []
    for sentence in split_sentences(cue.text, language):
        words = sentence.split()
        runs = int(np.ceil(len(sentence) * seconds_per_letter / max_seconds))
        runs = max(runs, -(-len(sentence) // _MAX_LETTERS))
        size = max(1, -(-len(words) // max(1, runs)))
        pieces.extend(" ".join(words[i : i + size]) for i in range(0, len(words), size))
    return pieces or [cue.text]


def _estimated(cues: Sequence[Cue]) -> list[Cue]:
    clock, out = 0.0, []
    for cue in cues:
        if cue.start is None or cue.end is None:
            seconds = max(0.4, len(cue.text.split()) / _WORDS_PER_SECOND)
            cue = replace(cue, start=round(clock, 3), end=round(clock + seconds, 3))
        clock = max(clock, cue.end or 0.0)
        out.append(cue)
    return out


def cut_segments(
    cues: Sequence[Cue],
    settings: SegmentSettings,
    *,
    timed: bool = True,
    whole_sentences: bool = False,
) -> tuple[Segment, ...]:
    """Join consecutive cues to segments.

    A segment ends at the first sentence end after `min_seconds`, at a long pause after
    `min_seconds`, or before the cue that would take it past `max_seconds`, or past what can be
    said in that time.

    Args:
        cues: as `split_cues` gives them, each with times and no longer than `max_seconds`.
        settings: lengths in seconds.
        timed: False marks the times as estimates.
        whole_sentences: Whether several cues may be one sentence, as those of `words_to_cues` are:
            then a segment that would grow too long ends before the sentence, not within it.
    """
    segments: list[Segment] = []
    letters = [0, *accumulate(len(cue.text) for cue in cues)]
    first = 0
    for i, cue in enumerate(cues):
        start = cues[first].start
        assert start is not None and cue.start is not None and cue.end is not None
        while i > first and cue.end - start > settings.max_seconds:
            end = _sentence_begin(cues, first, i) if whole_sentences else i
            segments.append(_segment(cues, first, end, timed))
            first = end
            start = cues[first].start
            assert start is not None
        if i > first and letters[i + 1] - letters[first] > _MAX_LETTERS:
            segments.append(_segment(cues, first, i, timed))
            first, start = i, cue.start
        is_last = i + 1 == len(cues)
        if is_last or (cue.end - start >= settings.min_seconds and _ends(cues, i)):
            segments.append(_segment(cues, first, i + 1, timed))
            first = i + 1
    return tuple(segments)


def _sentence_begin(cues: Sequence[Cue], first: int, last: int) -> int:
    """The cue behind `first` that begins the sentence of cue `last`; `last` where none does."""
    begins = (i for i in range(last, first, -1) if _ends(cues, i - 1))
    return next(begins, last)


def _ends(cues: Sequence[Cue], number: int) -> bool:
    """Whether a sentence, or speech before a long pause, ends with a cue; not the last one."""
    end, following = cues[number].end, cues[number + 1].start
    assert end is not None and following is not None
    pause = following - end > _LONG_PAUSE_SECONDS
    return pause or SENTENCE_END.search(cues[number].text) is not None


def _segment(cues: Sequence[Cue], first: int, last: int, timed: bool) -> Segment:
    chosen = cues[first:last]
    start, end = chosen[0].start, max(c.end or 0.0 for c in chosen)
    assert start is not None
    text = " ".join(c.text for c in chosen)
    return Segment(round(start, 3), round(max(start, end), 3), text, first, last, timed)


def segment_languages(
    segments: Sequence[Segment], stretches: Sequence[tuple[Span, str]], language: str
) -> dict[int, str]:
    """Return the languages of the segments that are in another one than most of a recording.

    Args:
        segments: Of the recording.
        stretches: With their languages, in order.
        language: Of most of it.
    """
    found = {}
    for number, segment in enumerate(segments if len(stretches) > 1 else ()):
        seconds: dict[str, float] = {}
        for (start, end), code in stretches:
            shared = min(end, segment.end) - max(start, segment.start)
            if shared > 0:
                seconds[code] = seconds.get(code, 0.0) + shared
        most = max(seconds, key=lambda each: seconds[each], default=language)
        if most != language:
            found[number] = most
    return found


def sound_segments(windows: Sequence[Span]) -> tuple[Segment, ...]:
    """Segments of a recording that nobody transcribed: one a window, without text."""
    return tuple(Segment(round(a, 3), round(b, 3), "", 0, 0) for a, b in windows)


def token_bounds(
    segments: Sequence[Segment], token_times: NDArray[np.float32]
) -> NDArray[np.int64]:
    """`[n_segments, 2]`: the tokens whose middle lies within each segment."""
    starts = np.array([s.start for s in segments], dtype=np.float64)
    ends = np.array([s.end for s in segments], dtype=np.float64)
    low = np.searchsorted(token_times, starts, side="left")
    high = np.searchsorted(token_times, ends, side="left")
    return np.stack([low, np.maximum(low, high)], axis=1).astype(np.int64).reshape(-1, 2)
