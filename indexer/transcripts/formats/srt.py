"""SRT: the text without tags, `SPEAKER:` prefixes kept as speakers."""

from __future__ import annotations

from itertools import pairwise

from indexer.transcripts.captions import (
    begins_with_timing,
    caption_blocks,
    caption_cues,
    caption_lines,
    caption_text,
)
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.notes import Notes
from indexer.transcripts.repeats import without_highlighting
from indexer.transcripts.transcript import Transcript, timed_transcript


def sniff(text: str, extension: str) -> bool:
    """Recognise SRT by a timing line at its beginning, whatever the file is called."""
    return extension == ".srt" or begins_with_timing(text)


def parse(text: str, extension: str = ".srt", language: str = "en") -> Transcript:
    """Read SRT; decimals follow a comma or a point, cue numbers are optional.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; SRT names none.

    Raises:
        TranscriptError: There are no cues, none has good times, or there is no text.
    """
    notes = Notes()
    blocks = caption_blocks(caption_lines(text), notes)
    if not blocks:
        raise TranscriptError(
            "it does not begin with a cue (a number, then 00:00:01,000 --> 00:00:02,000); "
            "export it again, or name the file .txt"
        )
    for before, block in pairwise(blocks):
        begins = block.identifier.strip("#.) ") in ("0", "1")
        if begins and before.start and block.start is not None and block.start < before.start:
            place = f"line {block.line}"
            notes.add(
                "numbers and times begin anew, as of another file; they stay as they are", place
            )
    cues = caption_cues(blocks, notes)
    plain = without_highlighting(cues, [caption_text(cue.text) for cue in cues])
    return timed_transcript(plain, "srt", notes=notes)


TRANSCRIPT_FORMATS.add("srt", TranscriptFormat((".srt",), True, sniff, parse), order=20)
