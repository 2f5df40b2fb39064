"""SBV, YouTube's captions, and SubViewer: a line `0:00:01.000,0:00:04.000`, then the words.

Sources: https://support.google.com/youtube/answer/2734698, https://wiki.videolan.org/SubViewer/
"""

from __future__ import annotations

import re

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.captions import caption_text
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_CLOCK = r"(\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3})"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*,\s*{_CLOCK}\s*\Z")
_DAMAGED = re.compile(r"\s*(-?\d[\w.]*:[\w.:]{2,14})\s*,\s*(-?\d[\w.]*:[\w.:]{2,14})\s*\Z")
# Of SubViewer: lines with a key in brackets, such as [TITLE] and what it is called.
_HEADER = re.compile(r"\A(?:[ \t]*(?:\[[A-Z ]{2,30}\][^\n]*)?\n)+")
_BREAK = re.compile(r"\[br\]", re.IGNORECASE)


def sniff(text: str, extension: str) -> bool:
    """Recognise SBV by the times on its first line."""
    body = _HEADER.sub("", text.lstrip(), count=1).lstrip()
    return extension == ".sbv" or _TIMES.match(body.split("\n", 1)[0]) is not None


def parse(text: str, extension: str = ".sbv", language: str = "en") -> Transcript:
    """Read SBV; what stands between two lines of times is one cue, blank lines or not.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; SBV names none.

    Raises:
        TranscriptError: There are no times or no words.
    """
    cues: list[tuple[float | None, float | None, list[str]]] = []
    for line in text.split("\n"):
        if match := _TIMES.match(line) or _DAMAGED.match(line):
            cues.append((read_caption_clock(match[1]), read_caption_clock(match[2]), []))
        elif cues:
            cues[-1][2].append(_BREAK.sub("\n", line))
    if not cues:
        raise TranscriptError(
            "it has no line such as 0:00:01.000,0:00:04.000; export it again, or name it .txt"
        )
    return timed_transcript(
        (Cue(caption_text("\n".join(lines)), start, end) for start, end, lines in cues), "sbv"
    )


# `.sub` is also what VobSub calls its pictures of words, so a file alone must hold a second time.
TRANSCRIPT_FORMATS.add(
    "sbv", TranscriptFormat((".sbv", ".sub"), True, sniff, parse, (b",0", b",1")), order=21
)
