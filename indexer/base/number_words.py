"""Numbers written in English words, as digits: the same number is the same word however written."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_CARDINALS = {
    "zero": 0,
    **{word: i for i, word in enumerate(_UNITS, 1)},
    **{word: i for i, word in enumerate(_TEENS, 10)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
}
_IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_ORDINALS = {
    _IRREGULAR_ORDINALS.get(word, word.removesuffix("y") + ("ieth" if word[-1] == "y" else "th")): n
    for word, n in _CARDINALS.items()
    if n
}
_DECADES = {word.removesuffix("y") + "ies": 10 * i for i, word in enumerate(_TENS, 2)}
_MAGNITUDES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_HUNDRED = "hundred"
_DECIMAL = re.compile(r"(\d{1,4})\.(\d{1,3})", re.ASCII)
_OH = ("oh", "o", "zero")  # nineteen oh five
HALF = "half"
_AND_A_HALF = ("and", "a", HALF)
_CENTURY = "hundreds"  # seventeen hundreds
NUMBER_WORDS = frozenset({*_CARDINALS, *_ORDINALS, *_DECADES, *_MAGNITUDES, _HUNDRED})


def read_number(words: Sequence[str]) -> tuple[str, int] | None:
    """Read the longest number that some words begin with.

    `twenty twenty three` is 2023, `two thousand and five` 2005, `nineteen oh five` 1905, `two point
    five` and `two and a half` 2.5, `three point eleven` 3.11, `3 million` 3000000, `half a
    million` 500000, `twenty first` 21st, `nineteen nineties` 1990s, `seventeen hundreds` 1700s.

    Args:
        words: In lower case, nothing but spaces or hyphens between them.

    Returns:
        The number in digits and how many words it has; None where they begin with none, or with
        one in digits alone.
    """
    reader = _Reader(words)
    found = reader.number()
    return (found, reader.place) if found else None


class _Reader:
    """A reader of one number; `place` is the next word to read."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self.place = 0

    def number(self) -> str | None:
        digits = self._word()
        if digits == HALF:
            return self._half()
        if (whole := _DECIMAL.fullmatch(digits)) and self._word(1) in _MAGNITUDES:
            # 3.5 million: no more decimals than make a whole number.
            self.place += 2
            scale = _MAGNITUDES[self._word(-1)] // 10 ** len(whole[2])
            return str(int(whole[1] + whole[2]) * scale)
        # Longer digits name no amount of millions; int() would take time over them.
        if digits.isdecimal() and digits.isascii() and len(digits) <= 4:
            if self._word(1) not in _MAGNITUDES and not self._halves(1):
                return None
            self.place += 1
            total = self._large(int(digits))
        elif digits in _MAGNITUDES:  # a thousand
            total = self._large(1)
        else:
            group = self._group()
            total = 0 if group is None else self._large(group)
        return self._end(total, self.place > 0)

    def _end(self, total: int, read: bool) -> str | None:
        word = self._word()
        if word in _ORDINALS and self._continues(total, read, _ORDINALS[word]):
            self.place += 1
            return ordinal(total + _ORDINALS[word])
        if word in _DECADES and (not read or 10 <= total <= 20):
            self.place += 1
            return f"{100 * total + _DECADES[word]}s"
        if word == _CENTURY and 10 <= total <= 20:
            self.place += 1
            return f"{total}00s"
        if not read:
            return None
        if self._halves():
            scale = _MAGNITUDES.get(self._word(-1))  # a million and a half
            self.place += len(_AND_A_HALF)
            return str(total + scale // 2) if scale else self._scaled(total, "5")
        if word == "point" and (decimals := self._decimals()):
            return self._scaled(total, decimals)
        return str(total)

    def _half(self) -> str | None:
        """Read half a million."""
        length = 2 if self._word(1) == "a" else 1
        scale = _MAGNITUDES.get(self._word(length))
        if scale is None:
            return None
        self.place += length + 1
        return str(scale // 2)

    def _halves(self, ahead: int = 0) -> bool:
        return tuple(map(self._word, range(ahead, ahead + len(_AND_A_HALF)))) == _AND_A_HALF

    def _scaled(self, total: int, decimals: str) -> str:
        """Return a number with decimals, times the magnitude behind it."""
        scale = _MAGNITUDES.get(self._word(), 0)
        if scale >= 10 ** len(decimals):
            self.place += 1
            return str(int(f"{total}{decimals}") * (scale // 10 ** len(decimals)))
        return f"{total}.{decimals}"

    def _decimals(self) -> str:
        """Read what follows a point, digit by digit or as one number: two point oh, 3 point 11."""
        before = self.place
        self.place += 1
        decimals = ""
        while self._word() in _OH or 0 < _CARDINALS.get(self._word(), 0) < 10:
            decimals += str(_CARDINALS.get(self._word(), 0))
            self.place += 1
        if not decimals and (value := self._small()) is not None:
            decimals = str(value)
        if not decimals:
            self.place = before
        return decimals

    @staticmethod
    def _continues(total: int, read: bool, last: int) -> bool:
        """Return whether an ordinal ends the number before it: twenty first, not three second."""
        return not read or (total % 100 == 0 or (total % 10 == 0 and total % 100 > 10 > last))

    def _large(self, total: int) -> int:
        """Read magnitudes behind a first group, and the groups after them."""
        amount, group = 0, total
        while (word := self._word()) in _MAGNITUDES:
            amount += group * _MAGNITUDES[word]
            self.place += 1
            before = self.place
            if self._word() == "and":
                self.place += 1
            next_group = self._group()
            if next_group is None:
                self.place = before
                return amount
            group = next_group
        return amount + group

    def _group(self) -> int | None:
        """Read a number below ten thousand: up to ninety nine, with hundreds, or a year."""
        if self._word() == _HUNDRED:  # a hundred
            value: int | None = 1
        else:
            value = self._small()
        if value is None:
            return None
        if self._word() == _HUNDRED:
            self.place += 1
            before = self.place
            if self._word() == "and":
                self.place += 1
            rest = self._small()
            if rest is None:
                self.place = before
            return 100 * value + (rest or 0)
        if 10 <= value <= 20:
            if self._word() in _OH and 0 < _CARDINALS.get(self._word(1), 0) < 10:
                self.place += 2
                return 100 * value + _CARDINALS[self._word(-1)]
            before = self.place
            rest = self._small()
            if rest is not None and rest >= 10:
                return 100 * value + rest
            self.place = before
        return value

    def _small(self) -> int | None:
        value = _CARDINALS.get(self._word())
        if value is None:
            return None
        self.place += 1
        unit = _CARDINALS.get(self._word(), 0)
        if value >= 20 and 0 < unit < 10:
            self.place += 1
            return value + unit
        return value

    def _word(self, ahead: int = 0) -> str:
        at = self.place + ahead
        return self._words[at] if at < len(self._words) else ""


def ordinal(number: int) -> str:
    """Write an ordinal number: `1st`, `12th`."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 < number % 100 < 20 else endings.get(number % 10, 'th')}"
