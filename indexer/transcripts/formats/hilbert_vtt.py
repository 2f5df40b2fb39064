"""WebVTT that hilbert wrote: read as it is, for nothing in it needs to be repaired or judged.

The common reader of WebVTT judges what is a name, a sound or a repetition. Here all that is
written already. A file that somebody changed beyond this form is left to the common reader.
"""

from __future__ import annotations

import html
import re

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue, Sound
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.stored_entries import Entry, stored_transcript
from indexer.transcripts.transcript import Transcript

MARK = "NOTE hilbert transcript"
_LANGUAGE = re.compile(r"\nLanguage: ([A-Za-z]{2,3})\n")
_HEAD = re.compile(rf"WEBVTT\n(?:[^\n]+\n)*\n{MARK}\n(?:[^\n]+\n)*\n")
_CLOCK = r"\d{2,}:\d\d:\d\d\.\d{3}"
_BLOCK = re.compile(rf"\n*({_CLOCK}) --> ({_CLOCK})\n([^\n]+)(?:\n\n|\n*\Z)")
_SOUND = re.compile(r"<c\.sound>\[([^<>]*)\]</c>")
_SPOKEN = re.compile(r"(?:<v ([^<>]+)>)?([^<>]+)")


def sniff(text: str, extension: str) -> bool:
    """Recognise WebVTT that hilbert wrote, by its note and by the form of all of it."""
    return MARK in text[:1000] and _entries(text) is not None


def parse(text: str, extension: str = ".vtt", language: str = "en") -> Transcript:
    """Read cues and sounds as they are written.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: Not used; a `Language:` line of the header becomes the transcript's.

    Raises:
        TranscriptError: It holds no words.
    """
    language_line = _LANGUAGE.search(text[:1000])
    named = language_line[1].lower() if language_line else None
    return stored_transcript(_entries(text) or (), "hilbert-vtt", named)


def _entries(text: str) -> list[Entry] | None:
    """Read all blocks; None where anything has another form."""
    head = _HEAD.match(text)
    if head is None:
        return None
    found: list[Entry] = []
    position = head.end()
    while position < len(text):
        block = _BLOCK.match(text, position)
        entry = _entry(block) if block else None
        if block is None or entry is None:
            return None if text[position:].strip() else found
        found.append(entry)
        position = block.end()
    return found


def _entry(block: re.Match[str]) -> Entry | None:
    start, end = read_caption_clock(block[1]), read_caption_clock(block[2])
    if start is None or end is None or end < start:
        return None
    if sound := _SOUND.fullmatch(block[3]):
        return Sound(html.unescape(sound[1]), start, end, 0)
    spoken = _SPOKEN.fullmatch(block[3])
    if spoken is None:
        return None
    speaker = html.unescape(spoken[1]) if spoken[1] else None
    return Cue(html.unescape(spoken[2]), start, end, speaker)


TRANSCRIPT_FORMATS.add("hilbert-vtt", TranscriptFormat((".vtt",), True, sniff, parse), order=5)
