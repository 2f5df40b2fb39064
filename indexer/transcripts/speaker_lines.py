"""Names that lead lines of text: `Anna: words`, `**Anna:** words`, `## Anna`, a line of its own.

The hard part is prose that holds a colon now and then, which must not be read as turns: a name
counts when it is set in bold, or when the same short name leads several lines. Forms that prose
has as well (`Anna - words`, `(Anna) words`) count where they lead nearly every paragraph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from indexer.transcripts.free_names import free_names, led_by
from indexer.transcripts.name_letters import NAME_LETTERS
from indexer.transcripts.name_lines import NOT_NAMES
from indexer.transcripts.sounds import is_sound_label

Heads = dict[int, tuple[str, int]]
"""Lines that begin a turn: index to (name, where the words begin); no name for one unknown."""

_CLOCK = r"(?:[\[(]?(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d+)?[\])]?\s+(?:-\s+)?)?"
_BEFORE = rf"\s*(?:>+\s*|(?:[-*+•–—]|\d{{1,4}}[.)])\s+)?{_CLOCK}"
_NAME = rf"[^\W_][{NAME_LETTERS} .,'’&/\-]{{0,39}}?(?:\s?\([^()]{{1,30}}\))?"
_MARK = r"(?:\*\*|__|</?(?:b|strong)>)"
_LINK = r"(?:\]\([^()\s]*\))?"
_BOLD = re.compile(rf"{_BEFORE}\[?{_MARK}({_NAME})\s*(?:[:：]\s*{_MARK}|{_MARK}\s*[:：]){_LINK}\s*")
_ITALIC = re.compile(rf"{_BEFORE}[*_]({_NAME})\s*(?:[:：]\s*[*_]|[*_]\s*[:：])\s*")
_BOLD_ALONE = re.compile(rf"{_BEFORE}{_MARK}({_NAME}){_MARK}(?:\s+|\s*\Z)")
_PLAIN = re.compile(rf"{_BEFORE}({_NAME})\s?([:;：])(?:\s+|\Z|(?<=：))")
_ANGLED = re.compile(rf"{_BEFORE}<({_NAME})>\s*:?\s+(?=\S)")
_ROUND = re.compile(rf"{_BEFORE}\(([^\W_][{NAME_LETTERS} .,'’&/\-]{{0,39}})\)\s*:?\s+(?=\S)")
_DASHED = re.compile(rf"{_BEFORE}({_NAME})\s+[-–—]{{1,2}}\s+(?=\S)")
_BARRED = re.compile(rf"{_BEFORE}({_NAME})\s?\|\s+(?=\S)")
_CORNERS = re.compile(rf"{_BEFORE}([^\W_][{NAME_LETTERS} ・]{{0,19}})(?=「[^「]*」\s*\Z)")
_LENSES = re.compile(
    rf"{_BEFORE}[【［〔](?:\s?)([^\W_][{NAME_LETTERS} ・]{{0,29}})[】］〕]\s*[:：]?\s*(?=\S)"
)
_LETTER = re.compile(rf"{_BEFORE}([QA])[.)]\s+(?=\S)")
_BRACKETED = re.compile(rf"{_BEFORE}\[({_NAME})\]\s*:?\s+(?=\S)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?:\*\*|__)?([^#*_]{1,60}?)(?:\*\*|__)?\s*:?\s*#*\s*\Z")
_ALONE = re.compile(rf"\s*(?:>+\s*)?(?:\*\*|__)?({_NAME})(?:\*\*|__)?\s*\Z")
# "D:", "P1:", "Q:", "HOST:", "Speaker 2:": no prose begins a line like this.
_CHEVRONS = re.compile(r"\s*>>+\s*")
_LABEL = re.compile(r"[A-Z]\d{0,2}|[A-Z][A-Z .'\-]{1,24}|(?i:speaker)[ _]?\w{1,3}")
_SPEAKER = re.compile(r"speaker[ _]?\w{1,3}\Z", re.IGNORECASE)
_LONGEST_OF_HEADINGS = 4  # words


_LEADING = (_ITALIC, _BOLD_ALONE, _ANGLED, _ROUND, _DASHED, _BARRED, _LETTER, _LENSES, _CORNERS)
_LEAST_LED = 0.8
_MOST_OF_NAMES = 0.6
_LEAST_OF_PARAGRAPHS, _LEAST_OF_BOLD = 0.4, 0.2
# "Yeah" is a paragraph of its own now and then; a speaker speaks more often.
_LEAST_OF_SMALL_NAMES, _LEAST_SHARE_OF_SMALL_NAMES = 3, 0.05


def speaker_heads(lines: Sequence[str]) -> Heads:
    """Find the lines that begin a turn; none in prose."""
    bold = [_BOLD.match(line) for line in lines]
    if sum(match is not None for match in bold) >= 2:
        return {i: (m[1], m.end()) for i, m in enumerate(bold) if m}
    return (
        _free_heads(lines)
        or _chevron_heads(lines)
        or _heading_heads(lines)
        or _bracketed_heads(lines)
        or _plain_heads(lines)
        or _names_alone(lines)
        or _names_in_paragraphs(lines)
        or next(filter(None, (_leading_heads(lines, form) for form in _LEADING)), {})
    )


def leading_name(line: str) -> str | None:
    """Return what may name who says a line, in brackets or before a colon; None for nothing."""
    match = _PLAIN.match(line)
    if match is not None and match[2] == ";":
        match = None
    match = match or _BRACKETED.match(line)
    return match[1] if match and _looks_like_name(match[1]) else None


def are_certainly_names(names: Sequence[str]) -> bool:
    """Return whether texts name speakers: most recur, are first and last names, or `Speaker 1`.

    Args:
        names: In the order of the turns; at least one.
    """
    uses = Counter(names)
    sure = [n for n in names if uses[n] >= 2 or _is_full_name(n) or _SPEAKER.match(n)]
    unknown = any(word in NOT_NAMES for name in uses for word in name.lower().split())
    return not unknown and len(uses) >= 2 and len(sure) >= _MOST_OF_NAMES * len(names)


def _free_heads(lines: Sequence[str]) -> Heads:
    """Display names of any form before colons, where they lead the paragraphs and recur."""
    blocks = _block_starts(lines)
    led = blocks if len(blocks) > 1 else [i for i, line in enumerate(lines) if line.strip()]

    def is_usual(line: str) -> bool:
        return leading_name(line) is not None

    free = free_names([lines[i] for i in led], is_usual)
    if not free:
        return {}
    names = free | {match["name"] for i in led if (match := led_by(lines[i]))}
    found = {i: match for i, line in enumerate(lines) if (match := led_by(line))}
    return {i: (m["name"], m.end()) for i, m in found.items() if m["name"] in names}


def _heading_heads(lines: Sequence[str]) -> Heads:
    """Headings of Markdown that recur: those of chapters do not."""
    found = {i: m[1].strip() for i, line in enumerate(lines) if (m := _HEADING.match(line))}
    uses = Counter(found.values())
    names = {
        name
        for name, n in uses.items()
        if len(name.split()) <= _LONGEST_OF_HEADINGS
        and (n >= 2 or _SPEAKER.match(name))
        and name.lower() not in NOT_NAMES
    }
    turns = [i for i, name in found.items() if name in names]
    if not turns or (len(names) < 2 and not all(map(_is_full_name, names))):
        return {}
    # Who speaks once has a heading as well, unless it is the title of the file.
    names |= {name for i, name in found.items() if i > turns[0] and _is_full_name(name)}
    turns = [i for i, name in found.items() if name in names]
    if len(names) < 2 or len(turns) < len(found) / 2:
        return {}
    return {i: (name, len(lines[i])) for i, name in found.items() if name in names}


def _chevron_heads(lines: Sequence[str]) -> Heads:
    """`>> Anna: words`, and `>> words` of a speaker who is not named, as live captions write."""
    marked = {i: m for i, line in enumerate(lines) if (m := _CHEVRONS.match(line))}
    named = {i: m for i in marked if (m := _PLAIN.match(lines[i])) and _looks_like_name(m[1])}
    filled = sum(bool(line.strip()) for line in lines)
    if len(named) < 2 or len(marked) < _LEAST_OF_PARAGRAPHS * filled:
        return {}
    return {
        i: (named[i][1], named[i].end()) if i in named else ("", match.end())
        for i, match in marked.items()
    }


def _bracketed_heads(lines: Sequence[str]) -> Heads:
    """`[Speaker 1] words`: labels in brackets before most paragraphs; `[Music]` leads few."""
    found = {i: m for i, line in enumerate(lines) if (m := _BRACKETED.match(line))}
    uses = Counter(m[1] for m in found.values())
    kept = {i for i, m in found.items() if uses[m[1]] >= 2 or _SPEAKER.match(m[1])}
    blocks = sum(
        bool(line.strip()) and (i == 0 or not lines[i - 1].strip()) for i, line in enumerate(lines)
    )
    filled = sum(bool(line.strip()) for line in lines)
    if len(kept) < 2 or len(kept) < 0.5 * min(blocks, filled):
        return {}
    return {i: (m[1], m.end()) for i, m in found.items()}


def _plain_heads(lines: Sequence[str]) -> Heads:
    """Turns whose names stand before a colon."""
    matches = {i: m for i, line in enumerate(lines) if (m := _PLAIN.match(line))}
    named = {i: m for i, m in matches.items() if m[2] != ";" and _looks_like_name(m[1])}
    uses = Counter(m[1] for m in named.values())
    names = {name for name, n in uses.items() if n >= 2}
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if not names:
        # Too short for anyone to speak twice: every line must carry a plain label.
        labels = all(_is_label(name) for name in uses)
        names = set(uses) if len(named) == len(filled) >= 2 and labels else set()
    turns = [i for i, m in named.items() if m[1] in names]
    if not turns or not _are_turns(lines, turns, filled, names):
        names = set()
    names |= _small_names(lines, matches)
    if not names:
        return {}
    names |= {name for name in uses if _is_label(name) or _is_full_name(name)}
    # "D; OK" is a slip of the pen for "D: OK" once D is known to speak.
    return {i: (m[1], m.end()) for i, m in matches.items() if m[1] in names}


def _small_names(lines: Sequence[str], matches: dict[int, re.Match[str]]) -> set[str]:
    """Names of any writing ("anna reed"), where they lead nearly every paragraph and recur."""
    blocks = [
        i
        for i, line in enumerate(lines)
        if line.strip() and (i == 0 or not lines[i - 1].strip() or i - 1 in matches)
    ]
    heads = [i for i in blocks if i in matches and matches[i][2] != ";"]
    uses = Counter(matches[i][1] for i in heads)
    known = all(name.lower() not in NOT_NAMES for name in uses)
    if len(heads) < 3 or len(heads) < 0.9 * len(blocks) or len(uses) < 2 or not known:
        return set()
    recurring = sum(n for n in uses.values() if n >= 2)
    enough = 0.5 if len(heads) == len(blocks) else 0.8
    return set(uses) if recurring >= enough * len(heads) else set()


def _names_alone(lines: Sequence[str]) -> Heads:
    """Names on lines of their own above their words: few, short, and in turns."""
    blocks = _block_starts(lines)
    followed = [i for i in blocks if i + 1 < len(lines) and lines[i + 1].strip()]
    found = {i: m[1] for i in followed if (m := _ALONE.match(lines[i])) and _is_written_so(m[1])}
    uses = Counter(found.values())
    kept = {i: name for i, name in found.items() if uses[name] >= 2}
    if len(kept) < 3 or len(kept) < 0.8 * len(blocks) or len(set(kept.values())) < 2:
        return {}
    return {i: (name, len(lines[i])) for i, name in found.items()}


def _names_in_paragraphs(lines: Sequence[str]) -> Heads:
    """Names in paragraphs of their own, each with the words of its speaker below."""
    blocks = _block_starts(lines)
    alone = [i for i in blocks if i + 1 == len(lines) or not lines[i + 1].strip()]
    found = {i: m[1] for i in alone if (m := _ALONE.match(lines[i]))}
    uses = Counter(found.values())
    found = {i: name for i, name in found.items() if _is_name_used(name, uses, len(blocks))}
    kept = [i for i, name in found.items() if uses[name] >= 2]
    at = [number for number, i in enumerate(blocks) if i in found and uses[found[i]] >= 2]
    together = sum(later - earlier == 1 for earlier, later in pairwise(at))
    bold = sum(lines[i].lstrip().startswith(("**", "__")) for i in kept) == len(kept)
    share = _LEAST_OF_BOLD if bold else _LEAST_OF_PARAGRAPHS
    few = len(kept) < 3 or len({found[i] for i in kept}) < 2 or len(kept) < share * len(blocks)
    if few or together or at[0] > 2 or at[-1] == len(blocks) - 1:
        return {}
    return {i: (name, len(lines[i])) for i, name in found.items() if uses[name] >= 2 or bold}


def _leading_heads(lines: Sequence[str], form: re.Pattern[str]) -> Heads:
    """Names in a form that prose has as well, where they recur and lead nearly every paragraph."""
    blocks = _block_starts(lines)
    filled = [i for i, line in enumerate(lines) if line.strip()]
    led = blocks if len(blocks) > 1 else filled
    found = {i: m for i in filled if (m := form.match(lines[i]))}
    uses = Counter(m[1] for m in found.values())
    found = {i: m for i, m in found.items() if _is_name_used(m[1], uses, len(led))}
    uses = Counter(m[1] for m in found.values())
    heads = sum(i in found and uses[found[i][1]] >= 2 for i in led)
    if len(found) < 3 or len(uses) < 2 or heads < _LEAST_LED * len(led):
        return {}
    return {i: (m[1], m.end()) for i, m in found.items()}


def _block_starts(lines: Sequence[str]) -> list[int]:
    """Indices of the first lines of the paragraphs."""
    return [
        i for i, line in enumerate(lines) if line.strip() and (not i or not lines[i - 1].strip())
    ]


def _is_name_used(name: str, uses: Counter[str], n_blocks: int) -> bool:
    """Whether words are a name without a colon; in small letters, too, if they lead many blocks."""
    least = max(_LEAST_OF_SMALL_NAMES, _LEAST_SHARE_OF_SMALL_NAMES * n_blocks)
    small = name.islower() and uses[name] >= least
    return _is_name_alone(name.title() if small else name)


def _is_name_alone(name: str) -> bool:
    """Whether words may be a name without a colon: short, written large, no label and no sound.

    Chris Bell, Roberto Clapis and Deepak Singh are names, whatever else bells and claps are.
    """
    words = re.sub(r"\(.*\)", "", name).split()
    return (
        0 < len(words) <= 4
        and not name.endswith((".", ",", ":"))
        and name.lower() not in NOT_NAMES
        and _is_large(words[0])
        and (_is_full_name(name) or not is_sound_label(name))
    )


def _is_large(word: str) -> bool:
    """Whether a word begins with a capital letter, or is of a script that has none."""
    return word[0].isupper() or (word[0].isalpha() and not word[0].islower())


def _are_turns(lines: Sequence[str], turns: list[int], filled: list[int], names: set[str]) -> bool:
    """Whether lines led by these names make up the file, rather than stand in it by chance."""
    blocks = [i for i in filled if i == 0 or not lines[i - 1].strip()]
    leading = set(turns)
    of_lines = len(turns) / len(filled)
    of_blocks = sum(i in leading for i in blocks) / len(blocks)
    if max(of_lines, of_blocks) >= 0.5:
        return True
    # Long turns over many lines: two speakers at least, from the start, by turns.
    starts_early = filled.index(turns[0]) <= len(filled) * 0.1
    return len(names) >= 2 and len(turns) >= 4 and starts_early and of_lines >= 0.1


def _is_label(name: str) -> bool:
    return _LABEL.fullmatch(name) is not None


def _looks_like_name(name: str) -> bool:
    words = re.sub(r"\(.*\)", "", name).split()
    if not 1 <= len(words) <= 5 or words[0].lower() in NOT_NAMES:
        return False
    return not words[0][0].islower() or bool(_SPEAKER.match(name))


def _is_full_name(name: str) -> bool:
    words = name.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() for word in words)


def _is_written_so(name: str) -> bool:
    """Whether a line may be a name, in small letters too ("sam boyer"): short, no sentence."""
    return len(name.split()) <= 4 and not name.endswith((".", ",", ":"))
