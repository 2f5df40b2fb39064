"""Aeneas' text: a fragment a line, `f000001 0.000 2.680 "words"`.

Source: https://github.com/readbeyond/aeneas/blob/master/aeneas/syncmap/smfssv.py
"""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.transcript import Transcript, timed_transcript

_FRAGMENT = re.compile(r'\s*\S{1,40} (\d{1,7}\.\d{1,6}) (\d{1,7}\.\d{1,6}) "(.*)"\s*\Z')
_LOOK = 20  # lines


def sniff(text: str, extension: str) -> bool:
    """Recognise fragments: every line is a name, two times and words in quotation marks."""
    lines = [line for line in text[:4000].split("\n")[:_LOOK] if line.strip()]
    whole = lines[:-1] if len(text) > 4000 else lines
    return bool(whole) and all(_FRAGMENT.match(line) for line in whole)


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read the fragments; what follows on lines of another form belongs to the one above.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: Not used; fragments are cues as they stand.

    Raises:
        TranscriptError: None has words.
    """
    cues: list[Cue] = []
    for line in text.split("\n"):
        if match := _FRAGMENT.match(line):
            cues.append(Cue(match[3], float(match[1]), float(match[2])))
        elif line.strip():
            last = cues.pop()
            cues.append(Cue(f"{last.text} {line.strip()}", last.start, last.end))
    return timed_transcript(cues, "aeneas-text", displayed=False)


TRANSCRIPT_FORMATS.add("aeneas-text", TranscriptFormat((), True, sniff, parse), order=24)
