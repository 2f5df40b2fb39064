"""Words that captions show several times, kept once: rolling, highlighted and joined captions.

Display needs repetition that speech has not. What counts as repetition is never the same text
alone, for people do repeat a sentence: it is text that still stands there from the caption
before, in a file where that is the habit; text shown too briefly to be said; or text whose times
overlap its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from indexer.base.types import Cue
from indexer.transcripts.notes import Notes

# Faster than anybody speaks: auctioneers reach about 6 words a second.
_MAX_WORDS_PER_SECOND = 8.0
_FLASH = 0.05  # seconds; YouTube puts cues of 10 ms between the others
_NEXT_TO = 0.1  # seconds
_WITHIN_A_SENTENCE = 2.0  # seconds between two highlighted words of one sentence
_MAX_CARRIED = 200  # words
_FEW = 3  # words that two people may well say at the same moment, or one twice
_REPEATED = "captions show words several times (rolling or highlighted); each is kept once"


def without_repeats(cues: Sequence[Cue], notes: Notes) -> list[Cue]:
    """Keep the words of each cue that were not shown before, at the time of their first display.

    Args:
        cues: With times, sorted by them; line breaks in their text say where lines of the screen
            begin, where the format has such.
        notes: Takes a warning where anything is left out.
    """
    kept = _without_copies(cues)
    if _is_rolling(kept):
        kept = list(_unrolled(kept))
    kept = list(_joined(kept))
    kept = _without_overlaps(kept)
    if sum(len(cue.text.split()) for cue in kept) < sum(len(cue.text.split()) for cue in cues):
        notes.add(_REPEATED)
    return kept


def without_highlighting(cues: Sequence[Cue], plain: Sequence[str]) -> list[Cue]:
    """Join cues that hold one sentence, each with another word of it marked by a tag.

    stable-ts and Whisper's `highlight_words` write so. A mark that goes back to the left begins
    the sentence anew: somebody repeats it.

    Args:
        cues: With times, in order; their text still with its tags.
        plain: The text of each without tags.

    Returns:
        The cues, without tags.
    """
    joined: list[Cue] = []
    last_mark: int | None = None
    marked = False
    for cue, text in zip(cues, plain, strict=True):
        mark = _mark(cue.text)
        before = joined[-1] if joined else None
        if (
            before is not None
            and text
            and before.text == text
            and _gap(before, cue) <= _WITHIN_A_SENTENCE
            and (marked or mark is not None)
            and (last_mark is None or mark is None or mark > last_mark)
        ):
            joined[-1] = replace(before, end=_later_end(before, cue))
        else:
            joined.append(replace(cue, text=text))
            last_mark, marked = None, False
        if mark is not None:
            last_mark, marked = mark, True
    return joined


_TAGGED = re.compile(r"<(u|b|i|font|c|span)\b[^<>]*>([^<>]*)</\1\s*>", re.IGNORECASE)
_WORD_TIME = re.compile(r"<\d[\d:.]*>")
_ANY_TAG = re.compile(r"<[^<>]*>")


def _mark(text: str) -> int | None:
    """How many characters stand before the only marked part of a text; None if all or none is."""
    if _WORD_TIME.search(text):
        return None  # painted word by word: the tags mark no word of a sentence shown before
    found = [match for match in _TAGGED.finditer(text) if match[2].strip()]
    if len(found) != 1:
        return None
    before = _ANY_TAG.sub("", text[: found[0].start()]).strip()
    after = _ANY_TAG.sub("", text[found[0].end() :]).strip()
    return len(before) if before or after else None


def _without_copies(cues: Sequence[Cue]) -> list[Cue]:
    """Cues without exact copies: parts of a stream that were joined repeat those at the seam."""
    unique = {(cue.start, cue.end, _words(cue), cue.speaker): cue for cue in reversed(cues)}
    kept = {id(cue) for cue in unique.values()}
    return [cue for cue in cues if id(cue) in kept]


def _is_rolling(cues: Sequence[Cue]) -> bool:
    """Whether most captions begin with the words of the one before, or end what it began."""
    rolling = others = flashes = 0
    for before, cue in pairwise(cues):
        shown, words = _words(before), _words(cue)
        if shown == words or before.speaker != cue.speaker:
            continue
        carried = _carried(shown, cue)
        flashes += _length(cue) < _FLASH or _length(before) < _FLASH
        if carried >= 2 or (carried and flashes):
            rolling += 1
        else:
            others += 1
    if rolling < others or not rolling:
        return False
    return rolling >= 2 or flashes > 0 or any(_length(cue) < _FLASH for cue in cues)


def _unrolled(cues: Sequence[Cue]) -> Iterator[Cue]:
    shown: tuple[str, ...] = ()
    before: Cue | None = None
    for cue in cues:
        words = _words(cue)
        carried = _carried(shown, cue)
        if (
            carried == len(words) == len(shown)
            and before is not None
            and _gap(before, cue) > _NEXT_TO
            and not _is_too_brief(cue)
        ):
            carried = 0  # nothing scrolled: the words are said again
        if carried < len(words):
            begin = list(re.finditer(r"\S+", cue.text))[carried].start()
            yield replace(cue, text=cue.text[begin:])
        if words:
            shown, before = words, cue


def _carried(shown: tuple[str, ...], cue: Cue) -> int:
    """Number of words at the beginning of a cue that end the caption before.

    They are whole lines of the screen, or all that was shown: two captions that share a word by
    chance share less.
    """
    words = _words(cue)
    lines = [len(line.split()) for line in cue.text.split("\n")]
    ends = {sum(lines[: i + 1]) for i in range(len(lines))} | {len(shown)}
    for count in range(min(len(shown), len(words), _MAX_CARRIED), 0, -1):
        if count in ends and shown[-count:] == words[:count]:
            return count
    return 0


def _joined(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Runs of one text as one cue, where it is shown too briefly to be said that often."""
    runs: list[list[Cue]] = []
    for cue in cues:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and _words(last) == _words(cue)
            and last.speaker == cue.speaker
            and _gap(last, cue) <= _WITHIN_A_SENTENCE
        ):
            runs[-1].append(cue)
        else:
            runs.append([cue])
    brief = [len(run) >= _FEW and sum(map(_is_too_brief, run)) * 2 >= len(run) for run in runs]
    # A file of such runs has short ones too, of sentences of two words.
    highlighted = 2 * sum(len(r) for r, b in zip(runs, brief, strict=True) if b) > len(cues)
    for run, is_brief in zip(runs, brief, strict=True):
        too_brief = sum(map(_is_too_brief, run))
        if len(run) > 1 and (is_brief or highlighted or 2 * too_brief >= len(run)):
            end = run[0]
            for cue in run[1:]:
                end = replace(end, end=_later_end(end, cue))
            yield end
        else:
            yield from run


