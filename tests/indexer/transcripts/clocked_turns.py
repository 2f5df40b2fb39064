"""What is said at which second, and clocks to write it with, for the tests of clocked text."""

from __future__ import annotations

Turn = tuple[int, str, str]
TURNS: list[Turn] = [
    (0, "anna reed", "We begin with jam: the sweet kind."),
    (5, "Ben Ito (he/him)", "The ferry brought it at 10:30."),
    (9, "anna reed", "Nobody knew why."),
    (14, "Ben Ito (he/him)", "Am I late, heron?"),
    (18, "Dr. O. van Berg", "Herons know much."),
]
SPANS = [
    (1.0, 4.0, "The kettle sang all morning."),
    (5.0, 8.0, "The ferry came late, at noon."),
    (9.0, 12.0, "Nobody on the quay minded."),
]


def long(second: int) -> str:
    return f"00:00:{second:02d}"


def short(second: int) -> str:
    return f"0:{second:02d}"
