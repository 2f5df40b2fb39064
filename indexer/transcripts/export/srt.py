"""SRT: `Speaker: words`, sounds in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.base.timecode import caption_clock
from indexer.base.types import Cue, Sound
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS, TranscriptExport
from indexer.transcripts.export.text_lines import most_faithful
from indexer.transcripts.stored_entries import one_line


def write(transcript: DocumentTranscript) -> str:
    """Write a cue a block, times in milliseconds.

    A name holds in SRT until the next one: `>>` stands where a cue without a speaker follows, and
    names are in brackets where they would not be taken for such. SRT cannot carry words that look
    like its mark-up (`<i>`, `&amp;`), names with a colon, or repetitions that no one has the time
    to say.
    """
    return most_faithful(_texts(transcript), ".srt", transcript)


def _texts(transcript: DocumentTranscript) -> Iterator[str]:
    for name, change in (("{}: ", False), ("{}: ", True), ("[{}]: ", True), ("[{}]: ", False)):
        yield "".join(_blocks(transcript, name, change))


def _blocks(transcript: DocumentTranscript, name: str, change: bool) -> Iterator[str]:
    named = False  # the cue before
    entries = (e for e in transcript.entries() if e.start is not None and e.end is not None)
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, Sound):
            text = f"[{one_line(entry.label)}]"
        else:
            text = _text(entry, name, change and named)
            named = bool(entry.speaker)
        start, end = (caption_clock(seconds or 0.0, ",") for seconds in (entry.start, entry.end))
        yield f"{number}\n{start} --> {end}\n{text}\n\n"


def _text(cue: Cue, name: str, change: bool) -> str:
    speaker, text = one_line(cue.speaker or ""), one_line(cue.text)
    if speaker:
        return name.format(speaker) + text
    # `>>` makes a name of words before a colon; `>>>>` does not.
    return ((">>>> " if ":" in text else ">> ") if change else "") + text


TRANSCRIPT_EXPORTS.add("srt", TranscriptExport(write, timed_only=True), order=30)
