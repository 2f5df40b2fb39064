"""Whisper's JSON: of openai-whisper, faster-whisper and WhisperX, and of whisper.cpp."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import MARKERS, read_segments
from indexer.transcripts.markup import flat
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import (
    Transcript,
    TranscriptError,
    check_times,
    timed_transcript,
)


def sniff(text: str, extension: str) -> bool:
    """Take every `.json` file that no other format recognised."""
    return extension == ".json"


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read `segments` (start, end, text) or whisper.cpp's `transcription`.

    A segment with several sentences and with word times becomes a cue a sentence, exactly timed.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: It is not such JSON, or a segment lacks text or times, or has impossible
            ones.
    """
    data, segments = read_segments(text)
    named = data.get("language")
    if not isinstance(named, str):
        result = data.get("result")
        named = result.get("language") if isinstance(result, Mapping) else None
    cues = [
        cue
        for number, segment in enumerate(segments, start=1)
        for cue in _cues(segment, f"segment {number}", named or language)
    ]
    return timed_transcript(cues, "whisper-json", named)


def _cues(segment: Any, where: str, language: str) -> Iterator[Cue]:
    try:
        if "offsets" in segment:  # whisper.cpp, in milliseconds
            start = float(segment["offsets"]["from"]) / 1000
            end = float(segment["offsets"]["to"]) / 1000
        else:
            start, end = float(segment["start"]), float(segment["end"])
        text = flat(str(segment["text"]))
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise TranscriptError(
            f"{where}: it lacks a start, an end or a text; export the transcript again"
        ) from error
    check_times(start, end, where)
    whole = Cue(
        text,
        start,
        end,
        _text_or_none(segment.get("speaker")),
        _number_or_none(segment.get("avg_logprob")),
        _number_or_none(segment.get("no_speech_prob")),
    )
    yield from _by_words(whole, segment.get("words"), language)


def _by_words(cue: Cue, words: Any, language: str) -> Iterator[Cue]:
    """The cue's sentences with the times of their words; the cue itself where that fails."""
    sentences = split_sentences(cue.text, language)
    spoken = [_word(word) for word in words] if isinstance(words, list) else []
    timed = [word for word in spoken if word is not None]
    # Counting letters, not words: tokens may split "well-known" in two.
    letters = [_letters(text) for text, _, _ in timed]
    if len(sentences) < 2 or len(timed) != len(spoken) or sum(letters) != _letters(cue.text):
        yield cue
        return
    first = read = wanted = 0
    for sentence in sentences:
        wanted += _letters(sentence)
        last = first
        while last < len(timed) and read < wanted:
            read += letters[last]
            last += 1
        start, end = timed[first][1], timed[max(first, last - 1)][2]
        check_times(start, end, f'"{sentence[:30]}"')
        yield Cue(sentence, start, end, cue.speaker, cue.avg_logprob, cue.no_speech_prob)
        first = min(last, len(timed) - 1)


def _word(word: Any) -> tuple[str, float, float] | None:
    # WhisperX leaves out the times of a word it could not align.
    try:
        return str(word["word"]), float(word["start"]), float(word["end"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return None


def _letters(text: str) -> int:
    return sum(not character.isspace() for character in text)


def _text_or_none(value: Any) -> str | None:
    return flat(value) or None if isinstance(value, str) else None


def _number_or_none(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


# After all other formats of JSON: it takes what they leave, with a message where it is none.
TRANSCRIPT_FORMATS.add(
    "whisper-json", TranscriptFormat((".json",), True, sniff, parse, MARKERS), order=800
)
