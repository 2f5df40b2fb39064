"""Amazon Transcribe: `results.items`, a word or a mark each, with seconds in strings.

Source: https://docs.aws.amazon.com/transcribe/latest/dg/diarization-output-batch.html and
https://docs.aws.amazon.com/transcribe/latest/dg/call-analytics-batch.html
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_segments import (
    language_of,
    objects,
    peek_json,
    read_json,
    seconds,
    speaker,
)
from indexer.transcripts.transcript import Transcript, timed_transcript


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by items with alternatives, or by the turns of Call Analytics."""
    data = peek_json(text, extension, "alternatives", "items")
    if _items(data):
        return True
    return bool(_calls(peek_json(text, extension, "BeginOffsetMillis", "Content")))


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the items and join them into the sentences of a speaker.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: There are no words.
    """
    data = read_json(text)
    results = data.get("results")
    results = results if isinstance(results, dict) else {}
    named = language_of(
        results.get("language_code"), data.get("LanguageCode"), data.get("language_code")
    )
    turns = _calls(data)
    if turns:
        return timed_transcript(map(_turn, turns), "amazon-json", named)
    who = {
        item.get("start_time"): speaker(item.get("speaker_label"))
        for segment in objects(results.get("speaker_labels"), "segments")
        for item in [*objects(segment, "items"), segment]
    }
    words = [word for item in _items(data) if (word := _word(item, who)) is not None]
    return timed_transcript(joined(words, named or language), "amazon-json", named)


def _items(data: Any) -> list[dict[str, Any]]:
    results = data.get("results") if isinstance(data, dict) else None
    items = objects(results, "items")
    return items if items and "alternatives" in items[0] and "type" in items[0] else []


def _calls(data: Any) -> list[dict[str, Any]]:
    return [turn for turn in objects(data, "Transcript") if "BeginOffsetMillis" in turn]


def _turn(turn: dict[str, Any]) -> Cue:
    return Cue(
        str(turn.get("Content", "")),
        seconds(turn["BeginOffsetMillis"], 0.001),
        seconds(turn.get("EndOffsetMillis"), 0.001),
        speaker(turn.get("ParticipantRole")) or speaker(turn.get("ParticipantId")),
    )


def _word(item: dict[str, Any], who: dict[Any, str | None]) -> Cue | None:
    choices = objects(item, "alternatives")
    if not choices:
        return None
    said = str(choices[0].get("content", ""))
    if item.get("type") == "punctuation":
        # It has no times, and belongs to the word before it.
        return Cue(said, None, None)
    start = item.get("start_time")
    name = speaker(item.get("speaker_label")) or who.get(start)
    return Cue(said, seconds(start), seconds(item.get("end_time")), name)


TRANSCRIPT_FORMATS.add(
    "amazon-json",
    TranscriptFormat(
        (".json",), True, sniff, parse, (b'"speaker_labels"', b'"BeginOffsetMillis"', b'"items"')
    ),
    order=50,
)
