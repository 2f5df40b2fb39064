"""Clock times at the heads of lines: `[00:05] words`, `Anna Reed  0:05`, `0:05 --> 0:09 words`.

A grammar of one line, rather than a pattern a product: a clock (or two, with an arrow or a dash)
in any brackets, bold or linked, stands before the words, or after a name that begins the line.
Whether the clocks of a file are times of its words is decided over all its lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.transcripts.clock_forms import with_usual_clock
from indexer.transcripts.durations import spoken_seconds
from indexer.transcripts.name_lines import NOT_NAMES
from indexer.transcripts.speaker_lines import are_certainly_names, leading_name, speaker_heads

# 0:05, 00:00:05.250, 75:30, and 00:00:05:12 with a number of a frame at its end.
# Right behind 0:05 may stand "5 seconds", which the page of YouTube has for those who hear it.
_SPELLED = r"(?:\d{1,2} (?:hours?|minutes?|seconds?)(?:,? )?){1,3}"
_CLOCK = (
    r"(?:\d{1,3}:\d{1,2}:\d{1,2}|\d{1,3}:\d{2})(?:[.,]\d{1,3}|[:;]\d{2}(?!\d))?"
    rf"(?:(?![\d:])|(?={_SPELLED}))"
)
# "00:00:05h", as Spanish and German write it.
_HOURS_UNIT = r"(?:(?<=:\d\d:\d\d)\s?h(?!\w))?"
_SECONDS = r"(?:\d{1,6}\.\d{1,3}\s?s?|\d{1,6}\s?s)"
# Two clocks side by side need no mark where both have all that a clock can have.
_ONLY_PRECISE = r"(?=\d{1,2}:\d{2}:\d{2}[.,]\d{3}(?!\d))"
_TO = rf"(?:\s*(?:-->|->|–|—|-|to)\s*|[ \t]{{0,3}}[, \t][ \t]{{0,3}}{_ONLY_PRECISE})"
_OPEN, _CLOSE = r"(?:\[?\\?[\[(<{]\s*)", r"(?:\s*\\?[\])>}]\]?)"
_LINK = r"(?:\((?:[^()\s]|\([^()\s]*\))*\))"
_BOLD = r"(?:\*{1,3}|_{1,3}|`)"
_TIME = (
    rf"{_BOLD}?{_OPEN}?(?:(?P<start>{_CLOCK}){_HOURS_UNIT}(?:{_TO}(?P<end>{_CLOCK}){_HOURS_UNIT})?"
    rf"|(?P<start_s>{_SECONDS}){_TO}(?P<end_s>{_SECONDS})){_CLOSE}?{_LINK}?[:=]?{_BOLD}?"
)
# Marks of lists, quotes and headings, and the chevrons of captions.
_LEADING = (
    r"\s*(?:@(?=\d))?"
    r"(?:(?:#{1,6}|[-*+•>|]|>>+|\d{1,4}[.)]|(?i:time ?(?:stamp|code)?|start(?: time)?):)\s+)*"
)
_CLOCK_FIRST = re.compile(rf"{_LEADING}{_TIME}(?P<gap>\s*(?:(?:[-–—|•:]|::)\s+)?)(?P<rest>.*)\Z")
# Not part of a name: what ends a sentence, brackets that hold a clock, columns.
# What people call themselves in meetings may hold a bar, or a company in brackets at its end.
_NAME = (
    r"(?P<name>[^\s:*_\[\]<>{}|\t?!](?:[^:*\[\]<>{}|\t?!]|(?<=\S )\|(?= [^\W\d])){0,58}?"
    r"(?: \[[^\W\d][^:*\[\]<>{}|\t?!]{0,30}\])?)"
)
_NAME_FIRST = re.compile(
    rf"{_LEADING}{_BOLD}?\[?{_NAME}\]?(?P<colon>:?){_BOLD}?(?P<mark>:?\s*(?:[-–—|,•@]\s*|at\s+)?|\t)"
    rf"{_TIME}(?P<gap>\s*(?:(?:[-–—|•:]|::)\s+)?)(?P<rest>.*)\Z"
)
# "10:30 am" is the time of day.
ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*\s*\Z")
_TIME_OF_DAY = re.compile(r"\s*(?:(?:[ap]m|[AP]M|[AaPp]\.[Mm]\.|o'clock|Uhr)(?!\w))")
_IN_WORDS = re.compile(rf"\s*{_SPELLED}")
_FRAMES_PER_SECOND = 30  # at most; where they are 25, times are a fifth of a second early
_UNITS = {"h": 3600, "m": 60, "s": 1}
# A clock further in a line is not at its head; most lines are passed over by this look alone.
_HINT, _HEAD = re.compile(r"\d[:;：]\d|\d\s?[sm]|\d\.\d|\d\s?['’′]"), 200
_MOST_WORDS_OF_NAME = 6
# Lines of a file with clocks run forward but for a slip or a repetition.
_IN_ORDER = 0.8
# Between two clocks words are said; where there is hardly one, clocks mark chapters.
_MIN_SPOKEN, _MAX_SPOKEN = 0.08, 2.5
_MIN_SHARE = 0.3
_OF_TURNS = 0.8
_MAIN_FORM = 0.6


@dataclass(frozen=True)
class ClockLine:
    """A line with a clock at its head.

    Attributes:
        number: Its index among the lines.
        start: Seconds.
        end: Seconds, where the line has two clocks.
        name: What stands before the clock.
        rest: What stands after it: the words, perhaps behind a name.
        precise: Whether it has hours, decimals or a second clock: more than a time of day has.
        bracketed: Whether brackets stand around it.
    """

    number: int
    start: float
    end: float | None
    name: str | None
    rest: str
    precise: bool
    bracketed: bool


@dataclass(frozen=True)
class Clocks:
    """The clocks of a text.

    Attributes:
        lines: The lines that have one, with times that never run back.
        back: Indices of the lines whose clock ran back; they have the time of the one before.
        minutes: Whether the clocks were read as hours and minutes.
    """

    lines: tuple[ClockLine, ...]
    back: tuple[int, ...] = ()
    minutes: bool = False


def clock_line(line: str, number: int) -> ClockLine | None:
    """Read the clock at the head of a line; None where there is none."""
    if _HINT.search(line, 0, _HEAD) is None:
        return None
    match = _CLOCK_FIRST.match(line) or _name_first(line)
    if match is None and (usual := with_usual_clock(line)) is not None:
        line = usual
        match = _CLOCK_FIRST.match(line) or _name_first(line)
    if match is None:
        return None
    start = _seconds(match["start"] or match["start_s"])
    end = _seconds(match["end"] or match["end_s"])
    if start is None or _TIME_OF_DAY.match(match["rest"]):
        return None
    named = match.groupdict().get("name")
    name = named.strip(" ,-–—") if named else None
    first = match["start"] or ""
    precise = end is not None or re.fullmatch(r"\d+:\d\d", first) is None
    bracketed = re.search(rf"[\[(<{{]\s*{first}", line) is not None
    rest = match["rest"]
    if line.lstrip().startswith("|"):
        rest = rest.rstrip().removesuffix("|")  # a row of a table
    if name is None:
        rest = rest[spelled_clock(rest, start) :]
    end = end if end is not None and end >= start else None
    return ClockLine(number, start, end, name, rest, precise, bracketed)


def spelled_clock(text: str, seconds: float) -> int:
    """Return where the text goes on behind a clock in words ("1 minute, 5 seconds"), else 0."""
    match = _IN_WORDS.match(text)
    if match is None:
        return 0
    parts = re.findall(r"(\d+) ([hms])", match[0])
    said = sum(int(number) * _UNITS[unit] for number, unit in parts)
    return match.end() if said == int(seconds) else 0


def clock_lines(lines: Sequence[str]) -> Clocks:
    """Find the clocks that are the times of a text's words.

    They are when most of them run forward, when they lead a good part of the paragraphs (or
    stand alone on lines of their own), and when about as much is said between them as fits.
    A text that mentions "at 10:30" has no such clocks, nor has a list of chapters.

    Returns:
        The lines with clocks; none where clocks are no times.
    """
    found = [clock for number, line in enumerate(lines) if (clock := clock_line(line, number))]
    found = _of_main_form(_with_likely_names(_said_once(found)))
    clocks = _clocks(found, lines)
    if clocks.lines or not found:
        return clocks
    # Perhaps some of them are not times of this text, and stand otherwise than the others.
    kinds = Counter((clock.name is None, not clock.rest.strip()) for clock in found)
    main, count = kinds.most_common(1)[0]
    if count < max(3, _MAIN_FORM * len(found)):
        return clocks
    return _clocks([c for c in found if (c.name is None, not c.rest.strip()) == main], lines)


def _clocks(found: list[ClockLine], lines: Sequence[str]) -> Clocks:
    """The clocks found, if they are the times of the text."""
    forward = _longest_rising(found)
    if not forward or len(forward) < _IN_ORDER * len(found) or not _lead(forward, lines):
        return Clocks(())
    minutes = False
    if len(forward) == 1:
        if not (forward[0].precise or forward[0].bracketed):
            return Clocks(())
    elif not _fits(forward, lines, 1):
        # Perhaps they are hours and minutes, which all the words between them need.
        coarse = len(forward) > 3 and not any(clock.precise for clock in forward)
        minutes = coarse and _fits(forward, lines, 60)
        if not minutes:
            return Clocks(())
    return _in_order(found, forward, 60 if minutes else 1)


def _name_first(line: str) -> re.Match[str] | None:
    match = _NAME_FIRST.match(line)
    if match is None:
        return None
    name = match["name"].strip()
    words = name.split()
    if re.fullmatch(r"T\s?\+", name):  # of a clock that counts from a start
        return None
    if not any(map(str.isalpha, name)) or len(words) > _MOST_WORDS_OF_NAME:
        return None
    # Words that follow need a mark between: "Anna: [0:05] words", "Anna (0:05): words".
    marked = match["colon"] or ":" in match["mark"] or "\t" in line or "|" in line
    clock = "start" if match["start"] else "start_s"
    bracketed = re.search(r"[\[(*_`]\s*\Z", line[: match.start(clock)])
    apart = re.search(r"\s{2,}\Z", match["gap"])
    if match["rest"].strip() and not (marked or bracketed or apart):
        return None
    return match


def _said_once(found: list[ClockLine]) -> list[ClockLine]:
    """Without clocks that the next line repeats: "0 minutes 5 seconds" above "0:05"."""
    following = {clock.number: clock for clock in found}
    kept = []
    for clock in found:
        after = following.get(clock.number + 1)
        same = after is not None and after.name is None and int(after.start) == int(clock.start)
        if not same or clock.name or clock.rest.strip():
            kept.append(clock)
    return kept


def _with_likely_names(found: list[ClockLine]) -> list[ClockLine]:
    """Without lines such as "The train left at 10:30": names recur, or are written like names.

    Where some recur, one word in small letters is a name as well.
    """
    uses = Counter(clock.name for clock in found if clock.name)
    some_recur = any(n > 1 for n in uses.values())

    def is_likely(name: str) -> bool:
        of_one_word = some_recur and len(name.split()) == 1
        return uses[name] > 1 or _is_capitalised(name) or of_one_word

    return [c for c in found if c.name is None or is_likely(c.name)]


def _is_capitalised(name: str) -> bool:
    words = [word for word in re.split(r"[\s(\-]+", name) if word[:1].isalnum()]
    small = [word for word in words if word[0].islower()]
    return (
        name.lower() not in NOT_NAMES
        and bool(words)
        and len(small) <= len(words) / 2
        and (not words[-1][0].islower())
    )


def _of_main_form(found: list[ClockLine]) -> list[ClockLine]:
    """Clocks that stand as most of the file's do: at the beginning of the line or after a name."""
    after_name = sum(clock.name is not None for clock in found)
    if min(after_name, len(found) - after_name) >= 0.2 * len(found):
        return found
    wanted = after_name > len(found) / 2
    return [clock for clock in found if (clock.name is not None) == wanted]


