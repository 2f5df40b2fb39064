"""Transcripts of all formats read into cues, and found beside their recordings."""

from indexer.base.types import Cue
from indexer.transcripts.formats import transcript_extensions
from indexer.transcripts.pairing import find_transcript
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript, TranscriptError

__all__ = [
    "Cue",
    "Transcript",
    "TranscriptError",
    "find_transcript",
    "read_transcript",
    "split_sentences",
    "transcript_extensions",
]
