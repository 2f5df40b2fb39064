"""`chunks` with `timestamp` pairs: pipelines of Hugging Face, and insanely-fast-whisper.

Source: https://huggingface.co/docs/transformers/main_classes/pipelines (automatic speech
recognition, `return_timestamps`). The last pair may be open. Where speakers were told apart,
insanely-fast-whisper has the same words once more under `speakers`, with who says them.
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import closed, language_of, objects, seconds, speaker


def _chunks(data: Any) -> list[dict[str, Any]]:
    for chunks in (objects(data, "speakers"), objects(data, "chunks"), objects(data)):
        if chunks and all(map(_is_chunk, chunks)):
            return chunks
    return []


def _is_chunk(chunk: dict[str, Any]) -> bool:
    """Whether it has words and two times; clocks and lists of the times of words are others'."""
    if "text" not in chunk or "timestamp" not in chunk:
        return False
    pair = chunk["timestamp"]
    is_list = isinstance(pair, list) and not any(isinstance(each, list) for each in pair)
    return pair is None or is_list


def _cue(chunk: dict[str, Any]) -> Cue:
    pair = chunk["timestamp"]
    start, end = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return Cue(str(chunk["text"]), seconds(start), seconds(end), speaker(chunk.get("speaker")))


def _read(data: Any, language: str) -> JsonCues:
    """Read the chunks; chunks of single words are joined into sentences."""
    cues = [_cue(chunk) for chunk in _chunks(data)]
    named = language_of(data.get("language")) if isinstance(data, dict) else None
    words = sum(len(cue.text.split()) for cue in cues)
    if words < 1.5 * len(cues):
        cues = list(joined(closed(cues), named or language))
    return JsonCues(closed(cues), named)


add_json_format(
    "hf-chunks",
    JsonShape((("text", "timestamp"),), _chunks, _read, (b'"chunks"',)),
    order=40,
)
