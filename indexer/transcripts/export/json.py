"""JSON: all that is stored, as the README documents it."""

from __future__ import annotations

import json

from indexer.base.json_schema import versioned
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS, TranscriptExport


def write(transcript: DocumentTranscript) -> str:
    """Write cues, segments, sounds, chapters, description and warnings, indented."""
    return json.dumps(versioned(transcript.to_dict()), ensure_ascii=False, indent=2) + "\n"


TRANSCRIPT_EXPORTS.add("json", TranscriptExport(write), order=10)
