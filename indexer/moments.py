"""What makes a moment that was found a right one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.search import Hit

# A longer one leaves too much to listen to.
LONGEST_MOMENT_SECONDS = 60.0


def is_right_moment(hit: Hit, document: str, start: float, end: float) -> bool:
    """Whether a hit is of the wanted document, overlaps `start` to `end`, and is short enough.

    A hit without times is never right.

    Args:
        hit: a moment that was found.
        document: name (file stem) or id of the wanted document.
        start: wanted times in seconds.
        end: see `start`.
    """
    return (
        document in (hit.name, hit.document)
        and hit.start is not None
        and hit.end is not None
        and hit.end - hit.start <= LONGEST_MOMENT_SECONDS
        and hit.start < end
        and hit.end > start
    )
