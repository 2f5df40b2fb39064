"""Transcripts: WebVTT, SRT, Whisper and Podcasting 2.0 JSON, turns and plain text into cues."""

from indexer.transcripts.model import Cue, Transcript, TranscriptError
from indexer.transcripts.read import TRANSCRIPT_EXTENSIONS, find_transcript, read_transcript
from indexer.transcripts.sentences import split_sentences

__all__ = [
    "TRANSCRIPT_EXTENSIONS",
    "Cue",
    "Transcript",
    "TranscriptError",
    "find_transcript",
    "read_transcript",
    "split_sentences",
]
