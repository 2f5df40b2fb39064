"""Text with clock times: Otter, Zoom, Whisper's console, YouTube's panel and much else.

A cue starts at its clock and ends at the next one, or sooner: no words last for hours. Clocks are
whole seconds mostly; where they are whole minutes, and there is a recording, aligning the words
with it would time them better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.base.types import Cue
from indexer.transcripts.clock_forms import with_colons
from indexer.transcripts.clock_lines import (
    ENDS_SENTENCE,
    ClockLine,
    clock_line,
    clock_lines,
    spelled_clock,
)
from indexer.transcripts.clock_places import with_clocks_before
from indexer.transcripts.durations import longest_seconds, spoken_seconds
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.long_cues import sharing, split_long
from indexer.transcripts.markup import flat, without_markdown, without_timecodes
from indexer.transcripts.name_lines import NOT_NAMES
from indexer.transcripts.notes import Notes
from indexer.transcripts.speaker_lines import are_certainly_names, speaker_heads
from indexer.transcripts.text_lines import note_no_speech, text_lines
from indexer.transcripts.transcript import Transcript, timed_transcript

EXTENSIONS = (".txt", ".md")
_LABEL = re.compile(r"\[([^\[\]]{1,40})\]\s*:?\s*(?=\S)")
_MACHINE_LABEL = re.compile(r"\((speaker [\d?])\)\s*:?\s*(?=\S)")  # of whisper.cpp
_BOLD = re.compile(r"(?:\*\*|__)([^*_:]{1,40}?)(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:?)\s*(?=\S)")
_BOLD_WITH_CLOCK = re.compile(
    r"([^\s*_:][^*_:]{0,39}?)(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*(?=\S)"
)
# The bar of "Anna | Acme: words" is part of a name.
_COLUMN = re.compile(r"([^\t|]{1,40}?):?\s*(?:\t|\|(?![^:|\t.?!]{1,40}:\s))\s*(?=\S)")
_COLON = re.compile(r"(?:>+\s*)?([^\s:.?!][^:?!]{0,39}?):\s+(?=\S)")
# What share of the clocks must have a name of the form.
_FORMS = (
    *((_LABEL, 0.5), (_MACHINE_LABEL, 0.5), (_BOLD, 0.3), (_BOLD_WITH_CLOCK, 0.8)),
    *((_COLUMN, 0.8), (_COLON, 0.8)),
)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_BARE_NAME = re.compile(r"([^\W\d_a-z][\w.'’\-]*\s[^\W\d_a-z][\w'’\-]+)\s+(?=\S)")
_NUMBER = re.compile(r"\s*\d{1,6}\s*")
_LABELLED = re.compile(r"\s*speaker(?: name)?\s*:\s+", re.IGNORECASE)
_SPEAKER_ALONE = re.compile(r"\s*\[?(speaker[ _]?\d{1,3})\]?:?\s*", re.IGNORECASE)
# "1 Minute, 5 Sekunden", "1 分 5 秒" in any language.
_SPELLED = re.compile(
    r"\s*(?:\d{1,2}\s?[^\W\d_]{1,12}\.?(?:,?\s?[^\W\d_]{1,3}(?=\s\d))?,?\s?){1,3}"
)
_CHEVRONS = re.compile(r"\s*>>+\s*")


@dataclass
class _Piece:
    """A stretch of one speaker's words.

    Attributes:
        block: Number of the clock that it follows; -1 before the first.
        name: Who speaks, where that is written here.
        lines: The text, line by line.
    """

    block: int
    name: str | None
    lines: list[str]


def sniff(text: str, extension: str) -> bool:
    """Recognise running text in which clock times lead the paragraphs."""
    return extension in EXTENSIONS and bool(clock_lines(_laid_out(text)[0]).lines)


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read text with clocks; a name holds until the next one.

    Args:
        text: The file's text, in which `sniff` found clocks.
        extension: `.md` for Markdown.
        language: ISO 639 code to split sentences by.

    Raises:
        TranscriptError: There are no words.
    """
    notes = Notes()
    lines, numbers = _laid_out(text, notes)
    found = clock_lines(lines)
    for number in found.back:
        place = f"line {numbers[number] + 1}"
        notes.add("its clock runs back; timed by the one before", place)
    if found.minutes:
        notes.add("read as hours and minutes, as so much is said between them", "clock times")
    _drop_spelled_clocks(found.lines, lines)
    _drop_spelled_clocks_of_any_language(found.lines, lines)
    _drop_numbers(found.lines, lines)
    clocks = _with_names(list(found.lines), lines)
    pieces = _pieces(lines, clocks, numbers, notes)
    cues = _timed(_said(pieces, extension == ".md"), clocks, language)
    return timed_transcript(cues, "clocked-text", notes=notes, displayed=False)