def _seconds(clock: str | None) -> float | None:
    if clock is None:
        return None
    if ":" not in clock:
        return float(clock.rstrip(" s"))
    parts = re.split(r"[:;]", clock.replace(",", "."))
    frames = float(parts.pop()) if len(parts) == 4 or ";" in clock else 0.0
    values = [float(part) for part in parts]
    if any(value >= 60 for value in values[1:]):
        return None
    seconds = sum(value * 60.0**power for power, value in enumerate(reversed(values)))
    # Numbers that no frame has are left out: they count something else.
    return seconds + (frames / _FRAMES_PER_SECOND if frames < _FRAMES_PER_SECOND else 0.0)


def _longest_rising(found: list[ClockLine]) -> list[ClockLine]:
    """The longest series of clocks none of which runs back."""
    ends: list[float] = []  # the least last time of a series of each length
    at: list[int] = []
    before: list[int] = []
    for number, clock in enumerate(found):
        place = bisect_right(ends, clock.start)
        before.append(at[place - 1] if place else -1)
        ends[place : place + 1] = [clock.start]
        at[place : place + 1] = [number]
    series = []
    number = at[-1] if at else -1
    while number >= 0:
        series.append(found[number])
        number = before[number]
    return series[::-1]


def _lead(clocks: list[ClockLine], lines: Sequence[str]) -> bool:
    """Whether clocks lead the text, rather than stand in it by chance."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    blocks = [i for i in filled if i == 0 or not lines[i - 1].strip()]
    numbers = {clock.number for clock in clocks}
    alone = [c for c in clocks if not c.rest.strip() and (c.name is None or c.number in blocks)]
    if len(clocks) == 1:
        return len(blocks) == 1 and clocks[0].number == filled[0] and bool(clocks[0].rest.strip())
    if len(alone) >= 0.8 * len(clocks):
        return True
    of_blocks = sum(i in numbers for i in blocks) / len(blocks)
    return max(of_blocks, len(clocks) / len(filled)) >= _MIN_SHARE


def _fits(clocks: list[ClockLine], lines: Sequence[str], scale: int) -> bool:
    """Whether about as much is said between the clocks as their times, scaled, leave room for."""
    first, last = clocks[0].number, clocks[-1].number
    rests = {clock.number: clock.rest for clock in clocks}
    said = sum(
        spoken_seconds(words)
        for i in range(first, last)
        if (words := rests.get(i, lines[i])).strip()
    )
    # One more, as clocks are cut to whole seconds or minutes.
    span = (clocks[-1].start - clocks[0].start + 1) * scale
    if said < _MIN_SPOKEN * span and not _are_spoken(clocks, lines):
        return False
    most = _MAX_SPOKEN * (4 if len(clocks) <= 3 and scale == 1 else 1)
    return all(clock.precise for clock in clocks) or said <= most * span


def _are_spoken(clocks: list[ClockLine], lines: Sequence[str]) -> bool:
    """Whether the words at clocks are spoken, however few: chapters have titles on the same line.

    Spoken are words below a clock's line, and such that names lead, if they end like sentences.
    """
    if not any(clock.rest.strip() for clock in clocks):
        return True
    rests = [clock.rest for clock in clocks]
    if sum(ENDS_SENTENCE.search(rest) is not None for rest in rests) < _OF_TURNS * len(clocks):
        return False
    names = [c.name or leading_name(c.rest) for c in clocks]
    known = [name for name in names if name]
    if len(known) == len(clocks) and not any(name.lower() in NOT_NAMES for name in known):
        return True
    if len(known) >= _OF_TURNS * len(clocks) and are_certainly_names(known):
        return True
    by_line = {clock.number: clock.rest for clock in clocks}
    return bool(speaker_heads([by_line.get(i, line) for i, line in enumerate(lines)]))


def _in_order(found: list[ClockLine], forward: list[ClockLine], scale: int) -> Clocks:
    """All clocks; one that runs back is given the time of the clock before it."""
    kept = {clock.number for clock in forward}
    start = forward[0].start
    lines = []
    for clock in found:
        start = clock.start if clock.number in kept else start
        end = clock.end if clock.number in kept and scale == 1 else None
        lines.append(replace(clock, start=start * scale, end=end))
    back = tuple(clock.number for clock in found if clock.number not in kept)
    return Clocks(tuple(lines), back, scale != 1)
