"""Clock times within or behind the words, moved before them, where `clock_lines` finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexer.transcripts.clock_lines import clock_line
from indexer.transcripts.durations import spoken_seconds

_TIME = r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
_LINK = r"(?:\((?:[^()\s]|\([^()\s]*\))*\))?"
_BRACKETED = rf"\\?\[{_TIME}\\?\]{_LINK}|\({_TIME}\)|\(\[{_TIME}\]{_LINK}\)"
_INNER = re.compile(rf"(?<=\S)\s+(?={_BRACKETED})")
_HEAD = re.compile(rf"\W*(?:{_TIME})")
# Not within a run of spaces: looking on from each of thousands takes the square of their number.
_BEHIND = re.compile(
    rf"(?<!\s)\s+(?P<clock>{_BRACKETED}|#?\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,-]\d{{1,3}})?#?)[.\s]*\Z"
)
_READ = re.compile(_TIME)
_SPAN = re.compile(rf"\s*[\[(]?{_TIME}\s?(?:-->|->|[-–—]|to)\s?{_TIME}[\])]?\s*")
_ENDED = re.compile(r"[.!?…,;][\"'”’)\]*_]*\Z")
_MIN_SHARE = 0.6
_LED_BY_SPANS = 0.9
_MOST_WORDS_OF_NAME = 8


def with_clocks_before(lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """Move clocks that end most paragraphs before these, and put inner ones on lines of their own.

    Returns:
        The lines, and for each the index of the line that it was.
    """
    moved = _with_ends_moved(_with_spans_moved(lines))
    split: list[str] = []
    numbers: list[int] = []
    several = sum(len(_INNER.findall(line)) for line in moved) >= 2
    for number, line in enumerate(moved):
        parts = list(_parts(line)) if several else [line]
        split += parts
        numbers += [number] * len(parts)
    return split, numbers


def _parts(line: str) -> Iterator[str]:
    """A line cut before the clocks in it, but for one that stands behind a name."""
    begin = 0
    for gap in _INNER.finditer(line):
        before = line[begin : gap.start()]
        timed = clock_line(before, 0)
        if (timed and timed.rest.strip()) or _ENDED.search(before) or _is_long(before):
            yield before
            begin = gap.end()
    yield line[begin:]


def _is_long(text: str) -> bool:
    return len(text.split()) > _MOST_WORDS_OF_NAME


def _with_spans_moved(lines: Sequence[str]) -> list[str]:
    """Lines of nothing but a start and an end, which end the paragraphs, at their beginning."""
    blocks = _blocks(lines)
    below = [b for b in blocks if len(b) > 1 and _SPAN.fullmatch(lines[b[-1]])]
    led = any(_HEAD.match(lines[block[0]]) for block in blocks)
    moved = list(lines)
    if not led and len(below) >= max(2, _LED_BY_SPANS * len(blocks)):
        for block in below:
            first, last = block[0], block[-1]
            moved[first : last + 1] = [lines[last], *lines[first:last]]
    return moved


def _with_ends_moved(lines: Sequence[str]) -> list[str]:
    filled = [i for i, line in enumerate(lines) if line.strip()]
    led = sum(_is_led(lines[i]) for i in filled)
    blocks = _blocks(lines)
    if all(len(block) == 1 for block in blocks) or len(blocks) < 2:
        blocks = [[i] for i in filled]
    ends = {block[0]: match for block in blocks if (match := _BEHIND.search(lines[block[-1]]))}
    if len(ends) < max(2, _MIN_SHARE * len(blocks)) or led > len(ends) / 2:
        return list(lines)
    last = {block[0]: block[-1] for block in blocks}
    words = {i: " ".join(lines[j] for j in range(i, last[i] + 1)) for i in ends}
    clocks = {i: _clock(match["clock"]) for i, match in ends.items()}
    behind = _are_ends([(_seconds(clocks[i]), spoken_seconds(words[i])) for i in ends])
    moved = list(lines)
    before = "0:00"
    for i, match in ends.items():
        moved[last[i]] = moved[last[i]][: match.start()]
        moved[i] = f"[{f'{before} --> {clocks[i]}' if behind else clocks[i]}] {moved[i]}"
        before = clocks[i]
    return moved


def _is_led(line: str) -> bool:
    """Whether words stand behind a clock at the head of a line, or behind a name and a clock."""
    if _HEAD.match(line):
        return True
    found = clock_line(line, 0)
    return found is not None and found.name is not None and bool(found.rest.strip())


def _are_ends(clocks: Sequence[tuple[float, float]]) -> bool:
    """Whether clocks behind words say when these end, rather than when they start.

    Args:
        clocks: For each the seconds, and how long the words before it last.
    """
    first, said = clocks[0]
    as_ends, as_starts = abs(first - said), first
    for (time, words), (later, next_words) in pairwise(clocks):
        as_starts += abs(later - time - words)
        as_ends += abs(later - time - next_words)
    return as_ends < as_starts


def _blocks(lines: Sequence[str]) -> list[list[int]]:
    """Indices of the lines of each paragraph."""
    blocks: list[list[int]] = []
    for i, line in enumerate(lines):
        if line.strip():
            if i == 0 or not lines[i - 1].strip():
                blocks.append([])
            blocks[-1].append(i)
    return blocks


def _clock(written: str) -> str:
    match = _READ.search(written)
    return match[0] if match else "0:00"


def _seconds(clock: str) -> float:
    parts = [float(part) for part in clock.replace(",", ".").split(":")]
    return sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
