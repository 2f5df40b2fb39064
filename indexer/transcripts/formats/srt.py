"""SRT, through `webvtt-py`: the text without tags, `SPEAKER:` prefixes kept as speakers."""

from __future__ import annotations

import io
import re

from indexer.base.types import Cue
from indexer.transcripts.captions import canonical_timings, seconds_of, with_speakers
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import without_tags
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_START = re.compile(r"\s*(?:\d+\s*\n)?\s*(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d+\s*-->")


def sniff(text: str, extension: str) -> bool:
    """Recognise SRT by a timing line at its beginning, whatever the file is called."""
    return extension == ".srt" or _START.match(text) is not None


def parse(text: str, extension: str = ".srt", language: str = "en") -> Transcript:
    """Read SRT; decimals follow a comma or a point, cue numbers are optional.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; SRT names none.

    Raises:
        TranscriptError: The text does not begin with a cue, a time is unreadable, or there is no
            text.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    numbered = _numbered(canonical_timings(text))
    try:
        captions = webvtt.WebVTT.from_buffer(io.StringIO(numbered), format="srt")
    except (MalformedFileError, MalformedCaptionError) as error:
        raise TranscriptError(
            "it does not begin with a cue (a number, then 00:00:01,000 --> 00:00:02,000); "
            "export it again, or name the file .txt"
        ) from error
    cues = [
        Cue(without_tags("\n".join(c.lines)), seconds_of(c.start), seconds_of(c.end))
        for c in captions.captions
    ]
    return timed_transcript(with_speakers(cues), "srt")


def _numbered(text: str) -> str:
    """The captions with a number before each timing line: the parser drops cues without one."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        # An arrow on a line that holds no time is text.
        if " --> " in line and line[:1].isdigit() and not (lines and lines[-1].strip().isdigit()):
            lines += ["", "0"]
        lines.append(line)
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)


TRANSCRIPT_FORMATS.add("srt", TranscriptFormat((".srt",), True, sniff, parse), order=20)