def _laid_out(text: str, notes: Notes | None = None) -> tuple[list[str], list[int]]:
    """Lines with their clocks before the words, and the index of each in the file."""
    lines = with_colons(text_lines(text, notes))
    moved, numbers = with_clocks_before(lines)
    if clock_lines(moved).lines:
        return moved, numbers
    # A clock of another recording may stand within the words.
    return lines, list(range(len(lines)))


def _drop_spelled_clocks(clocks: Sequence[ClockLine], lines: list[str]) -> None:
    """Empty lines beside a clock that say it once more: "5 seconds" below or above "0:05"."""
    for clock in clocks:
        below, above = clock.number + 1, clock.number - 1
        if not clock.rest.strip() and below < len(lines):
            lines[below] = lines[below][spelled_clock(lines[below], clock.start) :]
        if above >= 0 and _says_only(lines[above], clock.start):
            lines[above] = ""


def _drop_spelled_clocks_of_any_language(clocks: Sequence[ClockLine], lines: list[str]) -> None:
    """Empty the lines below clocks where nearly each says, in whatever words, its numbers again."""
    below = [c.number + 1 for c in clocks if not c.rest.strip() and c.number + 1 < len(lines)]
    times = {clock.number + 1: int(clock.start) for clock in clocks}
    said = [
        i
        for i in below
        if _SPELLED.fullmatch(lines[i])
        and [int(n) for n in re.findall(r"\d+", lines[i]) if int(n)] == _fields(times[i])
    ]
    if len(said) >= max(2, 0.8 * len(clocks)):
        for i in said:
            lines[i] = ""


