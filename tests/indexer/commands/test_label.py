"""`hilbert label` guesses with the saved classifier, and refuses one of another model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hilbert.classification.checkpoint import save_classifier
from hilbert.classification.classifiers import Classifier
from hilbert.model.checkpoint import model_fingerprint
from indexer.adapt.train_labels import document_vectors
from indexer.cli import run
from indexer.index.library_store import LibraryStore
from indexer.index.vector_index import MODALITIES

OLD_LIBRARY = Path(__file__).parents[2] / "fixtures" / "library-0.1"
LABELS = {"fog-on-the-namib": "nature", "the-waggle-dance": "nature", "how-a-violin-sings": "arts"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(OLD_LIBRARY, tmp_path / "library")


def save(folder: Path, fingerprint: str | None = None) -> None:
    """Fit a classifier on three of the four talks and save it where `train --labels` does."""
    library = LibraryStore.open(folder)
    ids = {d.name: d.id for d in library.catalog.documents()}
    vectors = document_vectors(library.snapshot(), [ids[name] for name in LABELS])
    x = np.concatenate([vectors[name] for name in MODALITIES], axis=1)
    classifier = Classifier("logistic regression", vectors["joint"].shape[1])
    fitted = classifier.fit(x, list(LABELS.values()))
    save_classifier(
        fitted, folder / "classifier", fingerprint or model_fingerprint(library.model_folder)
    )
    library.close()


@pytest.mark.slow
def test_labels_are_guessed_for_named_and_for_all_documents(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(folder)
    assert run(["label", "-l", str(folder), "--all", "--json"]) == 0
    guesses = {g["name"]: g for g in json.loads(capsys.readouterr().out)["labels"]}
    assert set(guesses) == {*LABELS, "why-tides-lag"}
    assert {name: guesses[name]["label"] for name in LABELS} == LABELS
    for guess in guesses.values():
        assert set(guess) == {"document", "name", "label", "probabilities"}
        probabilities = guess["probabilities"]
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-3)
        assert max(probabilities, key=probabilities.__getitem__) == guess["label"]
    assert run(["label", "-l", str(folder), "how-a-violin-sings"]) == 0
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == ["name", "label", "probability"]
    assert line.split()[:2] == ["how-a-violin-sings", "arts"]


@pytest.mark.slow
def test_without_names_labelled_documents_are_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(folder)
    assert run(["label", "-l", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("every document has a label")


def test_a_missing_classifier_and_one_of_another_model_are_errors_that_say_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["label", "-l", str(folder)]) == 1
    assert "no classifier has been trained in this library; run" in capsys.readouterr().err
    save(folder, "another model")
    assert run(["label", "-l", str(folder)]) == 1
    errors = capsys.readouterr().err
    assert "another fusion model" in errors and "hilbert train --labels" in errors
    save(folder)
    assert run(["label", "-l", str(folder), "nobody"]) == 1
    assert "no document is called 'nobody'" in capsys.readouterr().err
