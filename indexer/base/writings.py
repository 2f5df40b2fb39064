"""Words that belong together and are written or said in several ways: days, kings, numbers, hosts.

`July 4th` is `the fourth of July`, `Henry VIII` `Henry the Eighth`, `747` `seven forty-seven`,
`the 1990s` `the nineties`, `5-10` `five to ten`, `3x3` `three by three`, `60k` `60000`,
`example.com` `example dot com`. Texts keep what they say; a query looks for all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from indexer.base.abbreviations import MONTHS
from indexer.base.number_words import ordinal
from indexer.base.tokens import Token

_MONTH_OF = {short: month for month in MONTHS for short in (month, month[:3])} | {
    "sept": "september"
}
_DAY = re.compile(r"(3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?", re.ASCII)
_ORDINAL = re.compile(r"([1-9]\d?)(?:st|nd|rd|th)", re.ASCII)
# Said digit by digit, or the last two as a number. Years are read as numbers anyway.
_DIGITS = re.compile(r"[1-9]\d{2}|(?:[3-9]\d|2[1-9])\d{2}", re.ASCII)
_CODE = re.compile(r"0\d{1,3}|\d{5,11}", re.ASCII)
_ROUND = re.compile(r"([1-9]\d{1,2})000", re.ASCII)
_DECADE = re.compile(r"(19|20)?(\d0s)", re.ASCII)
_CENTURIES = ("19", "20")
_OH = "oh"
_RANGE = re.compile(r"[-\u2010-\u2013]| [-\u2010-\u2013] ")
_BETWEEN = {"to": "to", "x": "by", "by": "x"}
_KANA = re.compile(r"[\u3041-\u3096ー]{2,}|[\u30a1-\u30f6ー]{2,}")
_OTHER_KANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_OTHER_KANA |= {other: code for code, other in _OTHER_KANA.items()}
_FEW_DIGITS = re.compile(r"\d{1,2}", re.ASCII)
_MOST_PARTS = 4
_HOSTS = frozenset(("com", "org", "net", "io", "edu", "gov", "ai", "co", "fm", "tv", "de", "uk"))
_GAP = re.compile(r"\s+")
# A number after them names one of several, in Roman numbers too.
NUMBERED = frozenset(
    (
        *("war", "part", "chapter", "volume", "book", "act", "scene", "type", "phase", "class"),
        *("stage", "grade", "level", "title", "section", "article", "appendix", "figure", "table"),
        *("unit", "lesson", "lecture", "season", "episode", "version", "mark", "category", "tier"),
    )
)
# No name ends in these.
_NO_NAMES = frozenset(
    (
        *("a", "i", "the", "of", "in", "on", "at", "by", "to", "for", "from", "with", "than"),
        *("about", "until", "since", "between", "under", "over", "into", "through", "after"),
        *("before", "during", "against", "within", "without", "upon", "across", "behind", "near"),
        *("and", "or", "not", "but", "if", "as", "when", "while", "where", "because", "that"),
        *("which", "who", "what", "why", "how", "this", "these", "those", "it", "its", "there"),
        *("is", "was", "are", "were", "be", "been", "being", "do", "does", "did", "has", "have"),
        *("had", "would", "shall", "should", "can", "could", "might", "must"),
    )
)


def groups(tokens: Sequence[Token], text: str) -> Iterator[tuple[int, int]]:
    """Yield where words that belong together begin and end among the tokens, in order.

    Args:
        tokens: Of the text.
        text: As it was written.
    """
    place = 0
    if not any(token.word[0].isdigit() or token.word == "dot" for token in tokens):
        return  # as in most queries
    while place < len(tokens):
        length = _length(tokens[place : place + _MOST_PARTS], text)
        if length:
            yield place, place + length
        place += length or 1


def _length(tokens: Sequence[Token], text: str) -> int:
    """Return how many tokens belong together with the first; 0 for it alone."""
    words = [token.word for token in tokens]
    n_in_a_row = 1
    while n_in_a_row < len(tokens) and _GAP.fullmatch(
        text, tokens[n_in_a_row - 1].end, tokens[n_in_a_row].start
    ):
        n_in_a_row += 1
    written = words[:n_in_a_row]
    n_digits = 0
    while n_digits < len(written) and _is_spelt(tokens[n_digits], text):
        n_digits += 1
    if n_digits > 1 and _is_said(written[:n_digits]):
        return n_digits
    if len(words) > 1 and _range(tokens[:2], text):
        return 2
    for length in (3, 2):
        group = written[:length]
        if len(group) < length:
            continue
        if length == 2 and _counted(group) and _is_said(_spelt(tokens[1:], text)):
            return 0  # Fahrenheit four fifty-one
        if _day(group) or _counted(group) or _amounts(group):
            return length
    if len(written) > 2 and written[1] == "dot" and written[2] in _HOSTS:
        return 3
    return 1 if _DIGITS.fullmatch(words[0]) else 0


def _spelt(tokens: Sequence[Token], text: str) -> list[str]:
    return [token.word for token in takewhile(lambda token: _is_spelt(token, text), tokens)]


def _is_said(words: Sequence[str]) -> bool:
    """Return whether words are a number as it is said: 7 47, 4 oh 5."""
    joined = "".join(words).replace(_OH, "0")
    return len(words) > 1 and words[0] != _OH and _DIGITS.fullmatch(joined) is not None


def _is_spelt(token: Token, text: str) -> bool:
    if token.word == _OH:
        return True
    return _FEW_DIGITS.fullmatch(token.word) is not None and not text[token.start].isdigit()


def _range(tokens: Sequence[Token], text: str) -> bool:
    """Return whether two words are numbers with a hyphen between: 5-10."""
    first, last = tokens
    digits = first.word.isdecimal() and last.word.isdecimal()
    return digits and _RANGE.fullmatch(text, first.end, last.start) is not None


def _amounts(words: Sequence[str]) -> bool:
    """Return whether words are two numbers with `to` or `by` between."""
    return (
        len(words) == 3 and words[1] in _BETWEEN and words[0].isdecimal() and words[2].isdecimal()
    )


def _day(words: Sequence[str]) -> tuple[str, int] | None:
    """Read a day of a month: july 4, july 4th, july the 4th, 4 july, 4th of july."""
    first, *between, last = words
    if first in _MONTH_OF and between in ([], ["the"]) and (day := _DAY.fullmatch(last)):
        return _MONTH_OF[first], int(day[1])
    if last in _MONTH_OF and between in ([], ["of"]) and (day := _DAY.fullmatch(first)):
        return _MONTH_OF[last], int(day[1])
    return None


def _counted(words: Sequence[str]) -> tuple[str, str] | None:
    """Read a name and which of that name it is: war 2, henry 8, henry the 8th."""
    name, *between, number = words
    if not name.isalpha() or name in _NO_NAMES:
        return None
    if not between and number.isdecimal():
        return name, number
    found = _ORDINAL.fullmatch(number) if between == ["the"] else None
    return (name, found[1]) if found else None


def other_writings(tokens: Sequence[Token], text: str) -> list[str]:
    """Return the other ways to write what `groups` found, or a name of a host with its dots.

    Args:
        tokens: Of one group, or of one term of a query.
        text: As it was written, or the term.
    """
    words = [token.word for token in tokens]
    own = " ".join(words)
    found: list[str] = []
    if len(words) == 1:
        found += [*_digit_by_digit(words[0]), *_decades(words[0])]
        if thousands := _ROUND.fullmatch(words[0]):
            found.append(f"{thousands[1]}k")
    elif words[-1] == "k" and _ROUND.fullmatch(f"{words[0]}000") and len(words) == 2:
        found.append(f"{words[0]}000")  # 60k
    elif _amounts(words):
        between = _BETWEEN[words[1]]
        found.append(
            f"{words[0]} {between} {words[2]}" if between != "to" else " ".join(words[::2])
        )
    elif len(words) == 2 and _range(tokens, text):
        found += [f"{words[0]} to {words[1]}", "".join(words)]
    elif _is_said(words) and all(w == _OH or _FEW_DIGITS.fullmatch(w) for w in words):
        joined = "".join(words).replace(_OH, "0")
        found += [joined, *_digit_by_digit(joined)]
    elif _KANA.fullmatch(run := text[tokens[0].start : tokens[-1].end]):
        found.append(run.translate(_OTHER_KANA))
    elif len(words) == 3 and words[1] == "dot" and words[2] in _HOSTS:
        found.append(f"{words[0]}.{words[2]}")
    elif words[-1] in _HOSTS and all(text[a.end : b.start] == "." for a, b in pairwise(tokens)):
        found.append(" dot ".join(words))
    elif day := _day(words) if len(words) < 4 else None:
        month, number = day
        nth = ordinal(number)
        found += [f"{month} {number}", f"{month} {nth}", f"{month} the {nth}"]
        found += [f"{nth} of {month}", f"the {nth} of {month}"]
        found += [f"{number} {month}", f"{month[:3]} {number}"]
    elif counted := _counted(words) if len(words) < 4 else None:
        name, which = counted
        found += [f"{name} {said}" for said in (which, *_digit_by_digit(which))]
        is_king = name not in NUMBERED and len(which) < 3
        if is_king and which.strip("0") and not which.startswith("0"):
            found.append(f"{name} the {ordinal(int(which))}")
    return [each for each in dict.fromkeys(found) if each != own]


def _digit_by_digit(number: str) -> list[str]:
    """Return how a number is said that is none: 7 4 7, 7 47, 4 oh 5, double oh 7."""
    digits = " ".join(number)
    if not _DIGITS.fullmatch(number):
        if not _CODE.fullmatch(number):
            return []
        found = [digits, digits.replace("0", _OH)]
        return [*found, f"double {_OH} {' '.join(number[2:])}"] if number[:2] == "00" else found
    found = [digits, *([digits.replace("0", _OH)] if "0" in digits else [])]
    head, tail = number[:-2], number[-2:]
    return [*found, *([f"{head} {tail}"] if tail[0] != "0" else [])]


def _decades(word: str) -> list[str]:
    """Return the other writing of a decade: 1990s, the nineties."""
    found = _DECADE.fullmatch(word)
    if found is None:
        return []
    return [found[2]] if found[1] else [f"{century}{word}" for century in _CENTURIES]
