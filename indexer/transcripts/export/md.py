"""Markdown: chapters as headings, speakers in bold; `indexer.transcripts.formats.hilbert_md`
reads it back as it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from indexer.base.types import Cue, Sound
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS, TranscriptExport
from indexer.transcripts.export.text_lines import clocks
from indexer.transcripts.formats.hilbert_md import MARK
from indexer.transcripts.stored_entries import one_line

# Of Markdown's punctuation what means something within a line, or at its beginning.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&]|^[-+=:]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def write(transcript: DocumentTranscript) -> str:
    """Write a paragraph a cue: `[00:00:05] **Anna:** words`.

    Ends of cues, confidence and description are left out; times are whole seconds where these
    tell the cues apart.
    """
    language = transcript.language or ""
    named = f" language={language}" if _LANGUAGE.fullmatch(language) else ""
    head = [
        f"# {_escaped(transcript.name)}",
        f"{MARK}{named} words_from={transcript.text_source} -->",
    ]
    return "\n\n".join([*head, *_paragraphs(transcript)]) + "\n"


def _paragraphs(transcript: DocumentTranscript) -> Iterator[str]:
    entries = list(transcript.entries())
    chapters = list(transcript.chapters) if transcript.timed else []
    starts = [chapter.start for chapter in chapters]
    headed = 0
    for entry, clock in zip(entries, clocks(entries), strict=True):
        begun = bisect_right(starts, entry.start) if entry.start is not None else 0
        for chapter in chapters[headed:begun]:
            yield f"## {_escaped(chapter.title)}"
        headed = max(headed, begun)
        yield (f"[{clock}] " if clock else "") + _line(entry)
    for chapter in chapters[headed:]:
        yield f"## {_escaped(chapter.title)}"


def _line(entry: Cue | Sound) -> str:
    if isinstance(entry, Sound):
        return rf"*\[{_escaped(entry.label)}\]*"
    speaker = one_line(entry.speaker or "")
    return (f"**{_escaped(speaker)}:** " if speaker else "") + _escaped(entry.text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", one_line(text))


TRANSCRIPT_EXPORTS.add("md", TranscriptExport(write), order=50)
