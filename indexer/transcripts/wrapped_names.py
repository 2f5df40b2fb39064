"""Names of speakers in marks that wrap them: `<Speaker 1>: ...`, `**Anna:** ...`, `[Anna] ...`.

Written as other captions write them (`Anna: ...`, `[Anna]: ...`), they are judged as those are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from indexer.base.languages import language_named_by
from indexer.transcripts.sounds import is_editorial, is_sound_label

_NAME = r"(?P<name>[^\W_][^<>{}|*»:：\n]{0,40}?)"
_MACHINE = r"(?P<machine>(?i:speaker|spk)[ _]?#?(?:\d{1,3}|[A-Z]))"
_BOLD = r"(?:\*\*|__)"
_FORMS = (
    # A chevron of many languages for the two of English.
    (r"^(\s*)»\s*(?=[^\W_][^»«:：\n]{0,40}[:：]\s)", r"\1>> "),
    # "<Anna>: words"; without a colon, only what a machine calls a speaker.
    (rf"^(\s*)[<{{|]\s?{_NAME}\s?[>}}|]\s*[:：]\s*(?=\S)", r"\1\g<name>: "),
    (rf"^(\s*)[<{{|(]\s?{_MACHINE}\s?[>}}|)]\s*(?=\S)", r"\1[\g<machine>]: "),
    # "**Anna:** words" of Markdown, in which chats answer.
    (rf"^(\s*){_BOLD}{_NAME}\s?(?:[:：]\s?{_BOLD}|{_BOLD}\s?[:：])\s*(?=\S)", r"\1\g<name>: "),
)
_USUAL = [(re.compile(form, re.MULTILINE), usual) for form, usual in _FORMS]
_HINT = re.compile(r"^\s*[<{|(*_»]", re.MULTILINE)
_BRACKET = re.compile(
    r"^(?P<mark>[ \t]*(?:[-–—‐][ \t]*)?)[\[(](?P<name>[^\W\d_][^\[\]():：.!?,\n]{0,30})[\])]\s+"
    r"(?=[\"'“‘«¿¡(\[]*(?P<first>\w))",
    re.MULTILINE,
)
_LED = re.compile(r"(?:[^\[\]:：\s]{1,30} ?){1,3}[:：]\s")
_MAX_WORDS = 3
_SHORTEST_LANGUAGE = 4  # letters: Ben is Bengali, too
# "[In French] words", "[To Ben] words", "[Foreign] words" say how, not who.
_HOW = re.compile(
    r"(?:in|to|on|at|from|with|over|speaking|speaks|foreign|via|reading|part|end|new|no)\b",
    re.IGNORECASE,
)


def unwrapped_names(text: str) -> str:
    """Write the names that lead lines of a caption without the marks around them."""
    if not _HINT.search(text):
        return text
    for form, usual in _USUAL:
        text = form.sub(usual, text)
    return text


def names_in_brackets(texts: Sequence[str]) -> frozenset[str]:
    """Find who speaks in captions that put it in brackets where it is not seen: `[Anna] Hello.`

    Args:
        texts: Of all cues.

    Returns:
        What stands in brackets before words that begin large, is written large itself and names
        neither sound nor language. None unless two such names recur: one alone may be a remark.
    """
    found = [match for text in texts for match in _BRACKET.finditer(text) if _is_name(match)]
    uses = Counter(match["name"] for match in found)
    if 2 * sum(_LED.match(match.string, match.end()) is not None for match in found) > len(found):
        return frozenset()  # "[Host] Anna: words"
    if sum(n >= 2 for n in uses.values()) < 2:
        return frozenset()
    capitals = all(name.isupper() for name, n in uses.items() if n >= 2)
    return frozenset(n for n, count in uses.items() if count >= 2 or n.isupper() == capitals)


def with_colons_behind(text: str, names: frozenset[str]) -> str:
    """Write a colon behind names in brackets."""
    return _BRACKET.sub(
        lambda m: f"{m['mark']}[{m['name']}]: " if m["name"] in names else m[0], text
    )


def _is_name(match: re.Match[str]) -> bool:
    name = match["name"]
    words = name.split()
    return (
        len(words) <= _MAX_WORDS
        and not match["first"].islower()
        and not any(word[0].islower() for word in (words[0], words[-1]))
        and not words[0].lower().endswith("ing")
        and not words[-1].lower().endswith("ing")
        and not (_HOW.match(name) or is_sound_label(name) or is_editorial(name))
        and (len(name) < _SHORTEST_LANGUAGE or language_named_by(name, sure=False) is None)
    )
