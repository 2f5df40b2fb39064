"""Plain text and Markdown: an untimed cue a sentence."""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import flat, markdown_paragraphs, without_timecodes
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.text_lines import without_line_numbers
from indexer.transcripts.transcript import Transcript, untimed_transcript

EXTENSIONS = (".txt", ".md")


def sniff(text: str, extension: str) -> bool:
    """Take every text file that no other format recognised."""
    return extension in EXTENSIONS


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read running text; a blank line ends a sentence, a line break does not.

    Args:
        text: The file's text.
        extension: `.md` for Markdown.
        language: ISO 639 code to split sentences by.

    Raises:
        TranscriptError: There are no words.
    """
    spoken = without_timecodes("\n".join(without_line_numbers(text.split("\n"))))
    if extension == ".md":
        paragraphs = markdown_paragraphs(spoken)
    else:
        paragraphs = [flat(paragraph) for paragraph in re.split(r"\n\s*\n", spoken)]
    return untimed_transcript(
        (
            Cue(sentence, None, None)
            for paragraph in paragraphs
            for sentence in split_sentences(paragraph, language)
        ),
        "plain",
    )


TRANSCRIPT_FORMATS.add("plain", TranscriptFormat(EXTENSIONS, False, sniff, parse), order=1000)
