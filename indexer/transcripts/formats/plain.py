"""Plain text and Markdown: an untimed cue a sentence."""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.markup import flat, markdown_paragraphs, without_timecodes
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript, untimed_transcript


def parse_plain(text: str, markdown: bool = False, language: str = "en") -> Transcript:
    """Read running text; a blank line ends a sentence, a line break does not.

    Raises:
        TranscriptError: when there are no words.
    """
    spoken = without_timecodes(text)
    if markdown:
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
