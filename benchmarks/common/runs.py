"""One training of a recipe on made speech, and what is measured of the model it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common.typed_queries import TypedQueries, typed_mrr
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert
from hilbert.training.config import TrainingConfig
from hilbert.training.crossmodal_retrieval import four_directions
from hilbert.training.splits import Split
from hilbert.training.trainer import EpochReport, TrainingResult, train
from indexer.adapt.train_fusion import with_learning_aids
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document

# Segments among which the sound of one is to find its own words.
CANDIDATES = 800


@dataclass(frozen=True)
class Recipe:
    """What differs from the defaults of `HilbertConfig` and `TrainingConfig`."""

    model: Mapping[str, Any]
    training: Mapping[str, Any]


@dataclass(frozen=True)
class Bench:
    """Features of the documents by their part, and the queries to measure with.

    Attributes:
        documents: features by id, of what is learned from and of the validation documents.
        split: what they are for.
        test: documents that hold `CANDIDATES` segments, or all there are.
        typed: "clean" and "noisy" to their queries.
        encoders: settings of the model that follow from the library's encoders.
    """

    documents: dict[str, Features]
    split: Split
    test: list[Features]
    typed: dict[str, TypedQueries]
    encoders: dict[str, Any]

    @classmethod
    def prepare(
        cls,
        library: LibraryStore,
        learn: Sequence[Document],
        validation: Sequence[Document],
        test: Sequence[Document],
        typed: dict[str, TypedQueries],
        judges: int | None = None,
    ) -> Bench:
        """Read features and add what is learned from beside segments.

        Args:
            library: of made speech.
            learn: to learn from.
            validation: to choose the epoch by.
            test: to measure with.
            typed: queries to measure with.
            judges: how many of the test documents the card of a model speaks of; None for all.
        """
        chosen = [*learn, *validation, *test]
        read = {d.id: library.features.read(d.features) for d in chosen}
        parts = (learn, validation, test[:judges])
        split = Split(*(sorted(d.id for d in part) for part in parts))
        needed = {key: read[key] for key in (*split.train, *split.validation, *split.test)}
        settings = library.encoders.settings
        return cls(
            with_learning_aids(library, needed, split.train),
            split,
            first_segments([read[d.id] for d in test], CANDIDATES),
            typed,
            {
                "speech_encoder": settings.speech_fingerprint,
                "text_encoder": settings.text_fingerprint,
            },
        )


def first_segments(documents: Sequence[Features], count: int) -> list[Features]:
    """The documents, in their order, as far as they hold `count` segments with sound and words."""
    chosen, left = [], count
    for features in documents:
        bounds = features.audio_bounds
        both = np.flatnonzero(bounds[:, 1] > bounds[:, 0]) if features.has_text else np.zeros(0)
        if left > 0 and len(both):
            chosen.append(features.select(both[:left].astype(int).tolist()))
            left -= min(left, len(both))
    return chosen


def train_recipe(
    bench: Bench,
    recipe: Recipe,
    out: Path,
    progress: Callable[[EpochReport], None] | None = None,
    about: str = "",
) -> TrainingResult:
    """Train as `hilbert train` does; a training that was stopped goes on."""
    config = HilbertConfig(**bench.encoders, **recipe.model)
    training = TrainingConfig(**recipe.training)
    return train(bench.documents, training, config, out, progress, split=bench.split, about=about)


def measure(bench: Bench, model: Hilbert) -> dict[str, Any]:
    """Return retrieval in all directions on test documents, and typed queries by channel.

    Directions are named `LEVEL/QUERY->TARGET` and hold recall@1, recall@10 and MRR@10.
    """
    directions = {
        f"{found.level}/{found.query}->{found.target}": {
            "recall@1": round(found.recall_at_1, 4),
            "recall@10": round(found.recall_at_10, 4),
            "mrr@10": round(found.mrr_at_10, 4),
            "candidates": found.candidates,
        }
        for found in four_directions(model, bench.test)
    }
    typed = {name: typed_mrr(model, queries) for name, queries in bench.typed.items()}
    return {"directions": directions, "typed": typed}
