"""What WebVTT and SRT share: blocks of a timing line and text, read so that no word is lost.

Parser libraries (webvtt-py, pysubs2, srt) drop what they do not expect: a cue with odd times,
text after a blank line. Here every line belongs to the timing line before it, unless it is known
to be something else: the number or identifier of the next cue, a comment, a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.base.timecode import CAPTION_CLOCK, read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.markup import without_invisible, without_tags
from indexer.transcripts.notes import Notes
from indexer.transcripts.text_lines import is_boilerplate, note_no_speech
from indexer.transcripts.times import has_good_times, repair_times

# Word processors make a dash and a bracket of the arrow, web pages an entity.
_ARROW = r"\s*(?:(?:[-=−‐‑–—－]\s?){1,3}(?:>|&gt;|＞)|[→⟶➔➜⇒＞])\s*"
_HAS_ARROW = re.compile(r"[-=−‐‑–—－]\s?(?:>|&gt;|＞)|[→⟶➔➜⇒＞]")
# A clock that is written out, as no sentence has it.
_FULL = r"\d{1,3}:\d{2}(?::\d{2})?[.,]\d{3}"
_DASHED = re.compile(rf"\s*({_FULL})\s*(?:-{{1,3}}|[–—])\s*({_FULL})\s*()\Z")
_INSIDE = re.compile(
    rf"(?:(?<=\S)[ \t]+|\A\s*)((?:\d{{1,6}}[ \t]+)?)(?={_FULL}[ \t]*-->[ \t]*{_FULL})"
)
_TIMING = re.compile(
    rf"\s*(?:\d{{1,6}}[.)]?\s+)?({CAPTION_CLOCK}){_ARROW}({CAPTION_CLOCK})(?![\w:])(.*)\Z"
)
_DAMAGED = re.compile(rf"\s*(\S*){_ARROW}(\S*)(.*)\Z")
# 62.5 without minutes, and commas between all fields: 00,01,02,500.
_PLAIN_SECONDS = re.compile(r"\d{1,6}[.,]\d{1,3}s?")
_COMMAS = re.compile(r"(\d{1,2}),(\d{2}),(\d{2},\d{3})")
_SETTING = re.compile(r"\s*(?:(?:vertical|line|position|size|align|region)|[XY][12]):\S+")
_NUMBER = re.compile(r"\s*#?(\d+)[.)]?\s*\Z")
# Around what a chat answered.
_FENCE = re.compile(r"^[ \t]*```\w*[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class CaptionBlock:
    """A timing line and the text below it.

    Attributes:
        line: Number of its timing line in the file, from 1.
        start: Seconds; None where the time is unreadable.
        end: Seconds; None where the time is unreadable.
        text: Lines of text, still with tags and entities, without blank ones.
        identifier: The line above it that numbers or names the cue; empty where there is none.
    """

    line: int
    start: float | None
    end: float | None
    text: str
    identifier: str = ""


def begins_with_timing(text: str) -> bool:
    """Whether a text begins like SRT: a timing line, perhaps below a number."""
    lines = [line for line in text[:2000].split("\n") if line.strip()][:2]
    if lines and _NUMBER.match(lines[0]):
        lines = lines[1:]
    return bool(lines) and _TIMING.match(lines[0]) is not None


def caption_lines(text: str) -> list[str]:
    """The lines of a file, without invisible marks and fences.

    Where captions follow each other on one line, each begins its own.
    """
    text = _FENCE.sub("", without_invisible(text))
    inside = _INSIDE.findall(text)
    if len(inside) > 1 and len(inside) > text.count("\n"):
        # A number before the times is the cue's, where the first has one; else it was said.
        cut = "\n\n\\1" if inside[0] else " \\1\n\n"
        text = _INSIDE.sub(cut, text)
    return text.split("\n")


def caption_blocks(
    lines: Sequence[str | None], notes: Notes, with_identifiers: bool = False
) -> list[CaptionBlock]:
    """Read blocks from the lines of a file.

    Args:
        lines: All lines; None stands for one that is neither text nor blank (a comment).
        notes: Takes warnings of what stands before the first timing line.
        with_identifiers: Whether cues may have names (WebVTT), not only numbers.

    Raises:
        TranscriptError: No timing line has readable times, though there are some.
    """
    timings = {
        i: timing for i in range(len(lines)) if (timing := _timing(lines, i, notes)) is not None
    }
    if not timings:
        return []
    if not any(has_good_times(Cue("", start, end)) for start, end, _ in timings.values()):
        _refuse(lines, timings)
    identifiers = _identifiers(lines, timings, with_identifiers)
    first = range(min(timings))
    if any((lines[i] or "").strip() and i not in identifiers for i in first):
        notes.add("text before the first times is left out", "line 1")
    blocks = []
    ordered = [*timings, len(lines)]
    for i, following in pairwise(ordered):
        start, end, rest = timings[i]
        text = [rest]
        for j, line in enumerate(lines[i + 1 : following], start=i + 1):
            if line is None or j in identifiers:
                continue
            if is_boilerplate(line):
                note_no_speech(notes, j, line)
            else:
                text.append(line)
        shown = "\n".join(line.strip() for line in text if line.strip())
        named = lines[i - 1] if i - 1 in identifiers else None
        blocks.append(CaptionBlock(i + 1, start, end, shown, (named or "").strip()))
    return blocks


def caption_cues(blocks: Iterable[CaptionBlock], notes: Notes) -> list[Cue]:
    """Cues of blocks, with their tags; impossible times are repaired, empty blocks dropped."""
    filled = [block for block in blocks if block.text]
    cues = [Cue(block.text, block.start, block.end) for block in filled]
    return repair_times(cues, [f"line {block.line}" for block in filled], notes)


def caption_text(text: str) -> str:
    """Text of a caption without tags and entities, its lines kept apart."""
    lines = (without_tags(line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


_Timing = tuple[float | None, float | None, str]


def _timing(lines: Sequence[str | None], i: int, notes: Notes) -> _Timing | None:
    """Start, end and the words of a timing line; None for a line of text."""
    line = lines[i]
    if line is None:
        return None
    match = _DASHED.match(line)
    if match is None and not _HAS_ARROW.search(line):
        return None
    match = match or _TIMING.match(line)
    if match is not None:
        return read_caption_clock(match[1]), read_caption_clock(match[2]), _words(match[3])
    if "-->" not in line or not re.search(r"\d", line) or not _is_in_place(lines, i):
        return None  # an arrow in text
    match = _DAMAGED.match(line)
    if match is None or not re.search(r"\d[:.,]\d", match[1] + " " + match[2]):
        return None
    return _clock(match[1]), _clock(match[2]), _words(match[3])


def _clock(text: str) -> float | None:
    """Seconds of a time in an unusual form; None for what is no time."""
    if _PLAIN_SECONDS.fullmatch(text):
        return float(text.rstrip("s").replace(",", "."))
    return read_caption_clock(_COMMAS.sub(r"\1:\2:\3", text))


def _words(rest: str) -> str:
    """What stands behind the times, without the settings of the cue."""
    return _SETTING.sub("", rest).strip()


def _is_in_place(lines: Sequence[str | None], i: int) -> bool:
    """Whether a timing line may stand here: at the beginning, after a blank line or a number."""
    above = lines[i - 1] if i else None
    return above is None or not above.strip() or _NUMBER.match(above) is not None


def _refuse(lines: Sequence[str | None], timings: dict[int, _Timing]) -> None:
    i, (start, end, _) = next(iter(timings.items()))
    if start is None or end is None:
        shown = str(lines[i]).strip()[:60]
        raise TranscriptError(
            f'line {i + 1}: "{shown}" has no readable times; '
            "write them as 00:01:02.500 --> 00:01:04.000"
        )
    if start < 0 or end < 0:
        raise TranscriptError(f"line {i + 1}: a time is negative; correct it")
    raise TranscriptError(f"line {i + 1}: it ends before it starts; correct its times")


def _identifiers(
    lines: Sequence[str | None], timings: dict[int, _Timing], with_names: bool
) -> set[int]:
    """Lines that number or name the cue below them, and so are no words.

    Such a line stands directly above the times and below a blank line. One with spaces, or one
    without the blank line, counts only where most cues of the file have such lines: else it is
    the end of the text above. Where they are all that most cues have, they are what is said.
    """

    def text(i: int) -> str:
        return (lines[i] or "").strip() if i >= 0 else ""

    above = [i - 1 for i in timings if text(i - 1) and i - 1 not in timings]
    apart = [i for i in above if not text(i - 1)]
    habit = 2 * len(apart) > len(timings)
    numbered = 2 * sum(_NUMBER.match(text(i)) is not None for i in above) > len(timings)
    alone = {
        i - 1
        for before, i in pairwise(timings)
        if not timings[before][2] and not any(map(text, range(before + 1, i - 1)))
    }
    names_said = 2 * len(alone.intersection(above)) >= len(timings)
    first = next(iter(timings))
    found: set[int] = set()
    count = -1  # of the cue before
    for i in timings:
        candidate = i - 1
        while candidate > 0 and not text(candidate) and lines[candidate] is not None:
            candidate -= 1
        if candidate < 0 or candidate in timings or not text(candidate):
            continue
        words = text(candidate)
        directly, below_blank = candidate == i - 1, not text(candidate - 1)
        below_times = candidate - 1 in timings
        counted = _NUMBER.match(words) if len(words) < 10 else None
        number = int(counted[1]) if counted else None
        begins = not found and number in (0, 1) and i == first
        if number is not None and (number == count + 1 or begins) and (directly or below_blank):
            is_identifier = True
        elif not directly:
            is_identifier = False
        elif number is not None:
            is_identifier = below_blank or below_times or numbered
        else:
            usual = habit or len(words.split()) == 1 or i == first
            is_said = names_said and candidate in alone
            is_identifier = with_names and below_blank and usual and not is_said
        if is_identifier:
            found.add(candidate)
            count = number if number is not None else count
    return found
