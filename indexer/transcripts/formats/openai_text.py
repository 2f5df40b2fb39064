"""`{"text": "..."}`: the words alone, as OpenAI's newer models answer.

Source: https://platform.openai.com/docs/api-reference/audio (`json` of gpt-4o-transcribe).
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import language_of, peek_json, read_json
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript, untimed_transcript

_TIMED = ("segments", "words", "chunks", "utterances", "transcription")


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by a text beside which no list has times."""
    return _is_text(peek_json(text, extension, "text"))


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the text, an untimed cue a sentence.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: There are no words.
    """
    data = read_json(text)
    named = language_of(data.get("language"))
    sentences = (
        sentence
        for paragraph in data["text"].split("\n\n")
        for sentence in split_sentences(paragraph, named or language)
    )
    return untimed_transcript(
        (Cue(sentence, None, None) for sentence in sentences), "openai-text", named
    )


def _is_text(data: Any) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        return False
    return not any(data.get(key) for key in _TIMED)


# Beside no recording, much JSON has a text: what a model used to make it marks a transcript.
TRANSCRIPT_FORMATS.add(
    "openai-text", TranscriptFormat((".json",), False, sniff, parse, (b'"usage"',)), order=700
)
