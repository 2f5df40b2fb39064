"""Who speaks, where the name leads the words: `Anna: ...`, `>> ANNA: ...`, `- Anna: ...`.

A colon after a few words is a speaker only where the file uses it so, hence a whole transcript is
judged at once. Zoom writes a name in every cue; Podcasting 2.0 where the speaker changes
(https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md);
live captions put `>>` before it, and `>>` alone where the new speaker is not named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.base.types import Cue
from indexer.transcripts.free_names import free_names, led_by
from indexer.transcripts.name_letters import NAME_LETTERS
from indexer.transcripts.name_lines import NO_SPEECH, NOT_NAMES, with_name_lines
from indexer.transcripts.sounds_at_names import names_before_sounds
from indexer.transcripts.wrapped_names import (
    names_in_brackets,
    unwrapped_names,
    with_colons_behind,
)

_PREFIX = re.compile(
    r"\s*(?P<mark>>{1,3}\s*|[-–—‐]\s*(?=\S))?"
    r"(?:(?:\[(?P<bracket>[^\[\]:\n]{1,60})\]|\((?P<round>speaker [\d?])\))(?P<colon>\s*[:：])?"
    r"|(?P<name>(?:\+(?=\d))?[^\W_][^:：\n\[\]<>]{0,59}?)\s?[:：])"
    r"(?P<rest>\s+|\Z|(?<=：))"
)
_CHANGE = re.compile(r"\s*(?:>>+)\s*")
_DASH = re.compile(r"\s*[-–—‐]\s*(?=\S)")
# "+44 7700 900123" takes part by telephone.
_WORD = re.compile(
    rf"(?:[+#](?=\d))?[^\W_][{NAME_LETTERS}.'’&/\-]*,?|&|\([^()]{{1,30}}\)|\.", re.UNICODE
)
_MACHINE_NAME = re.compile(r"(?:speaker|spk)[ _]?#?\w{1,3}\Z", re.IGNORECASE)
_MAX_WORDS = 6
# "The question is: why?"
_VERBS = frozenset({"is", "are", "was", "were", "says", "said", "asks", "asked"})


@dataclass(frozen=True)
class _Lead:
    """What stands before the words of a line.

    `mark` is `>>`, `-` or empty; `sure` for a form that only names have (`[SPEAKER_01]:`).
    """

    name: str
    mark: str
    end: int
    sure: bool
    colon: bool
    words_begin: str


def with_speakers(cues: Iterable[Cue]) -> list[Cue]:
    """Cues whose leading name has become their speaker.

    - In a file where nearly every cue has such a name, each counts (Zoom).
    - Else a name counts that leads several cues, is marked by `>>` or brackets, or has the form
      of the names that do. Words in capitals are only a name where not all is in capitals.
    - Where the first cues have a name and others none, it holds until the next name. So do the
      voices of a file that names them only where they change.
    - Lines of one cue by several speakers become a cue each, with its times.
    - Where nearly all cues begin with a line, or with brackets, of few short texts that recur,
      these are names.

    Args:
        cues: In order; line breaks in their text are lines of the screen. A cue that already has
            a speaker is left alone.
    """
    ordered = _with_usual_heads(list(cues))
    open_texts = [c.text for c in ordered if not c.speaker and not NO_SPEECH.fullmatch(c.text)]
    free = free_names(open_texts, lambda text: _lead(text) is not None)
    given = _with_carried_voices(with_name_lines(ordered, bool(free)))
    listed = [piece for cue in given for piece in _by_changes(cue)]
    leads = [None if cue.speaker else _lead(cue.text, free) for cue in listed]
    if not any(leads):
        return [_without_change(cue) for cue in listed]
    names = _names(listed, leads)
    names |= _names_below(listed, leads, names)
    listed = [piece for cue in listed for piece in _by_lines(cue, names, free)]
    leads = [None if cue.speaker else _lead(cue.text, free) for cue in listed]
    carried = _is_carried(listed, leads, names)
    named: list[Cue] = []
    current: str | None = None
    for cue, lead in zip(listed, leads, strict=True):
        if cue.speaker:
            current = None
        elif lead and _is_in(lead, names):
            current = lead.name
            cue = replace(cue, text=cue.text[lead.end :], speaker=current)
        elif _CHANGE.match(cue.text):
            current = None
            cue = _without_change(cue)
        elif _DASH.match(cue.text) and "\n" in cue.text:
            current = None  # two speakers, neither of them named
        elif carried and current:
            cue = replace(cue, speaker=current)
        named.append(cue)
    return named


def _with_usual_heads(cues: Sequence[Cue]) -> list[Cue]:
    """Cues whose names stand before the sounds, and in the marks that most captions have."""

    def written(cue: Cue, text: str) -> Cue:
        return cue if cue.speaker or text == cue.text else replace(cue, text=text)

    texts = names_before_sounds([unwrapped_names(cue.text) for cue in cues])
    bare = list(map(written, cues, texts))
    bracketed = names_in_brackets([cue.text for cue in bare if not cue.speaker])
    if not bracketed:
        return bare
    return [written(cue, with_colons_behind(cue.text, bracketed)) for cue in bare]


def _without_change(cue: Cue) -> Cue:
    """A cue without the `>>` that says that somebody else speaks."""
    change = _CHANGE.match(cue.text)
    return replace(cue, text=cue.text[change.end() :]) if change else cue


def _with_carried_voices(cues: list[Cue]) -> list[Cue]:
    """Cues with the speaker of those before, where no voice stands twice in a row.

    A file that leaves out whom it does not know names others several times in a row.
    """
    voices = [cue.speaker for cue in cues if cue.speaker]
    changes = all(before != after for before, after in pairwise(voices))
    few = 2 * (len(cues) - len(voices)) < max(4, len(voices))
    if len(voices) < 2 or not changes or few or not cues[0].speaker:
        return cues
    if any(_lead(cue.text) or _CHANGE.match(cue.text) for cue in cues if not cue.speaker):
        return cues
    carried = []
    current: str | None = None
    for cue in cues:
        current = cue.speaker or current
        carried.append(replace(cue, speaker=current))
    return carried


def _lead(text: str, free: frozenset[str] = frozenset()) -> _Lead | None:
    if free and (led := led_by(text)) and led["name"] in free:
        begin = text[led.end() : led.end() + 1]
        return _Lead(led["name"], "", led.end(), sure=False, colon=True, words_begin=begin)
    match = _PREFIX.match(text)
    if match is None:
        return None
    bracketed = match["name"] is None
    name = " ".join((match["bracket"] or match["round"] or match["name"]).split())
    if match["round"]:  # of whisper.cpp, which writes a question mark where it does not know
        return _Lead(name, "", match.end(), sure=True, colon=False, words_begin="")
    words = name.split()
    if not _WORD.match(name) or len(words) > _MAX_WORDS or not all(map(_WORD.fullmatch, words)):
        # Words in brackets may hold spaces: "Ben Ito (he / him)".
        without = re.sub(r"\([^()]*\)", "", name).split()
        if not without or len(without) > _MAX_WORDS or not all(map(_WORD.fullmatch, without)):
            return None
    if (
        name.lower() in NOT_NAMES
        or words[-1].lower() in _VERBS
        or re.match(r"https?\Z", name, re.IGNORECASE)
    ):
        return None
    colon = match["name"] is not None or match["colon"] is not None
    machine = _MACHINE_NAME.match(name) is not None
    if bracketed and not colon and not machine:
        return None
    return _Lead(
        name,
        (match["mark"] or "").strip()[:2],
        match.end(),
        sure=machine or bracketed,
        colon=colon,
        words_begin=text[match.end() :].lstrip("\"'“‘«¿¡([♪ \n")[:1],
    )


def _names(cues: Sequence[Cue], leads: Sequence[_Lead | None]) -> set[str]:
    """The names that are speakers of this file."""
    found = [lead for lead in leads if lead]
    open_cues = sum(not cue.speaker and not NO_SPEECH.fullmatch(cue.text) for cue in cues)
    uses = Counter(lead.name for lead in found)
    share = len(found) / max(1, open_cues)
    sure = {lead.name for lead in found if lead.sure}
    marked = {lead.name for lead in found if lead.mark == ">>" and len(lead.name.split()) <= 4}
    capitals = _is_in_capitals(cues)
    names = sure | marked
    repeated = len(uses) * 2 <= len(found)
    if share >= 0.8 and (repeated or (len(found) >= 3 and not capitals)):
        return set(uses)
    if len(found) == open_cues == 2 and all(_is_proper(lead.name) for lead in found):
        return set(uses)
    by_marks = sum(lead.mark == ">>" for lead in found) * 2 > len(found) or (
        capitals and bool(marked)
    )
    if by_marks:
        # `>>` is how this file writes names; without it, words before a colon are said.
        return names
    for name, count in uses.items():
        if count >= 2 and _is_like_a_name(name, capitals, share):
            begins = [lead.words_begin for lead in found if lead.name == name]
            if len(name.split()) > 1 or share >= 0.5 or not all(map(str.islower, begins)):
                names.add(name)
    leading = leads[0].name if leads[0] else None
    uses_names = bool(names) or (leading is not None and _is_like_a_name(leading, capitals, share))
    if not uses_names:
        return names
    for lead in found:
        if not _is_like_a_name(lead.name, capitals, share):
            continue
        in_capitals = not capitals and lead.name.isupper() and len(lead.name.split()) <= 3
        # Speech begins with a capital letter after a name, not after "Remember:".
        if in_capitals or (not capitals and not lead.words_begin.islower() and len(names) > 0):
            names.add(lead.name)
    return names


def _names_below(cues: Sequence[Cue], leads: Sequence[_Lead | None], names: set[str]) -> set[str]:
    """Names that lead a later line of a cue, written as the name that leads its first one."""
    found = set()
    capitals = _is_in_capitals(cues)
    for cue, first in zip(cues, leads, strict=True):
        if first is None or not _is_in(first, names) or first.sure:
            continue
        for line in cue.text.split("\n")[1:]:
            lead = _lead(line)
            if lead is None or lead.mark != first.mark or lead.words_begin.islower():
                continue
            is_alike = lead.name.isupper() == first.name.isupper()
            if is_alike and _is_like_a_name(lead.name, capitals, 0.0):
                found.add(lead.name)
    return found


def _is_like_a_name(name: str, capitals: bool, share: float) -> bool:
    words = re.sub(r"\([^()]*\)", "", name).split()
    if not words or len(words) > 5:
        return False
    if capitals:
        return len(words) <= 2 or (len(words) == 3 and share >= 0.5)
    if share >= 0.5:
        return True
    # Particles within a name may be small: "Maria del Carmen Ruiz".
    return not words[0][0].islower() and not words[-1][0].islower()


def _is_proper(name: str) -> bool:
    """Whether a name is one or two words that begin with a capital letter, no label."""
    words = name.split()
    return len(words) <= 2 and all(word[0].isupper() for word in words)


def _is_in_capitals(cues: Sequence[Cue]) -> bool:
    """Whether (nearly) all words are in capitals, as live captions are."""
    upper = lower = 0
    for cue in cues:
        upper += sum(map(str.isupper, cue.text))
        lower += sum(map(str.islower, cue.text))
    return upper > 4 * lower


def _is_carried(cues: Sequence[Cue], leads: Sequence[_Lead | None], names: set[str]) -> bool:
    """Whether a name holds for the cues after it: the file begins with one, and not all have it."""
    open_cues = [
        (cue, lead) for cue, lead in zip(cues, leads, strict=True) if not cue.speaker and cue.text
    ]
    begins = any(lead is not None and _is_in(lead, names) for _, lead in open_cues[:3])
    marked = any(lead is not None and lead.mark == ">>" for _, lead in open_cues)
    # Where words before a colon lead every cue, those that name nobody leave it open who speaks.
    plain = any(_PREFIX.match(cue.text) is None for cue, _ in open_cues)
    return (begins or marked) and plain


def _is_in(lead: _Lead, names: set[str]) -> bool:
    return lead.name in names and (lead.colon or lead.sure)


def _by_changes(cue: Cue) -> Iterator[Cue]:
    """A cue as several where `>>` stands after the end of a sentence or of a line."""
    if ">>" not in cue.text or cue.speaker:
        yield cue
        return
    for piece in re.split(r"(?:(?<=[.!?…\"”])[ \t]+|\n\s*)(?=>>)", cue.text):
        yield replace(cue, text=piece)


def _by_lines(cue: Cue, names: set[str], free: frozenset[str]) -> Iterator[Cue]:
    """A cue as several where a later line begins with the name of a speaker."""
    if cue.speaker or "\n" not in cue.text:
        yield cue
        return
    held: list[str] = []
    for line in cue.text.split("\n"):
        lead = _lead(line, free)
        if held and lead and _is_in(lead, names):
            yield replace(cue, text="\n".join(held))
            held = []
        held.append(line)
    yield replace(cue, text="\n".join(held))
