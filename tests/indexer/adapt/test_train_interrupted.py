"""A training that is interrupted or killed goes on, and nothing is ever lost."""

from __future__ import annotations

import json
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.adapt.train_fusion import TrainingError, train_library
from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from indexer.search.searcher import Searcher
from tests import warm
from tests.training_library import PLAN, SETTINGS, CopyOf, Trained, TrainingRecorder, state

pytestmark = pytest.mark.extras  # each trains a model


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
    trained: Trained, made: LibraryStore, copy_of: CopyOf
) -> None:
    library = copy_of(made)
    shutil.copytree(trained.library.folder / "training", library.folder / "training")
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
    assert library.fingerprint() == trained.library.fingerprint()
    assert examine(library.folder).healthy


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


def test_training_killed_and_run_again_ends_in_the_same_model(
    trained: Trained, made: LibraryStore, copy_of: CopyOf, tmp_path: Path
) -> None:
    library = copy_of(made)
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    arguments = ["--library", str(library.folder), "--config", str(tmp_path / "settings.json")]
    process = warm.Process("-m", "indexer", "train", *arguments)
    while process.returncode is None and "\nepoch 2" not in process.errors():
        time.sleep(0.01)
    process.send(signal.SIGKILL)
    process.communicate()
    rest = TrainingRecorder()
    assert train_library(library, PLAN, None, rest).adopted
    assert rest.epochs[0] >= 3
    assert library.fingerprint() == trained.library.fingerprint()
