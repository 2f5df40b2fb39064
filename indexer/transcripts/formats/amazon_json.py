"""Amazon Transcribe: `results.items`, a word or a mark each, with seconds in strings.

Source: https://docs.aws.amazon.com/transcribe/latest/dg/diarization-output-batch.html and
https://docs.aws.amazon.com/transcribe/latest/dg/call-analytics-batch.html
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import language_of, objects, seconds, speaker


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


def _word(item: dict[str, Any], who: dict[str, str | None]) -> Cue | None:
    choices = objects(item, "alternatives")
    if not choices:
        return None
    said = str(choices[0].get("content", ""))
    if item.get("type") == "punctuation":
        # It has no times, and belongs to the word before it.
        return Cue(said, None, None)
    start = item.get("start_time")
    name = speaker(item.get("speaker_label")) or who.get(str(start))
    name = name or speaker(item.get("channel_label"))
    return Cue(said, seconds(start), seconds(item.get("end_time")), name)


def _find(data: Any) -> object:
    return _items(data) or _calls(data)


def _read(data: Any, language: str) -> JsonCues:
    """Read the items, joined into the sentences of a speaker, or the turns of a call."""
    results = data.get("results")
    results = results if isinstance(results, dict) else {}
    named = language_of(
        results.get("language_code"), data.get("LanguageCode"), data.get("language_code")
    )
    if turns := _calls(data):
        return JsonCues(map(_turn, turns), named)
    who = {
        str(item.get("start_time")): speaker(item.get("speaker_label"))
        for segment in objects(results.get("speaker_labels"), "segments")
        for item in [*objects(segment, "items"), segment]
    }
    cues: list[Cue] = []
    for items in _by_channel(results, _items(data)):
        words = [word for item in items if (word := _word(item, who)) is not None]
        cues.extend(joined(words, named or language))
    return JsonCues(cues, named)


def _by_channel(results: dict[str, Any], items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The items of each channel, named by it: people who talk at once are not mixed."""
    channels = [
        [{"channel_label": channel.get("channel_label"), **item} for item in of_channel]
        for channel in objects(results.get("channel_labels"), "channels")
        if (of_channel := objects(channel, "items"))
    ]
    if channels:
        return channels
    parts: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        parts.setdefault(str(item.get("channel_label")), []).append(item)
    return list(parts.values())


add_json_format(
    "amazon-json",
    JsonShape(
        keys=(("alternatives", "items"), ("BeginOffsetMillis", "Content")),
        find=_find,
        read=_read,
        markers=(b'"speaker_labels"', b'"BeginOffsetMillis"', b'"audio_segments"', b'"jobName"'),
    ),
    order=50,
)
