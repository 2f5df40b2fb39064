"""Choice of the kind of vector index of a shard, by what the library may cost.

A shard gets its kind when it is written. As a library grows, shards written before stay as they
are until they are merged, or until `hilbert rebuild` writes all of them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.index.vector_names import FIRST_VECTOR_INDEX, MODALITIES

AUTO = "auto"
"""Choose a kind for each shard."""
EXACT, APPROXIMATE = "sqfp16", "rabitq"
MOST_EXACT = 200_000
"""Up to so many segments a library is compared one by one, in some 10 ms on one core."""
LEAST_APPROXIMATE = 20_000
"""Smaller shards are exact, which takes a millisecond."""
DEFAULT_TARGET_RECALL = 0.99
_BYTES_PER_NUMBER = 2
# Settings of a library.
_KIND, _MEMORY, _RECALL = "vector_index", "max_memory", "target_recall"


@dataclass(frozen=True)
class VectorSettings:
    """How a library's vectors are to be indexed.

    Attributes:
        kind: Of vector index; `AUTO` to choose one for each shard.
        max_memory: Megabytes of vectors that a search may hold in memory; None for no limit.
        target_recall: Share of the nearest vectors that an approximate index must find.
    """

    kind: str = AUTO
    max_memory: float | None = None
    target_recall: float = DEFAULT_TARGET_RECALL

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> VectorSettings:
        """Read the settings of a library."""
        memory = settings.get(_MEMORY)
        return cls(
            str(settings.get(_KIND, FIRST_VECTOR_INDEX)),
            None if memory is None else float(memory),
            float(settings.get(_RECALL, DEFAULT_TARGET_RECALL)),
        )

    def changed(
        self,
        kind: str | None = None,
        max_memory: float | None = None,
        target_recall: float | None = None,
    ) -> VectorSettings:
        """Return the settings with what is not None changed; a memory of 0 takes the limit off."""
        memory = self.max_memory if max_memory is None else max_memory or None
        recall = self.target_recall if target_recall is None else target_recall
        return VectorSettings(kind or self.kind, memory, recall)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as a library stores them."""
        return {_KIND: self.kind, _MEMORY: self.max_memory, _RECALL: self.target_recall}


@dataclass(frozen=True)
class VectorChoice:
    """The kind of vector index of a shard.

    Attributes:
        kind: Its name.
        reason: Why it was chosen, for `hilbert info`.
    """

    kind: str
    reason: str


def choose_vector_index(
    settings: VectorSettings, library_segments: int, shard_segments: int, dimension: int
) -> VectorChoice:
    """Choose the kind of vector index of a shard.

    Args:
        settings: Of the library.
        library_segments: How many the library has.
        shard_segments: How many of them are in the shard.
        dimension: Length of the vectors.
    """
    if settings.kind != AUTO:
        return VectorChoice(settings.kind, "set by --vector-index")
    if settings.target_recall >= 1:
        return VectorChoice(EXACT, "a target recall of 1 takes an exact index")
    if shard_segments < LEAST_APPROXIMATE:
        return VectorChoice(EXACT, f"shards of fewer than {LEAST_APPROXIMATE:,} moments are exact")
    megabytes = library_segments * len(MODALITIES) * dimension * _BYTES_PER_NUMBER / 1e6
    if settings.max_memory is not None and megabytes > settings.max_memory:
        limit = f"the {settings.max_memory:g} MB of --max-memory"
        return VectorChoice(APPROXIMATE, f"{megabytes:.0f} MB of vectors are more than {limit}")
    if library_segments <= MOST_EXACT:
        return VectorChoice(EXACT, f"libraries of up to {MOST_EXACT:,} moments are exact")
    return VectorChoice(APPROXIMATE, f"the library has more than {MOST_EXACT:,} moments")
