"""Transcripts: WebVTT, SRT, Whisper and Podcasting 2.0 JSON, turns and plain text into cues."""

from indexer.base.types import Cue
from indexer.transcripts.reader import TRANSCRIPT_EXTENSIONS, find_transcript, read_transcript
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript, TranscriptError

__all__ = [
    "TRANSCRIPT_EXTENSIONS",
    "Cue",
    "Transcript",
    "TranscriptError",
    "find_transcript",
    "read_transcript",
    "split_sentences",
]
