"""`chunks` with `timestamp` pairs: pipelines of Hugging Face, and insanely-fast-whisper.

Source: https://huggingface.co/docs/transformers/main_classes/pipelines (automatic speech
recognition, `return_timestamps`). The last pair may be open. Where speakers were told apart,
insanely-fast-whisper has the same words once more under `speakers`, with who says them.
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_segments import (
    closed,
    language_of,
    objects,
    peek_json,
    read_json,
    seconds,
    speaker,
)
from indexer.transcripts.transcript import Transcript, timed_transcript


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by its chunks."""
    return bool(_chunks(peek_json(text, extension, "chunks", "timestamp")))


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the chunks; chunks of single words are joined into sentences.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: There are no words.
    """
    data = read_json(text)
    cues = [_cue(chunk) for chunk in _chunks(data)]
    named = language_of(data.get("language"))
    words = sum(len(cue.text.split()) for cue in cues)
    if words < 1.5 * len(cues):
        cues = list(joined(closed(cues), named or language))
    return timed_transcript(closed(cues), "hf-chunks", named)


def _chunks(data: Any) -> list[dict[str, Any]]:
    for key in ("speakers", "chunks"):
        chunks = objects(data, key)
        if chunks and all("text" in chunk and "timestamp" in chunk for chunk in chunks):
            return chunks
    return []


def _cue(chunk: dict[str, Any]) -> Cue:
    pair = chunk["timestamp"]
    start, end = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return Cue(str(chunk["text"]), seconds(start), seconds(end), speaker(chunk.get("speaker")))


TRANSCRIPT_FORMATS.add(
    "hf-chunks", TranscriptFormat((".json",), True, sniff, parse, (b'"chunks"',)), order=40
)
