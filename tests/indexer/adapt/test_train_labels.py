"""Labels of documents are learned, saved, and guessed for the rest."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from hilbert.classification.checkpoint import load_classifier
from hilbert.model.checkpoint import model_fingerprint
from indexer.adapt.train_labels import learn_labels, read_labels
from indexer.cli import run
from indexer.index.library_store import LibraryStore
from tests.training_library import MEANING, WIDTH, CopyOf, Trained


def _labelled(path: Path, rows: list[str], header: str = "document,label") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def _sides(library: LibraryStore) -> list[tuple[str, str]]:
    """Name of each document and a label that its text vectors tell."""
    axis = np.random.default_rng(99).standard_normal((2, MEANING, WIDTH))[0][0]
    documents = library.catalog.documents()
    told = [library.features.read(d.features).text.mean(0) @ axis for d in documents]
    middle = np.median(told)
    sides = ("low" if value < middle else "high" for value in told)
    return [(d.name, side) for d, side in zip(documents, sides, strict=True)]


@pytest.mark.extras  # trains models
def test_labels_are_learned_saved_and_guessed_for_the_rest(
    made: LibraryStore, tmp_path: Path
) -> None:
    sides = _sides(made)
    rows = [f"{name},{label}" for name, label in sides[:30]] + ["nobody,low", f"{sides[40][0]},"]
    labels = read_labels(made, _labelled(tmp_path / "labels.csv", rows))
    assert len(labels.documents) == 30 and labels.unknown == ("nobody",)
    report = learn_labels(made, labels, tmp_path / "classifier")
    scores = {result.name: result.macro_f1.value for result in report.results}
    assert set(scores) == {"logistic regression", "MLP", "mixture of experts"}
    assert max(scores.values()) > 0.8
    assert report.chosen == max(scores, key=lambda name: scores[name])
    with (tmp_path / "classifier" / "predictions.csv").open() as file:
        guessed = {row["document"]: row["label"] for row in csv.DictReader(file)}
    assert set(guessed) == {name for name, _ in sides[30:]}
    assert np.mean([guessed[name] == label for name, label in sides[30:]]) > 0.7
    fingerprint = model_fingerprint(made.model_folder)
    assert load_classifier(tmp_path / "classifier", fingerprint).classes == ("high", "low")


@pytest.mark.extras  # trains models
def test_documents_of_one_group_are_on_one_side_of_every_fold(
    made: LibraryStore, tmp_path: Path
) -> None:
    sides = _sides(made)
    rows = [f"{name},{label},speaker {i // 3}" for i, (name, label) in enumerate(sides)]
    labels = read_labels(made, _labelled(tmp_path / "l.csv", rows, "document,label,group"))
    result = learn_labels(made, labels, tmp_path / "classifier").results[0]
    folds_of = {g: set(result.folds[result.groups == g]) for g in set(result.groups)}
    assert len(folds_of) == 15 and all(len(folds) == 1 for folds in folds_of.values())


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        (["made-1,x", "made-2,x"], "document,label", "1 different labels"),
        ([], "document,label", "labels 0 documents"),
        (["made-1,x"], "name,label", "must name the columns document,label"),
        (["made-1,x", "made-1,y"], "document,label", "line 3: made-1 is labelled y of"),
        (
            ["made-1,x,a", "made-1,x,b"],
            "document,label,group",
            "labelled x of b here and x of a above",
        ),
        (["made-1,rare", "made-2,x", "made-3,x"], "document,label", "'rare' has documents of one"),
        (["made-1," + "x" * 200_000], "document,label", "line 2: field larger"),
    ],
)
def test_labels_that_say_nothing_are_told_before_any_work(
    made: LibraryStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[str],
    header: str,
    words: str,
) -> None:
    file = _labelled(tmp_path / "labels.csv", rows, header)
    assert run(["train", "--library", str(made.folder), "--labels", str(file)]) == 1
    assert words in capsys.readouterr().err
    assert not (made.folder / "training").exists()


@pytest.mark.extras  # trains a model first
def test_the_command_learns_labels_after_training(
    trained: Trained, copy_of: CopyOf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = copy_of(trained.library)
    sides = _sides(library)
    rows = [f"{name},{label}" for name, label in sides[:40]]
    file = _labelled(tmp_path / "labels.csv", rows)
    (tmp_path / "settings.json").write_text('{"training": {"epochs": 0}}')
    arguments = ["--labels", str(file), "--config", str(tmp_path / "settings.json")]
    assert run(["train", "--library", str(library.folder), *arguments]) == 0
    told = capsys.readouterr().out
    assert "not adopted" in told and "| mixture of experts |" in told
    assert "experts in effect" in told and "guesses for 4 other documents" in told
    fingerprint = model_fingerprint(library.model_folder)
    assert load_classifier(library.folder / "classifier", fingerprint).classes == ("high", "low")
