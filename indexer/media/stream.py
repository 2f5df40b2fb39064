"""What is decoded of a recording: facts first, then blocks of samples; and both as messages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.base.types import Chapter
from indexer.media.frames import Losses


@dataclass(frozen=True)
class StreamFacts:
    """What a recording announces of itself.

    Attributes:
        tags: Title, artist, date, genre and language from the container, lower-case keys.
        announced: Where its sound ends by its header, in seconds; None where no header says so.
        estimated: Length in seconds, perhaps by the bit rate; None where nothing is known.
        missing_bytes: How many bytes the file's structure has beyond its end.
        tracks: Which of several sound tracks is decoded and which are not, in words, else None.
        unplayed: Sound of the file that is not decoded, in words, else None.
        chapters: The container's chapters.
    """

    tags: dict[str, str]
    announced: float | None
    estimated: float | None = None
    missing_bytes: int = 0
    tracks: str | None = None
    unplayed: str | None = None
    chapters: tuple[Chapter, ...] = ()


@dataclass(frozen=True)
class Block:
    """Consecutive samples.

    Attributes:
        samples: float32, `[n]` at 16 kHz; of a part `[channels, n]` at its rate.
        losses: What was lost up to its end.
    """

    samples: NDArray[np.float32]
    losses: Losses = field(default_factory=Losses)


def item_to_values(item: StreamFacts | Block) -> dict[str, Any]:
    """Return what JSON can hold of an item: all but the samples."""
    if isinstance(item, Block):
        return {"losses": asdict(item.losses)}
    return {"facts": asdict(item)}


def item_from_values(
    values: dict[str, Any], samples: NDArray[np.float32] | None
) -> StreamFacts | Block:
    """Return the item that `item_to_values` was given.

    Raises:
        KeyError, TypeError: These are not its values.
    """
    if samples is not None:
        return Block(samples, Losses(**values["losses"]))
    facts = values["facts"]
    chapters = tuple(Chapter(**chapter) for chapter in facts["chapters"])
    return StreamFacts(**{**facts, "chapters": chapters})
