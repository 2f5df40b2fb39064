"""Training of a document classifier on labels from a CSV file, and its guesses for the rest."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.classification.checkpoint import CARD_FILE, WEIGHTS_FILE, save_classifier
from hilbert.classification.classifiers import KINDS, Classifier
from hilbert.classification.cross_validation import CrossValidation, cross_validate
from hilbert.errors import HilbertError
from hilbert.files import write_atomically
from hilbert.model.checkpoint import model_fingerprint
from hilbert.system_faults import raise_system_fault
from indexer.base.names import matching_names
from indexer.base.regular_file import read_given_text
from indexer.index.library_store import LibraryStore
from indexer.index.snapshot import Snapshot
from indexer.index.vector_index import MODALITIES
from indexer.store.catalog import document_key

_MOST_FOLDS = 5
PREDICTIONS_FILE = "predictions.csv"
# Within the library: it knows the embeddings of the model in use, and no others.
CLASSIFIER_FOLDER = "classifier"


class LabelError(HilbertError):
    """Labels that cannot be learned; the message says what to do."""


@dataclass(frozen=True)
class Labels:
    """Labels of the documents of a library.

    Attributes:
        documents: Ids, each once.
        labels: Of each document.
        groups: Of each document; those of one group (a speaker, a series) are never on both
            sides of a fold. A document without a group is one of its own.
        unknown: Documents of the file that the library does not hold.
    """

    documents: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class LabelReport:
    """Result of learning labels.

    Attributes:
        results: Each kind of classifier, cross-validated on the same folds.
        chosen: The kind with the highest macro-F1, fitted on all labels and saved.
        folder: Where it was saved, with `predictions.csv`.
        predicted: Number of documents without a label for which one was guessed.
    """

    results: tuple[CrossValidation, ...]
    chosen: str
    folder: Path
    predicted: int


def read_labels(library: LibraryStore, path: Path) -> Labels:
    """Read `document,label` and optionally `group`; a document is a name, a path or an id.

    Rows with an empty label are passed over.

    Raises:
        LabelError: The file cannot be read or lacks a column, a document has two labels or a
            name that several share, or there is nothing to learn or to check it by.
        LibraryError: Nothing is searchable yet.
    """
    found: dict[str, tuple[str, str]] = {}
    unknown: list[str] = []
    known = _documents_by_name(library)
    for number, row in _rows(path):
        name, label = (row.get(key) or "" for key in ("document", "label"))
        if not name or not label:
            continue
        ids = [i for written in matching_names(name, known) for i in known[written]]
        if not ids:
            unknown.append(name)
            continue
        if len(ids) > 1:
            raise LabelError(
                f"{path}, line {number}: several documents are called '{name}'; use a path or an "
                "id, which 'hilbert list --json' shows"
            )
        pair = label, row.get("group") or ids[0]
        if found.setdefault(ids[0], pair) != pair:
            raise LabelError(
                f"{path}, line {number}: {name} is labelled {' of '.join(pair)} here and "
                f"{' of '.join(found[ids[0]])} above; keep one of them"
            )
    groups_of = _groups_by_label(found.values())
    if len(groups_of) < 2:
        raise LabelError(
            f"{path} labels {len(found)} documents of this library with {len(groups_of)} different "
            f"labels; at least 2 are needed" + (f" (not found: {unknown[0]})" if unknown else "")
        )
    rarest = min(groups_of, key=lambda label: len(groups_of[label]))
    if len(groups_of[rarest]) < 2:
        raise LabelError(
            f"{path}: '{rarest}' has documents of one group only, so none can be left out to "
            "check what was learned; label more of it, or leave it away"
        )
    labels, groups = zip(*found.values(), strict=True)
    return Labels(tuple(found), labels, groups, tuple(unknown))


def _documents_by_name(library: LibraryStore) -> dict[str, list[str]]:
    """Return ids of the searchable documents by name, by path and by id."""
    known: dict[str, list[str]] = {}
    for document in library.snapshot().lexical.documents():
        for name in {document.name, document.path, document.id}:
            known.setdefault(name, []).append(document.id)
    return known


def _groups_by_label(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for label, group in pairs:
        groups.setdefault(label, set()).add(group)
    return groups


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = read_given_text(path)
    except (OSError, ValueError) as error:
        raise_system_fault(error)
        raise LabelError(f"{path} cannot be read: {error}") from error
    reader = csv.reader(text.splitlines())
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise_system_fault(error)
        raise LabelError(f"{path}, line {reader.line_num}: {error}") from error
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    if not {"document", "label"} <= set(header):
        raise LabelError(
            f"{path}: the first line must name the columns document,label (and group, if wanted)"
        )
    return [(number, dict(zip(header, row, strict=False))) for number, row in rows[1:]]


def learn_labels(library: LibraryStore, labels: Labels, folder: Path, seed: int = 0) -> LabelReport:
    """Cross-validate the classifiers, save the best, and guess the labels of the other documents.

    Args:
        library: Its current generation gives the vectors.
        labels: What to learn.
        folder: For the classifier and the guesses; made where it is missing.
        seed: Of folds and weights.

    Raises:
        LabelError: Too few documents of a label to leave any out.
    """
    snapshot = library.snapshot()
    blocks = document_vectors(snapshot, labels.documents)
    x = np.concatenate([blocks[name] for name in MODALITIES], axis=1)  # [n, 3 width]
    width = blocks["joint"].shape[1]
    groups_of = _groups_by_label(zip(labels.labels, labels.groups, strict=True))
    folds = min(_MOST_FOLDS, *(len(groups) for groups in groups_of.values()))
    try:
        results = tuple(
            cross_validate(
                kind, [Classifier(kind, width)], x, labels.labels, labels.groups, folds, seed
            )
            for kind in KINDS
        )
    except ValueError as error:
        raise LabelError(f"the labels cannot be learned: {error}") from error
    chosen = max(results, key=lambda result: result.macro_f1.value).name
    fitted = Classifier(chosen, width).fit(x, labels.labels)
    save_classifier(
        fitted, folder, model_fingerprint(library.models.trainable(snapshot.model_folder))
    )

    if folder.parent == library.folder:
        library.note_folder(folder.name, [CARD_FILE, WEIGHTS_FILE])

    documents = snapshot.lexical.documents()
    rest = [d for d in documents if d.id not in set(labels.documents)]
    (folder / PREDICTIONS_FILE).unlink(missing_ok=True)  # of earlier labels
    if rest:
        others = document_vectors(snapshot, [d.id for d in rest])
        guessed = fitted.probabilities(np.concatenate([others[m] for m in MODALITIES], axis=1))
        _write_guesses(folder / PREDICTIONS_FILE, [d.name for d in rest], fitted.classes, guessed)
    return LabelReport(results, chosen, folder, len(rest))


def document_vectors(
    snapshot: Snapshot, documents: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Return the vectors of documents by modality, `[n, width]` each; a missing one is zeros."""
    keys = [document_key(document) for document in documents]
    vectors = {}
    for modality in MODALITIES:
        index = snapshot.index("documents", modality)
        matrix = np.zeros((len(keys), index.dimension), np.float32)
        has = [row for row, key in enumerate(keys) if key in index]
        matrix[has] = index.vectors([keys[row] for row in has])
        vectors[modality] = matrix
    return vectors


def _write_guesses(
    path: Path, names: Sequence[str], classes: Sequence[str], guessed: NDArray[np.float64]
) -> None:
    def write(partial: Path) -> None:
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["document", "label", "probability"])
            for name, row in zip(names, guessed, strict=True):
                best = int(row.argmax())
                writer.writerow([name, classes[best], f"{row[best]:.3f}"])

    write_atomically(path, write)
