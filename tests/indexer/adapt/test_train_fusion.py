"""Training a library: a better model is adopted, a worse one is not, and nothing is ever lost."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hilbert.classification.checkpoint import load_classifier
from hilbert.model.checkpoint import model_fingerprint
from hilbert.model.features import Features
from hilbert.training.splits import held_out_ids
from indexer.adapt.train_fusion import TrainingError, TrainingPlan, read_plan, train_library
from indexer.adapt.train_labels import learn_labels, read_labels
from indexer.base.errors import LibraryError
from indexer.base.progress import BUILDING
from indexer.base.types import Segment
from indexer.cli import run
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild
from indexer.search.searcher import Searcher
from indexer.store.catalog import Document
from tests.recorder import Recorder
from tests.sharing import copy_library

COMMAND = Path(sys.executable).with_name("hilbert")
DOCUMENTS, SEGMENTS, WIDTH, MEANING = 44, 4, 384, 12
SETTINGS = {
    "model": {"adapter_layers": 0, "dropout": 0.0},
    "training": {"epochs": 4, "lr": 2e-3, "patience": 99, "held_out_share": 0.3},
}
PLAN = read_plan(json.dumps(SETTINGS))


class TrainingRecorder(Recorder):
    """Stops the training at an epoch, or at a document of the new generation."""

    def __init__(self, stop_at_epoch: int = 0, stop_at_building: int = 0) -> None:
        super().__init__()
        self.epochs: list[int] = []
        self.stops = (stop_at_epoch, stop_at_building)

    def update(self, done: float, detail: str = "") -> None:
        super().update(done, detail)
        if self.stages[-1][0] == BUILDING and done == self.stops[1]:
            raise KeyboardInterrupt

    def note(self, text: str, seconds_left: float | None = None) -> None:
        super().note(text, seconds_left)
        if text.startswith("epoch "):
            assert seconds_left is not None and seconds_left >= 0
            self.epochs.append(int(text.split()[1]))
            if self.epochs[-1] == self.stops[0]:
                raise KeyboardInterrupt


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _features(seed: int) -> Features:
    """Segments whose few dimensions of meaning are in their text and, mapped, in their sound."""
    fixed, rng = np.random.default_rng(99), np.random.default_rng(seed)
    said, heard = fixed.standard_normal((2, MEANING, WIDTH))
    meaning = rng.standard_normal(MEANING) + 1.5 * rng.standard_normal((SEGMENTS, MEANING))
    text = _unit(meaning @ said)
    tokens = np.repeat(meaning @ heard, 4, axis=0)
    tokens = tokens + 0.3 * rng.standard_normal(tokens.shape)
    owner = np.repeat(np.arange(SEGMENTS), 2)
    sentences = _unit((meaning[owner] + 0.3 * rng.standard_normal((8, MEANING))) @ said)
    starts = 20.0 * np.arange(SEGMENTS)
    return Features(
        audio_tokens=tokens.astype(np.float16),
        audio_bounds=np.stack([4 * np.arange(SEGMENTS), 4 * np.arange(1, SEGMENTS + 1)], axis=1),
        text=text.astype(np.float32),
        sentences=sentences.astype(np.float16),
        sentence_segments=owner,
        times=np.stack([starts, starts + 20], axis=1).astype(np.float32),
    )


def fill(library: LibraryStore) -> None:
    """Put documents into a library as an indexing does, from features made above."""
    with library.catalog.transaction():
        for seed in range(DOCUMENTS):
            id_ = hashlib.sha256(str(seed).encode()).hexdigest()
            name = library.features.file_name(id_, "made")
            library.features.write(name, _features(seed))
            document = Document(
                id_, f"made-{seed}", f"Made {seed}", None, None, None, "en", 80.0,
                f"/nowhere/{seed}.wav", None, None, "asr", name, (),
            )  # fmt: skip
            segments = [Segment(20.0 * i, 20.0 * i + 20, "", 0, 1, True) for i in range(SEGMENTS)]
            library.catalog.put_document(document, [], segments)
    library.commit()


@pytest.fixture(scope="module")
def made(empty_library_folder: Path, encoders: Encoders, tmp_path_factory) -> LibraryStore:
    """A library to train on, to be read only."""
    folder = tmp_path_factory.mktemp("made") / "library"
    copy_library(empty_library_folder, folder)
    library = LibraryStore.open(folder)
    library.encoders = encoders
    fill(library)
    return library


CopyOf = Callable[[LibraryStore], LibraryStore]


@pytest.fixture
def copy_of(encoders: Encoders, tmp_path: Path) -> CopyOf:
    def copy(library: LibraryStore) -> LibraryStore:
        folder = tmp_path / f"copy-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(library.folder, folder)
        opened = LibraryStore.open(folder)
        opened.encoders = encoders
        return opened

    return copy


@pytest.fixture(scope="module")
def trained(
    made: LibraryStore, run_hilbert, tmp_path_factory
) -> tuple[LibraryStore, dict[str, Any], str]:
    """The library after `hilbert train`, its JSON, and what it said meanwhile; read only."""
    parent = tmp_path_factory.mktemp("trained")
    shutil.copytree(made.folder, parent / "library")
    (parent / "settings.json").write_text(json.dumps(SETTINGS))
    done = run_hilbert(
        "train", "--library", parent / "library", "--config", parent / "settings.json", "--json"
    )
    assert done.returncode == 0, done.stderr
    library = LibraryStore.open(parent / "library")
    library.encoders = made.encoders
    return library, json.loads(done.stdout), done.stderr


def state(library: LibraryStore) -> tuple[int | None, str, str]:
    return library.catalog.current_generation(), library.model_folder.name, library.fingerprint()


# --- adopting ---------------------------------------------------------------------------------


def test_a_better_model_is_adopted_and_the_library_indexed_with_it(
    trained, made: LibraryStore
) -> None:
    library, said, _ = trained
    assert said["adopted"] and said["better"] and said["ci95"][0] > 0
    assert said["after"]["audio_recall"] > said["before"]["audio_recall"] + 0.2
    assert said["difference"] == pytest.approx(said["after"]["score"] - said["before"]["score"])
    assert said["learned"] + said["validated"] + said["documents"] == DOCUMENTS
    assert len(said["directions"]["before"]) == len(said["directions"]["after"]) == 8
    assert said["generation"] == library.catalog.current_generation() == 2
    assert library.model_folder != made.model_folder
    snapshot = library.snapshot()
    assert snapshot.lexical.n_segments == DOCUMENTS * SEGMENTS
    ids = snapshot.index("segments", "audio").ids
    matched = np.einsum(
        "nd,nd->n",
        snapshot.index("segments", "audio").vectors(ids),
        snapshot.index("segments", "text").vectors(ids),
    )
    assert matched.mean() > 0.3
    assert examine(library.folder).healthy
    assert Searcher(library).search("anything", channel="text").hits


def test_it_tells_how_it_goes_and_leaves_a_card(trained) -> None:
    library, said, told = trained
    assert "epoch 1 of 4:" in told and "s left" in told
    card = (library.model_folder / "README.md").read_text()
    assert "Learned from" in card and "44 documents" in card and "## Limits" in card
    assert f"{said['after']['score']:.3f}" in card
    assert (library.folder / "training" / "training.json").is_file()


def test_a_model_that_a_broken_setting_made_worse_is_refused(trained, copy_of: CopyOf) -> None:
    library = copy_of(trained[0])
    before = state(library)
    broken = replace(PLAN.training, weights={"cka_audio": 1.0}, lr=0.5, epochs=1)
    summary = train_library(
        library, TrainingPlan(broken, from_scratch=True), None, TrainingRecorder()
    )
    assert not summary.adopted and summary.result.comparison.interval[1] < 0
    assert "not shown to be better" in summary.reason and "--force" in summary.reason
    assert state(library) == before
    forced = train_library(
        library, TrainingPlan(broken, from_scratch=True, force=True), None, TrainingRecorder()
    )
    assert forced.adopted and "forced" in forced.reason
    assert state(library) != before
    assert examine(library.folder).healthy


def test_training_again_goes_on_from_the_model_in_use(trained, copy_of: CopyOf) -> None:
    library = copy_of(trained[0])
    nothing = TrainingPlan(replace(PLAN.training, lr=1e-12, epochs=1))
    summary = train_library(library, nothing, None, TrainingRecorder())
    assert summary.went_on and not summary.adopted
    assert summary.result.comparison.before.score == summary.result.comparison.after.score
    split = summary.result.split
    judges, validating = held_out_ids((d.id for d in library.catalog.documents()), 0.3)
    assert (split.test, split.validation) == (judges, validating)
    assert library.seen().learned == set(split.train)


def test_a_wider_share_later_does_not_judge_by_what_was_learned(trained, copy_of: CopyOf) -> None:
    library = copy_of(trained[0])
    learned = library.seen().learned
    assert len(learned) == trained[1]["learned"]
    wider = TrainingPlan(replace(PLAN.training, lr=1e-12, epochs=0, held_out_share=0.8))
    split = train_library(library, wider, None, TrainingRecorder()).result.split
    assert not learned & {*split.test, *split.validation}


# --- interruptions ----------------------------------------------------------------------------


def test_an_interrupted_training_goes_on(made: LibraryStore, copy_of: CopyOf) -> None:
    library = copy_of(made)
    before = state(library)
    with pytest.raises(KeyboardInterrupt):
        train_library(library, PLAN, None, TrainingRecorder(stop_at_epoch=3))
    assert state(library) == before
    rest = TrainingRecorder()
    summary = train_library(library, PLAN, None, rest)
    assert rest.epochs == [4]
    assert len(summary.result.history) == 4 and summary.adopted
    total, done = next(stage[1:] for stage in rest.stages if stage[0] == "training")
    assert done[-1] == total


def test_a_kill_while_the_new_model_is_put_in_leaves_the_old_one_serving(
    trained, made: LibraryStore, copy_of: CopyOf
) -> None:
    library = copy_of(made)
    shutil.copytree(trained[0].folder / "training", library.folder / "training")
    before, answered = state(library), Searcher(library).search("anything", channel="joint").hits
    stopped = TrainingRecorder(stop_at_building=20)
    with pytest.raises(KeyboardInterrupt):
        train_library(library, PLAN, None, stopped)
    assert not stopped.epochs, "it was trained already"
    assert state(library) == before
    assert Searcher(library).search("anything", channel="joint").hits == answered
    again = TrainingRecorder()
    assert train_library(library, PLAN, None, again).adopted
    assert not again.epochs
    assert library.fingerprint() == trained[0].fingerprint()
    assert examine(library.folder).healthy


def test_who_opened_the_library_before_gets_the_same_answers_after(
    trained, made: LibraryStore, copy_of: CopyOf, encoders: Encoders
) -> None:
    library = copy_of(made)
    reader = LibraryStore.open(library.folder)
    reader.encoders = encoders
    searcher = Searcher(reader)
    with library.writing():
        library.adopt(trained[0].model_folder)
    old = searcher.search("anything", channel="joint").hits
    assert old == Searcher(made).search("anything", channel="joint").hits
    new = Searcher(reader).search("anything", channel="joint").hits
    assert new == Searcher(trained[0]).search("anything", channel="joint").hits
    assert new != old
    reader.commit()
    kept = sorted(path.name for path in reader.folder.glob("model*"))
    assert kept == [reader.model_folder.name]


def test_a_model_that_was_put_in_meanwhile_is_not_replaced_unseen(
    trained, made: LibraryStore, copy_of: CopyOf
) -> None:
    library = copy_of(made)

    class Meddler(TrainingRecorder):
        def note(self, text: str, seconds_left: float | None = None) -> None:
            if text.startswith("epoch 1 "):
                with library.writing():
                    library.adopt(trained[0].model_folder)

    with pytest.raises(LibraryError, match="another model meanwhile; train again"):
        train_library(library, PLAN, None, Meddler())
    assert model_fingerprint(library.model) == model_fingerprint(trained[0].model)


# --- what is refused --------------------------------------------------------------------------


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
    made: LibraryStore, tmp_path: Path, capsys, settings: str, options: list[str], words: str
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(settings)
    status = run(["train", "--library", str(made.folder), "--config", str(file), *options])
    told = capsys.readouterr().err
    assert status in (1, 2) and words in told
    assert told.startswith("hilbert: ") and "Traceback" not in told


def test_a_missing_settings_file_is_told(made: LibraryStore, tmp_path: Path, capsys) -> None:
    missing = tmp_path / "none.json"
    assert run(["train", "--library", str(made.folder), "--config", str(missing)]) == 1
    assert "none.json" in capsys.readouterr().err


def test_an_interrupted_training_of_something_else_is_told(
    made: LibraryStore, copy_of: CopyOf
) -> None:
    """Begun anew in the library's own folder, refused in one that somebody chose."""
    library = copy_of(made)
    chosen = library.folder.parent / "chosen"
    for out in (None, chosen):
        with pytest.raises(KeyboardInterrupt):
            train_library(library, PLAN, out, TrainingRecorder(stop_at_epoch=1))
    other = replace(PLAN, training=replace(PLAN.training, epochs=1))
    with pytest.raises(TrainingError, match="interrupted training of other documents or settings"):
        train_library(library, other, chosen, TrainingRecorder())
    assert (chosen / "training" / "progress.json").exists()
    recorder = TrainingRecorder()
    train_library(library, other, None, recorder)
    assert "starting over" in recorder.notes[0] and recorder.epochs == [1]


