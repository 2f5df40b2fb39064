"""WebVTT: speakers as voices, sounds in brackets; `indexer.transcripts.formats.hilbert_vtt` reads
it back as it is.

Source: https://www.w3.org/TR/webvtt1/
"""

from __future__ import annotations

import html

from indexer.base.timecode import caption_clock
from indexer.base.types import Cue, Sound
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS, TranscriptExport
from indexer.transcripts.formats.hilbert_vtt import MARK
from indexer.transcripts.stored_entries import one_line


def write(transcript: DocumentTranscript) -> str:
    """Write a cue a block, times in milliseconds.

    Confidence, chapters and description are left out.
    """
    head = ["WEBVTT"]
    if transcript.language:
        head.append(f"Language: {one_line(transcript.language)}")
    head += ["", MARK, f"words from: {transcript.text_source}", ""]
    return "\n".join(head) + "\n" + "".join(map(_block, transcript.entries()))


def _block(entry: Cue | Sound) -> str:
    if entry.start is None or entry.end is None:
        return ""
    times = f"{caption_clock(entry.start)} --> {caption_clock(entry.end)}"
    return f"{times}\n{_payload(entry)}\n\n"


def _payload(entry: Cue | Sound) -> str:
    if isinstance(entry, Sound):
        return f"<c.sound>[{_escaped(entry.label)}]</c>"
    voice = f"<v {_escaped(entry.speaker)}>" if entry.speaker else ""
    return voice + _escaped(entry.text)


def _escaped(text: str) -> str:
    return html.escape(one_line(text), quote=False)


TRANSCRIPT_EXPORTS.add("vtt", TranscriptExport(write, timed_only=True), order=20)
