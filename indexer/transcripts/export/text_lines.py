"""Lines of text exports: clocks, and the form that is read back as what was written."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from indexer.base.timecode import caption_clock
from indexer.base.types import Cue, Sound
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.formats import format_of

log = logging.getLogger(__name__)

# A clock of whole seconds is that far from its cue, or less.
_PRECISION = 1.001  # seconds


def clocks(entries: Sequence[Cue | Sound]) -> list[str]:
    """Write the start of each entry as `00:00:05`, empty where nothing is timed.

    Entries that start within one second have milliseconds.
    """
    within: dict[int, set[float]] = defaultdict(set)
    for entry in entries:
        if entry.start is not None:
            within[int(entry.start)].add(entry.start)
    return [_clock(entry.start, within) for entry in entries]


def _clock(start: float | None, within: dict[int, set[float]]) -> str:
    if start is None:
        return ""
    return caption_clock(start) if len(within[int(start)]) > 1 else caption_clock(int(start))[:-4]


def most_faithful(texts: Iterable[str], extension: str, transcript: DocumentTranscript) -> str:
    """Return the first text that is read back as the transcript, else the most faithful one.

    Args:
        texts: The transcript in several forms, the plainest first.
        extension: Of the file, with the dot.
        transcript: What was written.
    """
    best, fewest = "", None
    for text in texts:
        wrong = count_differences(text, extension, transcript)
        if fewest is None or wrong < fewest:
            best, fewest = text, wrong
        if not wrong:
            break
    return best


def count_differences(text: str, extension: str, transcript: DocumentTranscript) -> int:
    """Count the cues that are read back with other words, another speaker or another start.

    Args:
        text: An export of the transcript.
        extension: Of the file, with the dot.
        transcript: What was written.
    """
    known = format_of(text, extension)
    try:
        read = known.parse(text, extension, transcript.language or "en").cues if known else ()
    except TranscriptError:
        log.debug("could not read back a %s", extension, exc_info=True)
        read = ()
    same = sum(_starts_alike(cue, other) for cue, other in _with_same_words(transcript.cues, read))
    return max(len(transcript.cues), len(read)) - same


def _with_same_words(cues: Sequence[Cue], read: Sequence[Cue]) -> list[tuple[Cue, Cue]]:
    """Pair cues of the same words and speaker, in order, as many as there are."""
    wanted, found = ([(cue.text, cue.speaker) for cue in each] for each in (cues, read))
    if wanted == found:
        return list(zip(cues, read, strict=True))
    from rapidfuzz.distance import Levenshtein

    return [
        (cues[op.src_start + i], read[op.dest_start + i])
        for op in Levenshtein.opcodes(wanted, found)
        if op.tag == "equal"
        for i in range(op.src_end - op.src_start)
    ]


def _starts_alike(cue: Cue, read: Cue) -> bool:
    if cue.start is None or read.start is None:
        return cue.start is read.start
    return abs(cue.start - read.start) < _PRECISION
