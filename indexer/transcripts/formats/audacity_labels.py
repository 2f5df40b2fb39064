r"""Labels of Audacity: `start<tab>end<tab>words`, in seconds.

Source: https://manual.audacityteam.org/man/importing_and_exporting_labels.html. A line that
begins with a backslash holds the frequencies of the label before it.
"""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.durations import with_ends
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_LABEL = re.compile(r"(-?\d{1,7}[.,]\d{1,9})\t(-?\d{1,7}[.,]\d{1,9})(?:\t(.*))?\Z")
_LOOK = 20  # lines


def sniff(text: str, extension: str) -> bool:
    """Recognise labels: every line is two times with decimals, and words."""
    if "\t" not in text[:1000]:
        return False
    lines = [line for line in text.split("\n", 2 * _LOOK)[: 2 * _LOOK] if _is_filled(line)]
    return bool(lines) and all(_LABEL.match(line) for line in lines[:_LOOK])


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read labels; one that is a point lasts until the next.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: Not used; labels are cues as they stand.

    Raises:
        TranscriptError: There are no labels with words.
    """
    cues = []
    for line in text.split("\n"):
        match = _LABEL.match(line)
        if match and (match[3] or "").strip():
            start, end = (float(time.replace(",", ".")) for time in match.group(1, 2))
            cues.append(Cue(match[3], start, end if end != start else None))
        elif _is_filled(line) and cues and not match:
            cues[-1] = Cue(f"{cues[-1].text} {line}", cues[-1].start, cues[-1].end)
    if not cues:
        raise TranscriptError("its labels hold no words; remove it, or write them")
    cues.sort(key=lambda cue: cue.start or 0.0)
    return timed_transcript(with_ends(cues), "audacity-labels")


def _is_filled(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("\\")


TRANSCRIPT_FORMATS.add("audacity-labels", TranscriptFormat((".txt",), True, sniff, parse), order=24)
