"""Transcripts of all formats read into cues, and found beside their recordings.

What can be imported from here is loaded when first used: an export needs no search for transcripts.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.base.types import Cue
    from indexer.transcripts.errors import TranscriptError
    from indexer.transcripts.formats import transcript_extensions
    from indexer.transcripts.pairing import find_transcript
    from indexer.transcripts.reader import read_transcript
    from indexer.transcripts.sentences import split_sentences
    from indexer.transcripts.transcript import Transcript

_HOME = {
    "Cue": "indexer.base.types",
    "Transcript": "indexer.transcripts.transcript",
    "TranscriptError": "indexer.transcripts.errors",
    "find_transcript": "indexer.transcripts.pairing",
    "read_transcript": "indexer.transcripts.reader",
    "split_sentences": "indexer.transcripts.sentences",
    "transcript_extensions": "indexer.transcripts.formats",
}
__all__ = [
    "Cue",
    "Transcript",
    "TranscriptError",
    "find_transcript",
    "read_transcript",
    "split_sentences",
    "transcript_extensions",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'indexer.transcripts' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)
