"""Sounds that stand before the name of a speaker, or within it: `[laughs] ANNA:`, `ANNA [laughs]:`.

Captions for those who do not hear put what is heard where it is heard, and so before a name as
often as behind it. The name is looked for at the beginning; hence the sound goes behind it.
"""

from __future__ import annotations

import re

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


def names_before_sounds(text: str) -> str:
    """Put the sounds of a caption behind the name that follows them on their line or the next.

    A bracket that fills its line is a sound whatever it says; within a line it must name one, as
    the name of a speaker may hold other brackets (`Ben (he/him):`).
    """
    if ":" not in text and "：" not in text:
        return text
    return _WITHIN.sub(_behind, _BEFORE.sub(_behind, text))


def _behind(match: re.Match[str]) -> str:
    known = match.groupdict()
    own_line = "\n" in (known.get("gap") or "")
    if not own_line and not (match["sound"][0] in "♪♫" or is_sound_label(match["sound"])):
        return match[0]
    gap = "\n" if own_line else ""
    return f"{match['mark']}{match['name']}{match['colon']} {match['sound'].rstrip()}{gap}"
