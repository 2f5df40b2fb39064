"""Names of the vector indexes of a shard, for what reads no vector."""

from __future__ import annotations

FIRST_VECTOR_INDEX = "flat"
"""Kind of libraries and snapshots that name none: of earlier releases."""
MODALITIES = ("audio", "text", "joint")
LEVELS = ("segments", "documents")
VECTOR_NAMES = tuple((level, modality) for level in LEVELS for modality in MODALITIES)
"""Level and modality of every vector index of a shard."""
