"""AssemblyAI: `utterances` and `words`, in milliseconds.

Source: https://www.assemblyai.com/docs/api-reference/transcripts/get
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
    """Recognise JSON by words that have a `text`, in an object with no segments."""
    return bool(_words(peek_json(text, extension, "words", "text", "start")))


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the words, joined into the sentences of a speaker.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: There are no words.
    """
    data = read_json(text)
    named = language_of(data.get("language_code"))
    said = _words(data)
    # Services that copied the shape write seconds, with decimals.
    scale = 0.001 if all(isinstance(word["start"], int) for word in said) else 1.0
    words = [
        Cue(
            str(word["text"]),
            seconds(word.get("start"), scale),
            seconds(word.get("end"), scale),
            speaker(word.get("speaker")) or speaker(word.get("channel")),
        )
        for word in said
    ]
    return timed_transcript(joined(words, named or language), "assemblyai-json", named)


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


TRANSCRIPT_FORMATS.add(
    "assemblyai-json",
    TranscriptFormat((".json",), True, sniff, parse, (b'"utterances"', b'"audio_url"')),
    order=53,
)
