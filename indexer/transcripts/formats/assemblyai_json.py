"""AssemblyAI: `utterances` and `words`, in milliseconds.

Source: https://www.assemblyai.com/docs/api-reference/transcripts/get
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import language_of, objects, seconds, speaker

_SPEAKERS = ("speaker", "speaker_id", "channel")


def _words(data: Any) -> list[dict[str, Any]]:
    """All words; those of the utterances where speakers were told apart."""
    if not isinstance(data, dict) or "segments" in data:
        return []
    utterances = objects(data, "utterances")
    words = [word for utterance in utterances for word in objects(utterance, "words")]
    if not words and utterances and "text" in utterances[0]:
        words = utterances
    words = words or objects(data, "words")
    return words if words and all("text" in word and "start" in word for word in words) else []


def _read(data: Any, language: str) -> JsonCues:
    """Read the words, joined into the sentences of a speaker."""
    named = language_of(data.get("language_code"))
    said = _words(data)
    # Services that copied the shape write seconds, with decimals.
    scale = 0.001 if all(isinstance(word["start"], int) for word in said) else 1.0
    named_by_time = _paragraphs(data)
    words = [
        Cue(
            str(word["text"]),
            seconds(word.get("start"), scale),
            seconds(word.get("end"), scale),
            next(filter(None, (speaker(word.get(key)) for key in _SPEAKERS)), None)
            or _at(named_by_time, word["start"]),
        )
        for word in said
    ]
    return JsonCues(joined(words, named or language), named)


def _paragraphs(data: Any) -> list[tuple[float, str | None]]:
    """Where paragraphs begin, in the unit of the file, and who speaks there: of the BBC's editor.

    Source: https://github.com/bbc/react-transcript-editor (`words` and `paragraphs`).
    """
    begun = ((seconds(each.get("start")), each) for each in objects(data, "paragraphs"))
    found = [(start, speaker(each.get("speaker"))) for start, each in begun if start is not None]
    return sorted(found, key=lambda pair: pair[0])


def _at(paragraphs: list[tuple[float, str | None]], start: Any) -> str | None:
    """Who speaks at a time."""
    time = seconds(start)
    after = bisect_right(paragraphs, time, key=lambda pair: pair[0]) if time is not None else 0
    return paragraphs[after - 1][1] if after else None


add_json_format(
    "assemblyai-json",
    JsonShape((("text", "start"),), _words, _read, (b'"utterances"', b'"audio_url"')),
    order=53,
)
