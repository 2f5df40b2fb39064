"""`Speaker: text` transcripts: an untimed cue a sentence, with who says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import flat, without_markdown, without_timecodes
from indexer.transcripts.notes import Notes
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.speaker_lines import Heads, speaker_heads
from indexer.transcripts.text_lines import is_boilerplate, note_no_speech, text_lines
from indexer.transcripts.transcript import Transcript, untimed_transcript

EXTENSIONS = (".txt", ".md")
_CLOCK = re.compile(r"\W*(?:\d{1,2}:)?\d{1,2}:\d{2}\W*")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？\-–—,;:][\"'”’)\]*_]*\s*\Z")


def sniff(text: str, extension: str) -> bool:
    """Recognise running text in which names lead most lines or paragraphs."""
    return extension in EXTENSIONS and bool(speaker_heads(text_lines(text)))


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read turns.

    A line without a name continues the turn before it. What stands before the first turn is kept
    without a speaker, but for what its exporter is known to add.

    Args:
        text: The file's text, in which `sniff` found turns.
        extension: `.md` for Markdown.
        language: ISO 639 code to split sentences by.

    Raises:
        TranscriptError: There are no words.
    """
    notes = Notes()
    lines = text_lines(text, notes)
    heads, is_markdown = speaker_heads(lines), extension == ".md"
    # An exporter that adds lines of its own writes titles and dates above the first turn as well.
    exported = any(map(is_boilerplate, text.split("\n")))
    spoken = _spoken(lines, heads, exported, notes)
    cues = (
        Cue(sentence, None, None, speaker)
        for speaker, paragraph in _paragraphs(spoken, heads, is_markdown)
        for sentence in split_sentences(paragraph, language)
    )
    return untimed_transcript(cues, "turns", notes=notes)


def _spoken(lines: list[str], heads: Heads, titled: bool, notes: Notes) -> list[str]:
    """Lines, empty where they are no speech: bare clocks, and titles above the first turn."""
    kept = list(lines)
    for i, line in enumerate(lines):
        if i in heads or not any(map(str.isalnum, line)):
            continue
        title = titled and i < min(heads) and not _ENDS_SENTENCE.search(line)
        if title or _CLOCK.fullmatch(line):
            note_no_speech(notes, i, line)
            kept[i] = ""
    return kept


def _paragraphs(lines: list[str], heads: Heads, markdown: bool) -> Iterator[tuple[str | None, str]]:
    """(speaker, text) of each stretch without a blank line."""
    speaker: str | None = None
    held: list[str] = []
    for i, line in enumerate([*lines, ""]):
        if held and (i in heads or not line.strip()):
            text = without_timecodes("\n".join(held)).strip()
            yield speaker, without_markdown(text) if markdown else flat(text)
            held = []
        if i in heads:
            name, begin = heads[i]
            speaker, line = flat(name) or None, line[begin:]
        if line.strip():
            held.append(line)


TRANSCRIPT_FORMATS.add("turns", TranscriptFormat(EXTENSIONS, False, sniff, parse), order=900)
