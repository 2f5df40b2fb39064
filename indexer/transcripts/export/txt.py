"""Plain text: `[00:00:05] Speaker: words`, a line a cue."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from indexer.base.types import Cue, Sound
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS, TranscriptExport
from indexer.transcripts.export.text_lines import clocks, most_faithful
from indexer.transcripts.stored_entries import one_line


def write(transcript: DocumentTranscript) -> str:
    """Write a line a cue, without its clock where nothing is timed.

    Plain text cannot carry everything: ends of cues are left out; a cue without a speaker is read
    as said by the one before; sentences without times may be cut elsewhere; words such as
    `Remember:` at the beginning of a cue may be read as a name, and a clock or a sound in brackets
    within the words as such.
    """
    return most_faithful(_texts(transcript), ".txt", transcript)


def _texts(transcript: DocumentTranscript) -> Iterator[str]:
    entries = list(transcript.entries())
    # Brackets show what names are where too few lines have the same.
    for name in ("{}: ", "[{}]: "):
        if transcript.timed:
            for inline in (False, True):
                yield "\n".join(_timed_lines(entries, name, inline)) + "\n"
            continue
        lines = [_line(entry, name) for entry in entries]
        yield "\n".join(lines) + "\n"
        # Lines without names are one paragraph to a reader, whose sentences may be cut elsewhere.
        yield "\n\n".join(lines) + "\n"
        # So may those of a line that stands alone: where a sentence ends is judged in its turn.
        yield "\n\n".join(_turns(entries, name)) + "\n"


def _timed_lines(entries: list[Cue | Sound], name: str, inline: bool) -> Iterator[str]:
    """Yield lines with clocks; where sounds are `inline`, in the line of a cue that starts then.

    The words of lines with one clock share the time up to the next one, also with sounds.
    """
    pending = ""
    following = [*entries[1:], None]
    for entry, after, clock in zip(entries, following, clocks(entries), strict=True):
        within = isinstance(after, Cue) and after.start == entry.start
        if inline and isinstance(entry, Sound) and within:
            pending += f"{_line(entry, name)} "
            continue
        yield f"[{clock}] {_line(entry, name, pending)}"
        pending = ""


def _turns(entries: list[Cue | Sound], name: str) -> Iterator[str]:
    """Yield a line a turn: the cues of one speaker in a row."""
    turns = groupby(entries, lambda e: e.speaker if isinstance(e, Cue) else e)
    for _, turn in turns:
        first, *others = turn
        words = (one_line(e.text) for e in others if isinstance(e, Cue))
        yield " ".join([_line(first, name), *words])


def _line(entry: Cue | Sound, name: str, sounds: str = "") -> str:
    if isinstance(entry, Sound):
        return f"[{one_line(entry.label)}]"
    speaker = one_line(entry.speaker or "")
    return (name.format(speaker) if speaker else "") + sounds + one_line(entry.text)


TRANSCRIPT_EXPORTS.add("txt", TranscriptExport(write), order=40)