@pytest.mark.parametrize("inside", ["model", ".", "features", "generations/1", "model2"])
def test_the_files_of_the_library_are_no_place_to_train(
    made: LibraryStore, copy_of: CopyOf, inside: str
) -> None:
    library = copy_of(made)
    before = {path: path.stat().st_mtime_ns for path in library.folder.rglob("*")}
    with pytest.raises(TrainingError, match="among the files of the library"):
        train_library(library, PLAN, library.folder / inside, TrainingRecorder())
    assert {path: path.stat().st_mtime_ns for path in library.folder.rglob("*")} == before


def test_what_else_lies_in_the_library_is_left_alone(trained, copy_of: CopyOf) -> None:
    library = copy_of(trained[0])
    (library.folder / "model-backup").mkdir()
    library.commit()
    assert (library.folder / "model-backup").is_dir()


def test_recordings_without_words_give_nothing_to_learn(
    made: LibraryStore, copy_of: CopyOf
) -> None:
    library = copy_of(made)
    for document in library.catalog.documents():
        features = library.features.read(document.features)
        library.features.write(document.features, features.without_text())
    with pytest.raises(TrainingError, match="0 documents with both sound and words"):
        train_library(library, PLAN, None, TrainingRecorder())


def test_an_adopted_model_that_was_damaged_can_be_adopted_again(trained, copy_of: CopyOf) -> None:
    library = copy_of(trained[0])
    wanted, folder = library.fingerprint(), library.model_folder
    (folder / "model.safetensors").write_bytes(b"damaged")
    assert not examine(library.folder).healthy
    rebuild(library)
    assert examine(library.folder).healthy
    assert library.fingerprint() != wanted
    with library.writing():
        library.adopt(trained[0].model_folder)
    assert library.fingerprint() == wanted
    assert examine(library.folder).healthy


