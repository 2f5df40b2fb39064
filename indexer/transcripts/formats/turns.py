"""`Speaker: text` transcripts: an untimed cue a sentence, with who says it."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import flat, without_markdown, without_timecodes
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.speaker_lines import Heads, speaker_heads
from indexer.transcripts.text_lines import text_lines
from indexer.transcripts.transcript import Transcript, untimed_transcript

EXTENSIONS = (".txt", ".md")


def sniff(text: str, extension: str) -> bool:
    """Recognise running text in which names lead most lines or paragraphs."""
    return extension in EXTENSIONS and bool(speaker_heads(text_lines(text)))


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read turns.

    A line without a name continues the turn before it; what stands before the first turn is kept
    without a speaker.

    Args:
        text: The file's text, in which `sniff` found turns.
        extension: `.md` for Markdown.
        language: ISO 639 code to split sentences by.

    Raises:
        TranscriptError: There are no words.
    """
    lines = text_lines(text)
    cues = (
        Cue(sentence, None, None, speaker)
        for speaker, paragraph in _paragraphs(lines, speaker_heads(lines), extension == ".md")
        for sentence in split_sentences(paragraph, language)
    )
    return untimed_transcript(cues, "turns")


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
            speaker, line = flat(name), line[begin:]
        if line.strip():
            held.append(line)


TRANSCRIPT_FORMATS.add("turns", TranscriptFormat(EXTENSIONS, False, sniff, parse), order=900)
