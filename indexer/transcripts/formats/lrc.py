"""LRC: timed lines, `[mm:ss.xx] words`, perhaps with times of words (`<mm:ss.xx>`).

Source: https://en.wikipedia.org/wiki/LRC_(file_format)
"""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.durations import open_end
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import flat
from indexer.transcripts.notes import Notes
from indexer.transcripts.text_lines import note_no_speech
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

# Hours only where a decimal fraction follows: [01:02:30] is 62.3 seconds to many programs.
_HOURS = r"(?:(\d{1,2}):(?=\d{1,2}:\d{1,2}\.))?"
_STAMP = re.compile(rf"\s*\[{_HOURS}(\d{{1,3}}):(\d{{1,2}}(?:[.:]\d{{1,3}})?)\]")
_WORD_STAMP = re.compile(rf"[<\[]{_HOURS}\d{{1,3}}:\d{{1,2}}(?:[.:]\d{{1,3}})?[>\]]")
_TAG = re.compile(r"\s*\[[a-z#][\w#]*\s*:[^\[\]]*\]\s*\Z|\s*#", re.IGNORECASE)
_OFFSET = re.compile(r"^[ \t]*\[offset:\s*([+-]?\d{1,8})\s*\]", re.IGNORECASE | re.MULTILINE)


def sniff(text: str, extension: str) -> bool:
    """Recognise LRC by its extension: much else has times in brackets."""
    return extension == ".lrc"


def parse(text: str, extension: str = ".lrc", language: str = "en") -> Transcript:
    """Read timed lines; each ends where the next begins, or where its words may end.

    A line with several times is said at each of them. A time without words ends the line before.
    A line without times goes on the one before; above the first it is a title.
    `[offset:+500]` moves all lines half a second forward, to an earlier time.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; lines are cues as they stand.

    Raises:
        TranscriptError: There is no timed line.
    """
    found = _OFFSET.search(text)
    earlier = int(found[1]) / 1000 if found else 0.0
    lines: list[tuple[float, str]] = []
    notes = Notes()
    last = 0  # number of the times of the line before
    for number, line in enumerate(text.split("\n")):
        said_at: list[float] = []
        at = 0
        while match := _STAMP.match(line, at):
            minutes = int(match[1] or 0) * 60 + int(match[2])
            said_at.append(minutes * 60 + float(match[3].replace(":", ".")))
            at = match.end()
        words = flat(_WORD_STAMP.sub("", line[at:]))
        if not said_at and words and not _TAG.match(line):
            if not lines:
                note_no_speech(notes, number, line)
            for place in range(len(lines) - last, len(lines)):
                lines[place] = (lines[place][0], flat(f"{lines[place][1]} {words}"))
        last = len(said_at) or last
        lines.extend((max(0.0, round(time - earlier, 3)), words) for time in said_at)
    if not lines:
        raise TranscriptError("it has no line such as [01:15.20] words; export it again")
    lines.sort(key=lambda line: line[0])
    starts = sorted({start for start, _ in lines})
    following = dict(zip(starts, (*starts[1:], None), strict=True))
    cues = [
        Cue(words, start, open_end(start, following[start], words))
        for start, words in lines
        if words
    ]
    return timed_transcript(cues, "lrc", notes=notes)


TRANSCRIPT_FORMATS.add("lrc", TranscriptFormat((".lrc",), True, sniff, parse), order=22)