def _fields(seconds: int) -> list[int]:
    """Hours, minutes and seconds, without those that are 0."""
    return [n for n in (seconds // 3600, seconds // 60 % 60, seconds % 60) if n]


def _says_only(line: str, seconds: float) -> bool:
    """Whether a line holds this time and nothing else, in words or as another clock does."""
    if spelled_clock(line, seconds) == len(line):
        return True
    same = clock_line(line, 0)
    return (
        same is not None
        and same.name is None
        and not same.rest.strip()
        and int(same.start) == int(seconds)
    )


def _drop_numbers(clocks: Sequence[ClockLine], lines: list[str]) -> None:
    """Empty the lines above clocks that number these."""
    above = [clock.number - 1 for clock in clocks if clock.number]
    given = {i: int(lines[i]) for i in above if _NUMBER.fullmatch(lines[i])}
    counted = all(earlier < later for earlier, later in pairwise(given.values()))
    if counted and len(given) >= max(2, 0.8 * len(clocks)):
        for i in given:
            lines[i] = ""


def _with_names(clocks: list[ClockLine], lines: list[str]) -> list[ClockLine]:
    """Clocks with the names beside them, by the form that most lines of the file have."""
    if sum(clock.name is not None for clock in clocks) > len(clocks) / 2:
        return clocks
    for form, share in _FORMS:
        found = [form.match(clock.rest) for clock in clocks]
        names = Counter(match[1] for match in found if match)
        named = sum(names.values())
        if form is _COLON and found[0] and are_certainly_names([m[1] for m in found if m]):
            share = 0.5  # who goes on over several clocks is named at the first
        if named >= max(1, share * len(clocks)) and _are_names(names, form is _COLON):
            return [
                replace(clock, name=match[1], rest=clock.rest[match.end() :]) if match else clock
                for clock, match in zip(clocks, found, strict=True)
            ]
    if above := _with_labels_above(clocks, lines):
        return above
    alone = _with_names_alone(clocks, lines)
    return alone if alone is not clocks else _with_bare_names(clocks) or clocks


def _with_labels_above(clocks: list[ClockLine], lines: list[str]) -> list[ClockLine] | None:
    """Clocks whose speaker, `SPEAKER_01` or so, stands above the line where it changes.

    The lines of names are emptied. None where there are fewer than two.
    """
    above = {
        clock.number: match[1]
        for clock in clocks
        if clock.number and clock.rest.strip()
        if (match := _SPEAKER_ALONE.fullmatch(lines[clock.number - 1]))
    }
    if len(above) < 2:
        return None
    for number in above:
        lines[number - 1] = ""
    return [replace(clock, name=above.get(clock.number, clock.name)) for clock in clocks]


def _with_bare_names(clocks: list[ClockLine]) -> list[ClockLine] | None:
    """Clocks with names that nothing parts from the words: `[0:05] Anna Reed Good morning`.

    Two words written large begin every line, and are few; None where they do not.
    """
    found = [_BARE_NAME.match(clock.rest) for clock in clocks]
    uses = Counter(match[1] for match in found if match)
    if len(clocks) < 4 or None in found or len(uses) < 2 or min(uses.values()) < 2:
        return None
    return [
        replace(clock, name=match[1], rest=clock.rest[match.end() :])
        for clock, match in zip(clocks, found, strict=True)
        if match
    ]


def _are_names(names: Counter[str], strict: bool) -> bool:
    """Whether beginnings of lines are names: short, and used again or written like names."""
    short = all(len(name.split()) <= 6 for name in names)
    known = not any(name.lower() in NOT_NAMES for name in names)
    capitals = all(word[0].isupper() for name in names for word in name.split())
    return short and known and (_most_recur(names) or capitals or (not strict and len(names) <= 20))


def _most_recur(names: Counter[str]) -> bool:
    return sum(n for n in names.values() if n >= 2) >= 0.6 * sum(names.values())


def _with_names_alone(clocks: list[ClockLine], lines: list[str]) -> list[ClockLine]:
    """Clocks whose line, or whose next or last line, holds nothing but a name that recurs.

    The lines of names are emptied.
    """
    following = [clock.number for clock in clocks[1:]] + [len(lines)]
    filled = [
        [i for i in range(clock.number + 1, end) if lines[i].strip()]
        for clock, end in zip(clocks, following, strict=True)
    ]
    # The name on the clock's line, words below it.
    with_words = sum(bool(below) for below in filled) >= 0.8 * len(clocks)
    if with_words and all(clock.rest.strip() for clock in clocks):
        rests = [_plain_name(clock.rest) for clock in clocks]
        if _recur(rests, len(clocks)):
            return [
                replace(clock, name=name, rest="") if name else clock
                for clock, name in zip(clocks, rests, strict=True)
            ]
    if any(clock.rest.strip() for clock in clocks):
        return clocks
    # The name below the clock, words below that.
    below_clock = [_plain_name(lines[at[0]]) if len(at) >= 2 else None for at in filled]
    if _recur(below_clock, len(clocks)):
        for at, name in zip(filled, below_clock, strict=True):
            if name:
                lines[at[0]] = ""
        return [replace(c, name=n) for c, n in zip(clocks, below_clock, strict=True)]
    # The name above the clock, at the end of the words before.
    first = [i for i in range(clocks[0].number) if lines[i].strip()]
    above = [first, *(at[1:] for at in filled[:-1])]
    above_clock = [_plain_name(lines[at[-1]]) if at else None for at in above]
    if _recur(above_clock, len(clocks)):
        for at, name in zip(above, above_clock, strict=True):
            if name:
                lines[at[-1]] = ""
        return [replace(c, name=n) for c, n in zip(clocks, above_clock, strict=True)]
    return clocks


def _plain_name(line: str) -> str | None:
    name = _LABELLED.sub("", line).strip().strip("*_#>[]:- \t")
    short = 0 < len(name) <= 60 and len(name.split()) <= 6
    return name if short and name[0].isalnum() and not ENDS_SENTENCE.search(name) else None


def _recur(names: Sequence[str | None], clocks: int) -> bool:
    """Whether nearly every clock has a name, and the names are few."""
    known = [name for name in names if name]
    recur = _most_recur(Counter(known)) or (bool(known) and are_certainly_names(known))
    return clocks >= 2 and len(known) >= 0.8 * clocks and recur


def _pieces(
    lines: list[str], clocks: list[ClockLine], numbers: list[int], notes: Notes
) -> list[_Piece]:
    """The text cut at its clocks and names, without what is no speech."""
    at = {clock.number: number for number, clock in enumerate(clocks)}
    words = list(lines)
    for clock in clocks:
        words[clock.number] = clock.rest
    # Where each clock has its name, a colon within the words names nobody.
    named = sum(clock.name is not None for clock in clocks) > len(clocks) / 2
    heads = {} if named else speaker_heads(words)
    pieces: list[_Piece] = []
    first = numbers[clocks[0].number]
    block = -1
    for i, line in enumerate(words):
        if i in at:
            block = at[i]
            pieces.append(_Piece(block, clocks[block].name, []))
        if i in heads:
            name, begin = heads[i]
            line = line[begin:]
            if i in at:
                pieces[-1].name = name
            else:
                pieces.append(_Piece(block, name, []))
        elif line.strip() and _is_no_speech(line, block, clocks, numbers[i] == first):
            note_no_speech(notes, numbers[i], line)
            continue
        if not pieces:
            pieces.append(_Piece(block, None, []))
        pieces[-1].lines.append(line)
    return pieces


def _is_no_speech(line: str, block: int, clocks: list[ClockLine], beside: bool) -> bool:
    """Whether a line is a heading or a title; `beside` for one on the line of the first clock."""
    if _HEADING.match(line):
        return True
    if beside:
        return False
    # Before the first clock stand titles and dates; what was said there ends like a sentence.
    first = clocks[0].start
    return block < 0 and (not ENDS_SENTENCE.search(line) or spoken_seconds(line) > first + 1)


def _said(pieces: list[_Piece], markdown: bool) -> Iterator[tuple[int, str | None, str]]:
    """(block, speaker, words) of the pieces that hold any."""
    speaker: str | None = None
    for piece in pieces:
        speaker = speaker if piece.name is None else flat(piece.name) or None
        lines = [_CHEVRONS.sub("", line) for line in piece.lines]
        text = without_timecodes("\n".join(lines)).strip()
        words = without_markdown(text) if markdown else flat(text)
        if words:
            yield piece.block, speaker, words


def _timed(
    said: Iterator[tuple[int, str | None, str]], clocks: list[ClockLine], language: str
) -> Iterator[Cue]:
    """Cues between the clocks; several in one span share it by the length of their words."""
    spans: dict[float, list[tuple[int, str | None, str]]] = {}
    for block, speaker, words in said:
        start = clocks[block].start if block >= 0 else 0.0
        spans.setdefault(start, []).append((block, speaker, words))
    starts = sorted({clock.start for clock in clocks})
    for start, parts in spans.items():
        after = next((later for later in starts if later > start), None)
        given = [clocks[block].end for block, _, _ in parts if block >= 0]
        total = sum(spoken_seconds(words) for _, _, words in parts)
        text = " ".join(words for _, _, words in parts)
        if given and given[-1] is not None and given[-1] > start:
            end = given[-1]
        elif after is None:
            end = start + total
        else:
            end = min(after, start + max(longest_seconds(text), total))
        cues = [Cue(words, None, None, speaker) for _, speaker, words in parts]
        for cue in sharing(cues, start, end):
            yield from split_long(cue, language)


# Before turns and plain text, which take what has no clocks.
TRANSCRIPT_FORMATS.add("clocked-text", TranscriptFormat(EXTENSIONS, True, sniff, parse), order=890)