def test_training_killed_and_run_again_ends_in_the_same_model(
    trained, made: LibraryStore, copy_of: CopyOf, tmp_path: Path
) -> None:
    library = copy_of(made)
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    arguments = ["--library", str(library.folder), "--config", str(tmp_path / "settings.json")]
    process = subprocess.Popen(
        [str(COMMAND), "train", *arguments], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 2"):
            break
    process.kill()
    process.wait()
    rest = TrainingRecorder()
    assert train_library(library, PLAN, None, rest).adopted
    assert rest.epochs[0] >= 3
    assert library.fingerprint() == trained[0].fingerprint()


# --- labels -----------------------------------------------------------------------------------


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
    fingerprint = model_fingerprint(made.model)
    assert load_classifier(tmp_path / "classifier", fingerprint).classes == ("high", "low")


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
    made: LibraryStore, tmp_path: Path, capsys, rows: list[str], header: str, words: str
) -> None:
    file = _labelled(tmp_path / "labels.csv", rows, header)
    assert run(["train", "--library", str(made.folder), "--labels", str(file)]) == 1
    assert words in capsys.readouterr().err
    assert not (made.folder / "training").exists()


def test_the_command_learns_labels_after_training(
    trained, copy_of: CopyOf, tmp_path: Path, capsys
) -> None:
    library = copy_of(trained[0])
    sides = _sides(library)
    rows = [f"{name},{label}" for name, label in sides[:40]]
    file = _labelled(tmp_path / "labels.csv", rows)
    (tmp_path / "settings.json").write_text('{"training": {"epochs": 0}}')
    arguments = ["--labels", str(file), "--config", str(tmp_path / "settings.json")]
    assert run(["train", "--library", str(library.folder), *arguments]) == 0
    told = capsys.readouterr().out
    assert "not adopted" in told and "| mixture of experts |" in told
    assert "experts in effect" in told and "guesses for 4 other documents" in told
    fingerprint = model_fingerprint(library.model)
    assert load_classifier(library.folder / "classifier", fingerprint).classes == ("high", "low")