def _without_overlaps(cues: Sequence[Cue]) -> list[Cue]:
    """Cues without those that begin while their own words are still being said."""
    kept: list[Cue] = []
    latest: dict[tuple[tuple[str, ...], str | None], int] = {}
    for cue in cues:
        key = (_words(cue), cue.speaker)
        before = latest.get(key)
        if before is not None and _amount(cue) >= _FEW and _gap(kept[before], cue) < -_NEXT_TO:
            kept[before] = replace(kept[before], end=_later_end(kept[before], cue))
            continue
        latest[key] = len(kept)
        kept.append(cue)
    return kept


def _words(cue: Cue) -> tuple[str, ...]:
    return tuple(cue.text.split())


def _amount(cue: Cue) -> float:
    """Words of a cue; in a script without spaces two characters count as one."""
    wide = sum(c > "\u2e7f" for c in cue.text)
    return len(cue.text.split()) + wide / 2


def _is_too_brief(cue: Cue) -> bool:
    """Whether a cue is over before its words could be said."""
    return _amount(cue) >= 2 and _amount(cue) > _MAX_WORDS_PER_SECOND * _length(cue)


def _length(cue: Cue) -> float:
    assert cue.start is not None
    assert cue.end is not None
    return cue.end - cue.start


def _gap(before: Cue, cue: Cue) -> float:
    assert before.end is not None
    assert cue.start is not None
    return cue.start - before.end


def _later_end(first: Cue, second: Cue) -> float:
    assert first.end is not None
    assert second.end is not None
    return max(first.end, second.end)
