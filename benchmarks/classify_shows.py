"""Which show is a document from? Logistic regression, an MLP and a mixture of experts, 5-fold.

    python -m benchmarks.classify_shows --library DIR

DIR is a library of the documents of `changelog-speech`, named SHOW-EPISODE: one excerpt an
episode, so every document is a group of its own. The classifiers see the document vectors of the
library's current generation, `[audio; text; joint]`, or one modality. Two tables: all documents,
whose classes are nearly balanced; and a subsample made skewed, its class sizes falling
geometrically. The settings are the defaults of `hilbert.classification.mixture_of_experts`,
chosen before any score of these documents was seen; networks are fitted with three seeds.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from hilbert.classification.classifiers import EXPERTS, LOGISTIC, MLP, Classifier
from hilbert.classification.cross_validation import CrossValidation, cross_validate, difference
from hilbert.classification.mixture_of_experts import ClassifierSettings
from hilbert.classification.tables import class_table, comparison_table
from indexer.adapt.train_labels import document_vectors
from indexer.index.library_store import LibraryStore
from indexer.index.vector_index import MODALITIES

_FOLDS = 5
_SEEDS = (0, 1, 2)
_SMALLEST_CLASS = 8


@dataclass(frozen=True)
class Documents:
    """Names, shows and vectors: `modalities[m]` is `[n, width]`, zeros where there is none."""

    names: list[str]
    shows: list[str]
    modalities: dict[str, NDArray[np.float32]]

    def only(self, rows: Sequence[int]) -> Documents:
        """Return some of the documents."""
        vectors = {name: matrix[list(rows)] for name, matrix in self.modalities.items()}
        return Documents([self.names[i] for i in rows], [self.shows[i] for i in rows], vectors)


@dataclass(frozen=True)
class Majority:
    """The baseline that sees nothing: every document gets the frequencies of the classes."""

    frequencies: NDArray[np.float64] | None = None
    n_parameters: int = 0

    def fit(self, x: ArrayLike, y: Sequence[str]) -> Majority:
        """Count the classes."""
        counts = np.unique(np.asarray(y), return_counts=True)[1]
        return Majority(counts / counts.sum())

    def probabilities(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the same row for each document."""
        assert self.frequencies is not None
        return np.tile(self.frequencies, (len(np.asarray(x)), 1))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    options = parser.parse_args()
    # Small steps: on a busy machine two threads wait for each other most of the time.
    torch.set_num_threads(1)
    documents = _read(LibraryStore.open(options.library))
    print(f"All documents: {_sizes(documents)}\n")
    _compare(documents)
    skewed = _skewed(documents)
    print(f"\nMade skewed by leaving documents out: {_sizes(skewed)}\n")
    _compare(skewed)


def _read(library: LibraryStore) -> Documents:
    snapshot = library.snapshot()
    found = sorted(snapshot.lexical.documents(), key=lambda d: d.name)
    modalities = document_vectors(snapshot, [document.id for document in found])
    names = [document.name for document in found]
    return Documents(names, [name.partition("-")[0] for name in names], modalities)


def _skewed(documents: Documents) -> Documents:
    """Keep fewer and fewer of each show, from the largest, down to `_SMALLEST_CLASS`."""
    rng = np.random.default_rng(0)
    shows = [show for show, _ in sorted(Counter(documents.shows).items(), key=lambda s: (-s[1], s))]
    largest = documents.shows.count(shows[0])
    sizes = np.geomspace(largest, _SMALLEST_CLASS, len(shows)).round().astype(int)
    rows: list[int] = []
    for show, size in zip(shows, sizes, strict=True):
        mine = [row for row, name in enumerate(documents.shows) if name == show]
        rows += rng.permutation(mine)[:size].tolist()
    return documents.only(sorted(rows))


def _compare(documents: Documents) -> None:
    width = next(iter(documents.modalities.values())).shape[1]
    everything = np.concatenate([documents.modalities[name] for name in MODALITIES], axis=1)

    def validated(name: str, kind: str, x: NDArray[np.float32]) -> CrossValidation:
        seeds = _SEEDS[:1] if kind == LOGISTIC else _SEEDS
        settings = ClassifierSettings()
        runs = [Classifier(kind, width, replace(settings, seed=seed)) for seed in seeds]
        return cross_validate(name, runs, x, documents.shows, documents.names, _FOLDS)

    majority = cross_validate(
        "majority", [Majority()], everything, documents.shows, documents.names, _FOLDS
    )
    kinds = {kind: validated(kind, kind, everything) for kind in (LOGISTIC, MLP, EXPERTS)}
    alone = [
        validated(f"{LOGISTIC}, {name} only", LOGISTIC, documents.modalities[name])
        for name in MODALITIES
    ]
    print(comparison_table([majority, *kinds.values(), *alone]))
    print()
    for one, other in ((EXPERTS, MLP), (EXPERTS, LOGISTIC), (MLP, LOGISTIC)):
        f1, auc = difference(kinds[one], kinds[other])
        print(f"- {one} minus {other}: macro-F1 {f1}, AUC {auc}")
    print("\nF1 by class\n")
    print(class_table(list(kinds.values())))


def _sizes(documents: Documents) -> str:
    counts = Counter(documents.shows).most_common()
    return f"{len(documents.shows)} ({', '.join(f'{name} {n}' for name, n in counts)})"


if __name__ == "__main__":
    main()
