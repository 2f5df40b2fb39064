"""Snapshots of a library's index: one complete, immutable set of files, opened for reading.

On disk and in the catalog a snapshot is called a generation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from indexer.base.errors import LibraryError
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.metadata_index import MetadataIndex
from indexer.index.repeats import Repeats
from indexer.index.segment_values import StoredValues
from indexer.index.vector_index import DEFAULT_VECTOR_INDEX, VectorIndex, vector_index_class

FORMAT = 3
STATS_FILE = "stats.json"
FULLTEXT_FILE = "lexical.sqlite"
# Where the stats name the parts of `indexer.index.segment_values`; absent without any.
VALUES_KEY = "segment_values"
MODALITIES = ("audio", "text", "joint")
LEVELS = ("segments", "documents")


@dataclass(frozen=True)
class Background:
    """Cosines of random pairs of segments from different documents: what unrelated pairs get.

    Attributes:
        mean: Of the cosines.
        std: Their standard deviation.
    """

    mean: float
    std: float


class Snapshot:
    """A snapshot opened for reading.

    Attributes:
        folder: Of its files.
        model_folder: The weights that its vectors were made with.
        number: Of the generation.
        stats: Its `stats.json`.
        lexical: Its records and full text.
        metadata: What is written about its documents.
        indexes: Level and modality to the vector index.
        values: Numbers per segment that channels keep.
        background: Modalities of query and of indexed vectors to the cosines of random pairs.
    """

    def __init__(self, folder: Path, fingerprint: str, model_folder: Path) -> None:
        """Open all files of a snapshot.

        Args:
            folder: See `indexer.index.snapshot_names.snapshot_folder`.
            fingerprint: Of the library as it is now.
            model_folder: The weights that its vectors were made with.

        Raises:
            LibraryError: It is missing, damaged, or of another fingerprint or format.
        """
        advice = f"run 'hilbert rebuild --library {folder.parent.parent}'"
        try:
            stats: dict[str, Any] = json.loads((folder / STATS_FILE).read_text())
        except (OSError, ValueError) as error:
            raise LibraryError(
                f"generation {folder.name} is missing or damaged; {advice}"
            ) from error
        if stats.get("format") != FORMAT:
            raise LibraryError(f"generation {folder.name} has an unknown format; {advice}")
        if stats["fingerprint"] != fingerprint:
            raise LibraryError(
                f"generation {folder.name} was made with another model or other encoders; {advice}"
            )
        self.folder = folder
        self.model_folder = model_folder
        self.number = int(folder.name)
        self.stats = stats
        kind = stats.get("vector_index", DEFAULT_VECTOR_INDEX)
        index_class = vector_index_class(kind, f"install the package that brings it, or {advice}")
        self.lexical = FulltextIndex(folder / FULLTEXT_FILE)
        self.metadata = MetadataIndex(self.lexical)
        self.indexes: dict[tuple[str, str], VectorIndex] = {}
        for level, modality in index_names():
            index = index_class.read(folder / f"{level}.{modality}{index_class.extension}")
            expected = stats["counts"][level][modality]
            if len(index) != expected or index.dimension != stats["dimension"]:
                raise LibraryError(
                    f"{index.path} holds {len(index)} vectors of {index.dimension}, expected "
                    f"{expected} of {stats['dimension']}; {advice}"
                )
            self.indexes[level, modality] = index
        if self.lexical.n_segments != stats["segments"]:
            raise LibraryError(
                f"{FULLTEXT_FILE} of generation {folder.name} is incomplete; {advice}"
            )
        self.background = {
            (pair["query"], pair["indexed"]): Background(pair["mean"], pair["std"])
            for pair in stats["random_pairs"]
        }
        self.values = StoredValues.read(folder, stats.get(VALUES_KEY, ()), stats["segments"])

    @cached_property
    def repeats(self) -> Repeats:
        """Segments that are said in several documents."""
        return Repeats.of(self.folder, self.lexical)

    def close(self) -> None:
        """Close the files."""
        self.lexical.close()

    def index(self, level: str, modality: str) -> VectorIndex:
        """Return the index of `segments` or `documents` in the space of one modality."""
        return self.indexes[level, modality]


def index_names() -> Iterator[tuple[str, str]]:
    """Yield level and modality of every vector index of a snapshot."""
    for level in LEVELS:
        for modality in MODALITIES:
            yield level, modality
