"""Guess the labels of documents with the classifier that `train --labels` saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hilbert.classification.checkpoint import load_classifier
from hilbert.model.checkpoint import model_fingerprint
from hilbert.system_faults import raise_system_fault
from indexer.adapt.train_labels import CLASSIFIER_FOLDER, LabelError, document_vectors
from indexer.base.shell import quoted
from indexer.index.library_store import LibraryStore
from indexer.index.vector_index import MODALITIES
from indexer.maintenance.manage import find_document
from indexer.store.catalog import Document


@dataclass(frozen=True)
class LabelGuess:
    """A label that the classifier guesses for a document.

    Attributes:
        document: The document; its own label, if any, is left as it is.
        label: The most probable class.
        probabilities: Of each class, by name, summing to one.
    """

    document: Document
    label: str
    probabilities: dict[str, float]


def guess_labels(
    library: LibraryStore, names: Sequence[str] = (), *, labelled: bool = False
) -> list[LabelGuess]:
    """Guess the labels of documents from the vectors of the current generation.

    Args:
        library: Its `classifier` folder holds the classifier.
        names: Names, ids or paths of the documents; none for all that have no label.
        labelled: With no names: guess for documents that have a label as well.

    Raises:
        LabelError: There is no classifier, it is damaged, or it was fitted on another model.
        LibraryError: A name fits no document or several, or nothing is indexed yet.
    """
    folder = library.folder / CLASSIFIER_FOLDER
    retrain = f"run 'hilbert train --labels FILE.csv --library {quoted(library.folder)}'"
    if not folder.is_dir():
        raise LabelError(f"no classifier has been trained in this library; {retrain}")
    snapshot = library.snapshot()
    indexed = {document.id for document in snapshot.lexical.documents()}
    documents = _chosen(library, names, labelled, indexed)
    fingerprint = model_fingerprint(library.models.trainable(snapshot.model_folder))
    try:
        classifier = load_classifier(folder, fingerprint)
    except (OSError, ValueError) as error:
        raise_system_fault(error)
        raise LabelError(f"{error}; {retrain}") from error
    if not documents:
        return []
    vectors = document_vectors(snapshot, [document.id for document in documents])
    x = np.concatenate([vectors[name] for name in MODALITIES], axis=1)  # [n, 3 width]
    return [
        LabelGuess(
            document,
            classifier.classes[int(row.argmax())],
            dict(zip(classifier.classes, map(float, row), strict=True)),
        )
        for document, row in zip(documents, classifier.probabilities(x), strict=True)
    ]


def _chosen(
    library: LibraryStore, names: Sequence[str], labelled: bool, indexed: set[str]
) -> list[Document]:
    if not names:
        documents = library.catalog.documents()
        return [d for d in documents if d.id in indexed and (labelled or not d.label)]
    chosen = list({d.id: d for d in (find_document(library, name) for name in names)}.values())
    if waiting := [d.name for d in chosen if d.id not in indexed]:
        raise LabelError(
            f"{waiting[0]} is not searchable yet; run 'hilbert rebuild --library "
            f"{quoted(library.folder)}'"
        )
    return chosen
