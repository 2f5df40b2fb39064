"""Clock times in forms of their own, written as others are: `0h05m09s`, `5' 09"`, `[05.09]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_UNITS = re.compile(
    r"(?<![\w.:])(?:(\d{1,2})\s?h(?:ours?|rs?)?[ ,]{0,2})?(\d{1,3})\s?m(?:in(?:utes?|s)?)?[ ,]{0,2}"
    r"(\d{1,2}(?:[.,]\d{1,3})?)\s?s(?:ec(?:onds?|s)?)?(?!\w)"
)
_PRIMES = re.compile(r"(?<![\w.:])(\d{1,3})\s?['’′]\s?(\d{2})\s?(?:[\"”″]|['’′]{2})")
# Time codes with frames that are dropped: 00;00;05;12.
_SEMICOLONS = re.compile(r"(?<![\d;])(\d{1,2})[:;](\d{2})[:;](\d{2});(\d{2})(?![\d;])")
# "00:00:05:words" of TMPlayer.
_COLON_BEHIND = re.compile(r"(?<![\w.:])(\d{1,2}:\d{2}:\d{2}):(?=[^\d:]|\Z)")
_WIDE = re.compile(r"(\d)：(\d\d)")
# "#00:00:05-0#" of f4 and Easytranscript.
_HASHES = re.compile(r"#(\d{1,2}:\d{2}:\d{2})-(\d)#")
_SECONDS = re.compile(
    r"([\[(])\s*(?:(\d{1,6}(?:\.\d{1,3})?)\s?s|((?:0|[1-9]\d{0,5})\.\d{1,3}))\s*([\])])"
)
# "(0.50, 5.00)", as programs write the two times of a piece.
_PAIR = re.compile(r"([\[(])(\d{1,6}\.\d{1,6}),\s?(\d{1,6}\.\d{1,6})([\])])")
# The day before the time, where both are written for each line.
_DAY = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?:T|,?\s+)"
    r"(?=\d{1,2}:\d{2}:\d{2})"
)
# Mission time, counted from a start: T+00:00:05.
_SINCE_START = re.compile(r"(?<!\w)T\s?\+\s?(?=\d{1,3}:\d{2})")
# Points between minutes and seconds, as much of Europe writes them: [00.05], 01.02.33.
_POINTS = re.compile(
    r"(?P<before>\W*(?:[^\W\d][^\d.!?]{0,40})?[\[(]|\s*)"
    r"(?P<clock>(?:\d{1,2}\.)?\d{1,3}\.\d{2})(?P<after>[\])](?!\()|(?=\s|\Z))"
)
_MIN_POINTS = 3
_FURTHEST = 80  # characters: behind a name


def with_usual_clock(line: str) -> str | None:
    """Write the first clock of a line in the usual form; None where all is usual."""
    for pattern, write in _FORMS:
        match = pattern.search(line, 0, 2 * _FURTHEST)
        if match is not None and match.start() <= _FURTHEST:
            # Two times of one form stand side by side: "00;00;05;12 - 00;00;09;00".
            return line[: match.start()] + pattern.sub(write, line[match.start() :], count=2)
    return None


def with_colons(lines: Sequence[str]) -> list[str]:
    """Write clocks with points (`[01.05]`) with colons, where the lines' numbers are such clocks.

    A number alone may be 1.05 seconds, a price or a section of a book. Clocks have two digits
    below sixty at their end, run forward, and begin with a zero before a digit (`00.05`, `01.20`),
    which no number does; without brackets they begin in the first minute, as no section does.
    """
    found = {i: match for i, line in enumerate(lines) if (match := _POINTS.match(line))}
    clocks = [match["clock"] for match in found.values()]
    values = [[int(part) for part in clock.split(".")] for clock in clocks]
    seconds = [sum(n * 60**power for power, n in enumerate(reversed(each))) for each in values]
    are_clocks = (
        len(clocks) >= _MIN_POINTS
        and any(re.match(r"0\d", clock) for clock in clocks)
        and (seconds[0] < 60 or len(values[0]) == 3 or all(m["after"] for m in found.values()))
        and all(n < 60 for each in values for n in each[1:])
        and all(earlier <= later for earlier, later in pairwise(seconds))
    )
    written = list(lines)
    if are_clocks:
        for i, match in found.items():
            clock = match["clock"].replace(".", ":")
            written[i] = f"{match['before']}{clock}{match['after']}{lines[i][match.end() :]}"
    return written


def _units(match: re.Match[str]) -> str:
    seconds = match[3].replace(",", ".")
    whole, _, fraction = seconds.partition(".")
    clock = f"{int(match[1] or 0):02d}:{int(match[2]):02d}:{int(whole):02d}"
    return f"{clock}.{fraction}" if fraction else clock


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{rest:06.3f}"


def _seconds(match: re.Match[str]) -> str:
    return f"{match[1]}{_clock(float(match[2] or match[3]))}{match[4]}"


def _pair(match: re.Match[str]) -> str:
    return f"[{_clock(float(match[2]))} --> {_clock(float(match[3]))}]"


_FORMS = (
    (_UNITS, _units),
    (_PRIMES, lambda match: f"{match[1]}:{match[2]}"),
    (_SEMICOLONS, lambda match: ":".join(match.groups())),
    (_COLON_BEHIND, lambda match: f"{match[1]} "),
    (_WIDE, lambda match: f"{match[1]}:{match[2]}"),
    (_HASHES, lambda match: f"[{match[1]}.{match[2]}]"),
    (_SECONDS, _seconds),
    (_PAIR, _pair),
    (_DAY, lambda match: ""),
    (_SINCE_START, lambda match: ""),
)
