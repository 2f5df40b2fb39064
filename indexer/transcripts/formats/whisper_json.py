"""Whisper's JSON: of openai-whisper, faster-whisper, WhisperX, whisper.cpp and OpenAI's service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.durations import in_seconds
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.fragments import as_written, joined
from indexer.transcripts.json_segments import (
    MARKERS,
    closed,
    finite_number,
    language_of,
    objects,
    read_json,
    read_segments,
    refuse_if_none_has_times,
    seconds,
    speaker,
)
from indexer.transcripts.markup import flat
from indexer.transcripts.notes import Notes
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_SEGMENTS = ("segments", "transcription")


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by its list of segments or words; such JSON that is broken as well."""
    if extension != ".json":
        return False
    try:
        return is_whisper(read_json(text))
    except TranscriptError:
        return any(f'"{key}"' in text for key in (*_SEGMENTS, "words"))


def is_whisper(data: Any) -> bool:
    """Whether JSON has segments with texts and times as Whisper names them, or words alone."""
    if _words_alone(data) is not None:
        return True
    listed = objects(data) or next(filter(None, (objects(data, key) for key in _SEGMENTS)), [])
    timed = (each for each in listed if "text" in each)
    return any(("start" in each and "end" in each) or "offsets" in each for each in timed)


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read `segments` (start, end, text) or whisper.cpp's `transcription`.

    A segment with several sentences, or with words of several speakers, becomes a cue each, timed
    by its words. Where OpenAI's service was asked for words only, they are joined into sentences.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: It is not such JSON, or no segment has text and times.
    """
    alone = _words_alone(read_json(text))
    if alone is not None:
        named = language_of(alone.get("language"))
        words = in_seconds([_word(word) for word in objects(alone, "words")])
        whole = alone.get("text", alone.get("transcript"))
        if isinstance(whole, str):
            words = as_written(words, whole)
        return timed_transcript(joined(closed(words), named or language), "whisper-json", named)
    data, segments = read_segments(text)
    result = data.get("result")
    named = language_of(
        data.get("language"), result.get("language") if isinstance(result, Mapping) else None
    )
    notes = Notes()
    wholes = []
    for number, segment in enumerate(segments, start=1):
        whole = _segment(segment)
        if whole is None:
            notes.add("it lacks a start, an end or a text, so it is left out", f"segment {number}")
        else:
            wholes.append((whole, segment))
    if segments and not wholes:
        raise TranscriptError(
            "segment 1: it lacks a start, an end or a text; export the transcript again"
        )
    refuse_if_none_has_times(whole for whole, _ in wholes)
    if not any("offsets" in segment for _, segment in wholes):
        in_time = in_seconds([whole for whole, _ in wholes])
        wholes = [(whole, given) for whole, (_, given) in zip(in_time, wholes, strict=True)]
    cues = [
        cue
        for whole, segment in wholes
        for cue in _by_words(whole, objects(segment, "words"), named or language)
    ]
    return timed_transcript(cues, "whisper-json", named, notes)


def _words_alone(data: Any) -> dict[str, Any] | None:
    """The object where it has timed words and no segments."""
    if not isinstance(data, dict) or data.get("segments") or data.get("transcription"):
        return None
    words = objects(data, "words")
    return data if words and all("word" in word and "start" in word for word in words) else None


def _segment(segment: dict[str, Any]) -> Cue | None:
    if not isinstance(segment.get("text"), str):
        return None
    offsets = segment.get("offsets")
    if isinstance(offsets, dict):  # whisper.cpp, in milliseconds
        start, end = seconds(offsets.get("from"), 0.001), seconds(offsets.get("to"), 0.001)
    else:
        if "start" not in segment or "end" not in segment:
            return None
        start, end = seconds(segment["start"]), seconds(segment["end"])
    return Cue(
        flat(segment["text"]),
        start,
        end,
        _name(segment),
        finite_number(segment.get("avg_logprob")),
        finite_number(segment.get("no_speech_prob")),
    )


def _name(segment: dict[str, Any]) -> str | None:
    """Who speaks; Podlove has the name as `voice`, beside a number."""
    name, voice = speaker(segment.get("speaker")), speaker(segment.get("voice"))
    name = name or speaker(segment.get("diarization"))
    return voice if voice and (name is None or name.isdecimal()) else name


def _by_words(cue: Cue, words: list[dict[str, Any]], language: str) -> Iterator[Cue]:
    """The cue's sentences and turns with the times of their words; the cue where that fails."""
    timed = [_word(word) for word in words]
    # Counting letters, not words: tokens may split "well-known" in two.
    letters = [_letters(word.text) for word in timed]
    if not timed or sum(letters) != _letters(cue.text):
        yield cue
        return
    pieces = [
        piece
        for name, text in _turns(cue, timed, letters)
        for piece in ((name, sentence) for sentence in split_sentences(text, language))
    ]
    if len(pieces) < 2:
        yield replace(cue, speaker=pieces[0][0]) if pieces else cue
        return
    first = read = wanted = 0
    before = cue.start
    for number, (name, sentence) in enumerate(pieces, start=1):
        wanted += _letters(sentence)
        last = first
        while last < len(timed) and read < wanted:
            read += letters[last]
            last += 1
        spoken = timed[first:last] or timed[max(0, first - 1) : first]
        first = last
        # WhisperX leaves out the times of a word that it could not align.
        starts = [word.start for word in spoken if word.start is not None]
        ends = [word.end for word in spoken if word.end is not None]
        if not starts or not ends:
            following = (word.start for word in timed[last:] if word.start is not None)
            after = cue.end if number == len(pieces) else next(following, cue.end)
            starts, ends = starts or _known(before), ends or _known(after)
        start, end = min(starts, default=None), max(ends, default=None)
        before = end
        yield replace(cue, text=sentence, start=start, end=end, speaker=name)


def _turns(cue: Cue, words: list[Cue], letters: list[int]) -> list[tuple[str | None, str]]:
    """The cue's text, cut where another speaker's words begin."""
    turns: list[tuple[str | None, str]] = []
    name, read, at, begin = cue.speaker, 0, 0, 0
    ends = [i + 1 for i, letter in enumerate(cue.text) if not letter.isspace()]
    for word, length in zip(words, letters, strict=True):
        said_by = word.speaker or name
        if said_by != name and length:
            if cue.text[begin:at].strip():
                turns.append((name, cue.text[begin:at]))
            name, begin = said_by, at
        read += length
        at = ends[read - 1] if read else 0
    return [*turns, (name, cue.text[begin:])]


def _word(word: dict[str, Any]) -> Cue:
    return Cue(
        str(word.get("word", "")),
        seconds(word.get("start")),
        seconds(word.get("end")),
        speaker(word.get("speaker")),
    )


def _known(time: float | None) -> list[float]:
    return [] if time is None else [time]


def _letters(text: str) -> int:
    return sum(not character.isspace() for character in text)


# After all other formats of JSON: its messages say what is wrong with JSON of no format.
TRANSCRIPT_FORMATS.add(
    "whisper-json",
    TranscriptFormat((".json",), True, sniff, parse, (*MARKERS, b'"words"')),
    order=800,
)
