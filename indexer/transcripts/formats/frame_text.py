"""MicroDVD and MPL2: `{25}{75}words|more` in frames, `[10][30]words` in tenths of a second.

Sources: https://en.wikipedia.org/wiki/MicroDVD, https://wiki.videolan.org/MPL2/
"""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.captions import caption_text
from indexer.transcripts.durations import open_end
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_FRAMES = re.compile(r"\s*\{(\d{1,8})\}\{(\d{0,8})\}(.*)")
_TENTHS = re.compile(r"\s*\[(\d{1,8})\]\[(\d{0,8})\](.*)")
# Styles of a line: {y:i}, {C:$0000FF}, and a slash for italics.
_STYLE = re.compile(r"\{[a-zA-Z]:[^{}]*\}|(?:^|(?<=\|))\s*/")
_RATE = re.compile(r"\s*\d{1,3}(?:[.,]\d{1,6})?\s*")
_USUAL_RATE = 23.976
_TENTH = 0.1


def sniff(text: str, extension: str) -> bool:
    """Recognise the numbers at the head of (nearly) every line, whatever the file is called."""
    lines = [line for line in text[:4000].split("\n") if line.strip()][:20]
    return any(
        lines and sum(form.match(line) is not None for line in lines) >= 0.8 * len(lines)
        for form in (_FRAMES, _TENTHS)
    )


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read the lines; frames are counted by the rate in the first line, `{1}{1}25`.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; the formats name none.

    Raises:
        TranscriptError: No line has times.
    """
    notes = Notes()
    frames = _FRAMES.match(text.lstrip()) is not None
    form = _FRAMES if frames else _TENTHS
    lines = [line for line in text.split("\n") if line.strip()]
    found = [match for line in lines if (match := form.match(line))]
    if left_out := len(lines) - len(found):
        notes.add(f"{left_out} lines without times are left out")
    unit = _TENTH
    if frames:
        rate = _USUAL_RATE
        if found and int(found[0][1]) <= 1 and _RATE.fullmatch(found[0][3]):
            rate = float(found.pop(0)[3].replace(",", ".")) or rate
        else:
            notes.add(
                f"it counts frames and does not say how many make a second; read as {rate} a second"
            )
        unit = 1 / rate
    if not found:
        raise TranscriptError("it has no line such as {25}{75}words; export it as SRT")
    cues = []
    for number, match in enumerate(found):
        words = caption_text(_STYLE.sub("", match[3]).replace("|", "\n"))
        start = round(int(match[1]) * unit, 3)
        following = round(int(found[number + 1][1]) * unit, 3) if number + 1 < len(found) else None
        end = round(int(match[2]) * unit, 3) if match[2] else open_end(start, following, words)
        cues.append(Cue(words, start, end))
    return timed_transcript(cues, "frame-text", None, notes)


# `.sub` is also what VobSub calls its pictures of words.
TRANSCRIPT_FORMATS.add(
    "frame-text", TranscriptFormat((".sub",), True, sniff, parse, (b"}{", b"][")), order=870
)
