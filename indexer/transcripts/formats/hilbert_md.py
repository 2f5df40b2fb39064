"""Markdown that hilbert wrote: read as it is, like `indexer.transcripts.formats.hilbert_vtt`."""

from __future__ import annotations

import re
from dataclasses import replace

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue, Sound
from indexer.transcripts.durations import open_end
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.stored_entries import Entry, stored_transcript
from indexer.transcripts.transcript import Transcript

MARK = "<!-- hilbert transcript"
_MARK = re.compile(r"<!-- hilbert transcript(?: language=([a-z]{2,3}))?(?: [a-z_=]+)* -->")
_HEADING = re.compile(r"#{1,6} ")
# Whatever stands for itself in the text has a backslash before it.
_ESCAPED = r"(?:\\.|[^\\*\[\]<>\n])"
_SOUND = re.compile(rf"(?:\[([\d:.]+)\] )?\*\\\[({_ESCAPED}+?)\\\]\*")
_SPOKEN = re.compile(rf"(?:\[([\d:.]+)\] )?(?:\*\*({_ESCAPED}+):\*\* )?({_ESCAPED}+)")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")


def sniff(text: str, extension: str) -> bool:
    """Recognise Markdown that hilbert wrote, by its comment and by the form of all of it."""
    return MARK in text[:1000] and _entries(text) is not None


def parse(text: str, extension: str = ".md", language: str = "en") -> Transcript:
    """Read cues and sounds as they are written; a cue lasts until the next one.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: Not used; the comment names the transcript's.

    Raises:
        TranscriptError: It holds no words.
    """
    mark = _MARK.search(text)
    return stored_transcript(
        _entries(text) or (), "hilbert-md", mark[1] if mark and mark[1] else None
    )


def _entries(text: str) -> list[Entry] | None:
    """Read all lines behind the comment; None where one has another form."""
    _, found, body = text.partition(MARK)
    entries = [_entry(line) for line in body.split("\n")[1:] if line and not _HEADING.match(line)]
    if not found or any(entry is None for entry in entries):
        return None
    known = [entry for entry in entries if entry is not None]
    untimed = {entry.start is None for entry in known}
    if len(untimed) > 1:
        return None
    return _closed(known) if untimed == {False} else known


def _entry(line: str) -> Entry | None:
    match = _SOUND.fullmatch(line) or _SPOKEN.fullmatch(line)
    if match is None:
        return None
    start = read_caption_clock(match[1]) if match[1] else None
    if match[1] and start is None:
        return None
    if match.re is _SOUND:
        return Sound(_plain(match[2]), start, start, 0)
    return Cue(_plain(match[3]), start, start, _plain(match[2]) if match[2] else None)


def _closed(entries: list[Entry]) -> list[Entry]:
    """Entries with an end: the next later start, or sooner."""
    starts = sorted({entry.start for entry in entries if entry.start is not None})
    following = dict(zip(starts, [*starts[1:], None], strict=True))
    closed = []
    for entry in entries:
        assert entry.start is not None
        text = entry.label if isinstance(entry, Sound) else entry.text
        closed.append(replace(entry, end=open_end(entry.start, following[entry.start], text)))
    return closed


def _plain(text: str) -> str:
    return _BACKSLASH.sub(r"\1", text)


TRANSCRIPT_FORMATS.add("hilbert-md", TranscriptFormat((".md",), True, sniff, parse), order=7)
