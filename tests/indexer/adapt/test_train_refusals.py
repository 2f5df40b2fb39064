"""What cannot be trained is refused, and the message says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.adapt.train_fusion import TrainingError, TrainingPlan, train_library
from indexer.cli import run
from indexer.index.library_store import LibraryStore
from tests.training_library import PLAN, CopyOf, TrainingRecorder


def test_too_few_documents_are_refused_in_words(small_library: LibraryStore) -> None:
    with pytest.raises(TrainingError, match=r"6 documents with both .* too few .* at least 20"):
        train_library(small_library, TrainingPlan(), None, TrainingRecorder())
    assert not (small_library.folder / "training").exists()


@pytest.mark.parametrize(
    ("settings", "options", "words"),
    [
        ("{", [], "not valid JSON"),
        ('{"epochs": 3}', [], "must be"),
        ('{"training": {"epoch": 3}}', [], "unknown setting epoch"),
        ('{"training": {"epochs": "many"}}', [], "epochs must be int"),
        ('{"model": []}', [], "must be"),
        ('{"model": null}', [], "must be"),
        ("[" * 100_000, [], "not valid JSON"),
        ('{"training": {"seed": -1}}', [], "seed must be from 0"),
        ('{"training": {"lr": Infinity}}', [], "both finite"),
        ('{"training": {"weights": {"direct": NaN}}}', [], "weight of direct must be a number"),
        ('{"training": {"device": "foo"}}', [], "device 'foo' cannot be used here"),
        ('{"training": {"held_out_share": 0.99}}', [], "change held_out_share"),
        ('{"model": {"reading": "Y"}}', [], 'reading is "U" or "X"'),
        ('{"model": {"width": 100}}', [], "width"),
        ('{"model": {"d_audio": 10}}', [], "come from the library's encoders"),
        ("{}", ["--objective", "dircet"], "known are balance"),
        ("{}", ["--objective", "direct=much"], "no number"),
        ("{}", ["--form", "papre"], "there are hilbert, paper"),
    ],
)
def test_settings_that_cannot_be_used_are_told(
    made: LibraryStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    settings: str,
    options: list[str],
    words: str,
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(settings)
    status = run(["train", "--library", str(made.folder), "--config", str(file), *options])
    told = capsys.readouterr().err
    assert status in (1, 2) and words in told
    assert told.startswith("hilbert: ") and "Traceback" not in told


def test_a_missing_settings_file_is_told(
    made: LibraryStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.json"
    assert run(["train", "--library", str(made.folder), "--config", str(missing)]) == 1
    assert "none.json" in capsys.readouterr().err


@pytest.mark.parametrize("inside", ["model", ".", "features", "generations/1", "model2"])
def test_the_files_of_the_library_are_no_place_to_train(
    made: LibraryStore, copy_of: CopyOf, inside: str
) -> None:
    library = copy_of(made)
    before = {path: path.stat().st_mtime_ns for path in library.folder.rglob("*")}
    with pytest.raises(TrainingError, match="among the files of the library"):
        train_library(library, PLAN, library.folder / inside, TrainingRecorder())
    assert {path: path.stat().st_mtime_ns for path in library.folder.rglob("*")} == before


def test_recordings_without_words_give_nothing_to_learn(
    made: LibraryStore, copy_of: CopyOf
) -> None:
    library = copy_of(made)
    for document in library.catalog.documents():
        features = library.features.read(document.features)
        library.features.write(document.features, features.without_text())
    with pytest.raises(TrainingError, match="0 documents with both sound and words"):
        train_library(library, PLAN, None, TrainingRecorder())
