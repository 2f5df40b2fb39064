"""What WebVTT and SRT share: timing lines, checked and put in one form, and speaker prefixes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from indexer.base.timecode import caption_clock, read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.transcript import TranscriptError, check_times

_TIMING = re.compile(r"\s*(\S+)\s*-->\s*(\S+)(.*)\Z")

# "JANE DOE:", "Jane:", "SPEAKER_01:", "[SPEAKER_01]:", each perhaps after ">>".
_PREFIX = re.compile(r"(?:>+\s*)?\[?([^\W\d_][\w .'’\-]{0,39}?)\]?:\s+(?=\S)")
_MACHINE_NAME = re.compile(r"speaker[ _]?\d+\Z", re.IGNORECASE)
# Capitalised words before a colon that name no speaker, however often they stand there.
_WORDS = """
    caution chapter date duration edit example exercise fact figure hint http https important
    music note notes part ps quote reminder section source step subject summary table time tip
    title topic transcript update url warning
"""
NOT_NAMES = frozenset(_WORDS.split())


def canonical_timings(text: str) -> str:
    """The captions with every timing line as `HH:MM:SS.mmm --> HH:MM:SS.mmm settings`.

    Parsers of captions drop a cue whose times they cannot read, and its words with it; here the
    file is refused instead. Hours may be missing, decimals may follow a point or a comma.

    Raises:
        TranscriptError: for times that cannot be read, are negative or inverted, with the line.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        # An arrow without any digit is text, or a comment.
        if "-->" not in line or not re.search(r"\d", line):
            continue
        match = _TIMING.match(line)
        times = [read_caption_clock(match[1]), read_caption_clock(match[2])] if match else [None]
        if match is None or times[0] is None or times[1] is None:
            shown = line.strip()[:60]
            raise TranscriptError(
                f'line {number}: "{shown}" has no readable times; '
                "write them as 00:01:02.500 --> 00:01:04.000"
            )
        check_times(times[0], times[1], f"line {number}")
        lines[number - 1] = f"{caption_clock(times[0])} --> {caption_clock(times[1])}{match[3]}"
    return "\n".join(lines)


def seconds_of(clock: str) -> float:
    """Seconds of a canonical `HH:MM:SS.mmm`, which is all that the parsers hand back."""
    seconds = read_caption_clock(clock)
    if seconds is None:
        raise ValueError(f"not a time: {clock}")
    return seconds


def with_speakers(cues: Iterable[Cue]) -> list[Cue]:
    """Cues whose `SPEAKER: text` prefix has become their speaker.

    A name in capitals (`JANE DOE:`, `SPEAKER_01:`) counts at once, any other short capitalised
    name only when it leads at least two cues; a cue that already has a speaker is left alone.
    """
    listed = list(cues)
    matches = [None if cue.speaker else _PREFIX.match(cue.text) for cue in listed]
    uses = Counter(match[1] for match in matches if match)
    named = []
    for cue, match in zip(listed, matches, strict=True):
        if match and _is_speaker(match[1], uses[match[1]]):
            cue = replace(cue, text=cue.text[match.end() :], speaker=match[1])
        named.append(cue)
    return named


def _is_speaker(name: str, uses: int) -> bool:
    if name.lower() in NOT_NAMES:
        return False
    if name.isupper() or _MACHINE_NAME.match(name):
        return True
    words = name.split()
    return uses >= 2 and len(words) <= 3 and all(word[0].isupper() for word in words)
