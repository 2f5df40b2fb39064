"""Warnings of reading: repairs of one kind joined in one line, with the first places named."""

from __future__ import annotations

_NAMED = 3


class Notes:
    """What was repaired or left out while a transcript was read, by kind.

    `lines()` is bounded: a kind is one line, however often it happened.
    """

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}

    def add(self, what: str, place: str = "") -> None:
        """Note a repair: what was wrong and done, and where (`line 12`)."""
        self._places.setdefault(what, []).append(place)

    def lines(self) -> tuple[str, ...]:
        """Return a line a kind: `line 12, line 40, line 55 and 7 more: what was done`."""
        return tuple(_line(what, places) for what, places in self._places.items())


def _line(what: str, places: list[str]) -> str:
    named = [place for place in places[:_NAMED] if place]
    if not named:
        return what if len(places) == 1 else f"{what} ({len(places)} times)"
    more = f" and {len(places) - len(named)} more" if len(places) > len(named) else ""
    return f"{', '.join(named)}{more}: {what}"
