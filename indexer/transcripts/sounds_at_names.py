"""Sounds that stand before the name of a speaker, or within it: `[laughs] ANNA:`, `ANNA [laughs]:`.

Captions for those who do not hear put what is heard where it is heard, and so before a name as
often as behind it. The name is looked for at the beginning; hence the sound goes behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from indexer.transcripts.sounds import is_sound_label

_NAME = r"[^\W_][^:：\n\[\]<>()]{0,40}?(?:\s\([^()\n]{1,30}\))?"
_BRACKET = r"(?:\[[^\[\]:：\n]{1,60}\]|\([^():：\n]{1,60}\))"
_BEFORE = re.compile(
    rf"^(?P<mark>[ \t]*(?:>{{1,3}}|[-–—‐])?[ \t]*)"
    rf"(?P<sound>(?:{_BRACKET}[ \t]*)+|[♪♫][♪♫ \t]*)(?P<gap>\n\s*|[ \t]*)"
    rf"(?P<name>{_NAME}|\[{_NAME}\])(?P<colon>\s?[:：])(?=\s)",
    re.MULTILINE,
)
_WITHIN = re.compile(
    rf"^(?P<mark>[ \t]*(?:>{{1,3}}|[-–—‐])?[ \t]*)(?P<name>{_NAME})[ \t]*"
    rf"(?P<sound>{_BRACKET})(?P<colon>\s?[:：])(?=\s)",
    re.MULTILINE,
)


_LED = re.compile(
    rf"^[ \t]*(?:>{{1,3}}|[-–—‐])?[ \t]*(?P<name>{_NAME}|\[{_NAME}\])\s?[:：](?=\s)", re.MULTILINE
)
_NEARLY_ALL = 0.8  # of the cues


def names_before_sounds(texts: Sequence[str]) -> list[str]:
    """Put the sounds of captions behind the name that follows them on their line or the next.

    A bracket that fills its line is a sound whatever it says; within a line it must name one, as
    the name of a speaker may hold other brackets (`Ben (he/him):`). What stands before a colon
    only once, in a file that does not put a name before nearly all, is no name: such a text stays.

    Args:
        texts: Of all cues of a file.
    """
    moved = [_moved(text, None) for text in texts]
    if moved == list(texts):
        return moved
    uses = Counter(match["name"] for text in moved for match in _LED.finditer(text))
    if sum(_LED.match(text) is not None for text in moved) >= _NEARLY_ALL * len(moved):
        return moved
    names = frozenset(name for name, n in uses.items() if n >= 2)
    return [_moved(text, names) for text in texts]


def _moved(text: str, names: frozenset[str] | None) -> str:
    """Move the sounds before, and within, some names; None for all."""
    if ":" not in text and "：" not in text:
        return text
    behind = partial(_behind, names=names)
    return _WITHIN.sub(behind, _BEFORE.sub(behind, text))


def _behind(match: re.Match[str], names: frozenset[str] | None) -> str:
    if names is not None and match["name"] not in names:
        return match[0]
    known = match.groupdict()
    own_line = "\n" in (known.get("gap") or "")
    if not own_line and not (match["sound"][0] in "♪♫" or is_sound_label(match["sound"])):
        return match[0]
    gap = "\n" if own_line else ""
    return f"{match['mark']}{match['name']}{match['colon']} {match['sound'].rstrip()}{gap}"
