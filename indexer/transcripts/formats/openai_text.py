"""`{"text": "..."}`: the words alone, as OpenAI's newer models answer.

Source: https://platform.openai.com/docs/api-reference/audio (`json` of gpt-4o-transcribe).
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import language_of
from indexer.transcripts.sentences import split_sentences

_TIMED = ("segments", "words", "chunks", "utterances", "transcription")


def _is_text(data: Any) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        return False
    return not any(data.get(key) for key in _TIMED)


def _read(data: Any, language: str) -> JsonCues:
    """Read the text, an untimed cue a sentence."""
    named = language_of(data.get("language"))
    sentences = (
        sentence
        for paragraph in data["text"].split("\n\n")
        for sentence in split_sentences(paragraph, named or language)
    )
    return JsonCues((Cue(sentence, None, None) for sentence in sentences), named)


# Beside no recording, much JSON has a text: what a model used to make it marks a transcript.
add_json_format(
    "openai-text",
    JsonShape((("text",),), _is_text, _read, (b'"usage"',), timed=False),
    order=700,
)
