"""Amounts of money and units as they are said: `$3 million` is `3000000 dollars`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.base.tokens import Token

# A sign of a currency: what one and what several of it are called.
CURRENCIES = {
    "$": ("dollar", "dollars"),
    "€": ("euro", "euros"),
    "£": ("pound", "pounds"),
    "¥": ("yen", "yen"),
    "₹": ("rupee", "rupees"),
    "₽": ("ruble", "rubles"),
}
# Behind an amount of money alone: `4k` and `5m` by themselves are much else.
_SCALES = {
    "k": 10**3,
    **dict.fromkeys(("m", "mn", "mio"), 10**6),
    **dict.fromkeys(("b", "bn"), 10**9),
    **dict.fromkeys(("t", "tn"), 10**12),
}
# Units that are nothing else, and those that are units behind a number alone.
UNITS = {
    "km": "kilometers",
    "cm": "centimeters",
    "mm": "millimeters",
    "kg": "kilograms",
    "mph": "miles per hour",
    **dict.fromkeys(("kmh", "kph"), "kilometers per hour"),
}
UNITS_OF_NUMBERS = {
    "ft": "feet",
    **dict.fromkeys(("lb", "lbs"), "pounds"),
    "oz": "ounces",
    "mg": "milligrams",
    "ml": "milliliters",
    **dict.fromkeys(("hr", "hrs"), "hours"),
    **dict.fromkeys(("min", "mins"), "minutes"),
    **dict.fromkeys(("sec", "secs"), "seconds"),
    "kb": "kilobytes",
    "mb": "megabytes",
    "gb": "gigabytes",
    "tb": "terabytes",
    "hz": "hertz",
    "khz": "kilohertz",
    "mhz": "megahertz",
    "ghz": "gigahertz",
    "kw": "kilowatts",
    "kwh": "kilowatt hours",
}
UNIT_SIGNS = frozenset((*CURRENCIES, *UNITS, *UNITS_OF_NUMBERS, "fort"))
"""Words of tokens that may be a unit; `fort` is what `ft.` is elsewhere."""
TIMES = frozenset(("minute", "hour", "day", "week", "month", "year"))
"""Of which something may be said to happen so often: miles an hour."""
_A = ("a", "an")
_COUNTED = frozenset(
    (
        *("kilometers", "meters", "miles", "feet", "knots", "liters", "gallons", "kilograms"),
        *("km", "ft", "cents", "pence", "beats", "frames", "words", "times"),
        *(several for _, several in CURRENCIES.values()),
    )
)
_ONE = {"feet": "foot"}
# The others are something else in capitals: ML, SEC, HR, FT, CM.
_IN_CAPITALS = frozenset(
    (
        *("km", "kg", "mph", "kb", "mb", "gb", "tb"),
        *("hz", "khz", "mhz", "ghz", "kw", "kwh"),
    )
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)


def scale(number: str, sign: str) -> str | None:
    """Return an amount in digits, `1.5` and `m` as `1500000`; None where it is no amount."""
    amount, factor = _AMOUNT.fullmatch(number), _SCALES.get(sign)
    if amount is None or factor is None:
        return None
    decimals = (amount[2] or "").rstrip("0")
    if 10 ** len(decimals) > factor:
        return None
    return str(int(amount[1] + decimals) * (factor // 10 ** len(decimals)))


def said_per(tokens: Sequence[Token]) -> Token:
    """Return the last token before one of `TIMES`: miles an hour are miles per hour."""
    article, counted = tokens[-1], tokens[-2]
    money = len(tokens) > 2 and counted.word[0].isdigit() and tokens[-3].word in CURRENCIES
    if article.word in _A and (counted.word in _COUNTED or money):
        return article._replace(word="per")
    return article


def with_units(tokens: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens of a text, amounts of money and units as they are said.

    Args:
        tokens: Signs of `CURRENCIES` are words of their own, numbers stand in digits.
        text: That they are of.
    """
    made: list[Token] = []
    place = 0
    while place < len(tokens):
        token, rest = tokens[place], tokens[place + 1 : place + 3]
        place += 1
        number = made[-1].word if made and _is_amount(made[-1], token, text) else None
        if token.word not in CURRENCIES:
            made += _as_said(token, text, number)
        elif rest and _is_amount(rest[0], token, text):
            amount, of_scale = rest[0], rest[1:]
            scaled = None
            if of_scale and _is_amount(amount, of_scale[0], text):
                scaled = scale(amount.word, of_scale[0].word)
            place += 2 if scaled else 1
            said = scaled or amount.word
            end = of_scale[0].end if scaled else amount.end
            made.append(Token(said, token.start, end))
            made.append(Token(_currency(token.word, said), token.start, end))
        elif number:
            made.append(token._replace(word=_currency(token.word, number)))
    return made


def _is_amount(number: Token, beside: Token, text: str) -> bool:
    """Return whether a token is a number, and another stands right before or behind it."""
    first, second = sorted((number, beside), key=lambda token: token.start)
    between = text[first.end : second.start]
    return _AMOUNT.fullmatch(number.word) is not None and between in ("", " ", "-")


def _currency(sign: str, number: str) -> str:
    return CURRENCIES[sign][number != "1"]


def _as_said(token: Token, text: str, number: str | None) -> list[Token]:
    """Return the words of a unit; any other token as it is."""
    written = text[token.start : token.end].rstrip(".")
    if written.isupper() and written.lower() not in _IN_CAPITALS:
        return [token]
    if number and _YEAR.fullmatch(number) and text[token.start - 1].isspace():
        number = None
    written = written.lower()
    name = UNITS.get(written.replace("/", "")) or (
        UNITS_OF_NUMBERS.get(written) if number else None
    )
    if name is None:
        return [token]
    words = name.split()
    if number == "1":
        words[0] = _ONE.get(words[0], words[0].removesuffix("s"))
    made = [Token(word, token.start, token.end) for word in words]
    if token.of_compound > 1:
        made[-1] = made[-1]._replace(of_compound=token.of_compound + len(words) - 1)
    return made
