"""Training a library: a better model is adopted, a worse one is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hilbert.model.checkpoint import model_fingerprint
from hilbert.training.splits import held_out_ids
from indexer.adapt.train_fusion import TrainingPlan, train_library
from indexer.base.errors import LibraryError
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild
from indexer.search.searcher import Searcher
from tests.training_library import (
    DOCUMENTS,
    PLAN,
    SEGMENTS,
    CopyOf,
    Trained,
    TrainingRecorder,
    state,
)

pytestmark = pytest.mark.extras  # each trains a model


def test_a_better_model_is_adopted_and_the_library_indexed_with_it(
    trained: Trained, made: LibraryStore
) -> None:
    library, said = trained.library, trained.summary
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


def test_it_tells_how_it_goes_and_leaves_a_card(trained: Trained) -> None:
    library, said, told = trained.library, trained.summary, trained.log
    assert "epoch 1 of 4:" in told and "s left" in told
    card = (library.model_folder / "README.md").read_text()
    assert "Learned from" in card and "44 documents" in card and "## Limits" in card
    assert f"{said['after']['score']:.3f}" in card
    assert (library.folder / "training" / "training.json").is_file()


def test_a_model_that_a_broken_setting_made_worse_is_refused(
    trained: Trained, copy_of: CopyOf
) -> None:
    library = copy_of(trained.library)
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


def test_training_again_goes_on_from_the_model_in_use(trained: Trained, copy_of: CopyOf) -> None:
    library = copy_of(trained.library)
    nothing = TrainingPlan(replace(PLAN.training, lr=1e-12, epochs=1))
    summary = train_library(library, nothing, None, TrainingRecorder())
    assert summary.went_on and not summary.adopted
    assert summary.result.comparison.before.score == summary.result.comparison.after.score
    split = summary.result.split
    judges, validating = held_out_ids((d.id for d in library.catalog.documents()), 0.3)
    assert (split.test, split.validation) == (judges, validating)
    assert library.models.seen().learned == set(split.train)


def test_a_wider_share_later_does_not_judge_by_what_was_learned(
    trained: Trained, copy_of: CopyOf
) -> None:
    library = copy_of(trained.library)
    learned = library.models.seen().learned
    assert len(learned) == trained.summary["learned"]
    wider = TrainingPlan(replace(PLAN.training, lr=1e-12, epochs=0, held_out_share=0.8))
    split = train_library(library, wider, None, TrainingRecorder()).result.split
    assert not learned & {*split.test, *split.validation}


def test_who_opened_the_library_before_gets_the_same_answers_after(
    trained: Trained, made: LibraryStore, copy_of: CopyOf, encoders: Encoders
) -> None:
    library = copy_of(made)
    reader = LibraryStore.open(library.folder)
    reader.encoders = encoders
    searcher = Searcher(reader)
    with library.writing():
        library.adopt(trained.library.model_folder)
    old = searcher.search("anything", channel="joint").hits
    assert old == Searcher(made).search("anything", channel="joint").hits
    new = Searcher(reader).search("anything", channel="joint").hits
    assert new == Searcher(trained.library).search("anything", channel="joint").hits
    assert new != old
    reader.commit()
    kept = sorted(path.name for path in reader.folder.glob("model*"))
    assert kept == [reader.model_folder.name]


def test_a_model_that_was_put_in_meanwhile_is_not_replaced_unseen(
    trained: Trained, made: LibraryStore, copy_of: CopyOf
) -> None:
    library = copy_of(made)

    class Meddler(TrainingRecorder):
        def note(self, text: str, seconds_left: float | None = None) -> None:
            if text.startswith("epoch 1 "):
                with library.writing():
                    library.adopt(trained.library.model_folder)

    with pytest.raises(LibraryError, match="another model meanwhile; train again"):
        train_library(library, PLAN, None, Meddler())
    assert model_fingerprint(library.model_folder) == model_fingerprint(
        trained.library.model_folder
    )


def test_what_else_lies_in_the_library_is_left_alone(trained: Trained, copy_of: CopyOf) -> None:
    library = copy_of(trained.library)
    (library.folder / "model-backup").mkdir()
    library.commit()
    assert (library.folder / "model-backup").is_dir()


def test_an_adopted_model_that_was_damaged_can_be_adopted_again(
    trained: Trained, copy_of: CopyOf
) -> None:
    library = copy_of(trained.library)
    wanted, folder = library.fingerprint(), library.model_folder
    (folder / "model.safetensors").write_bytes(b"damaged")
    assert not examine(library.folder).healthy
    rebuild(library)
    assert examine(library.folder).healthy
    assert library.fingerprint() != wanted
    with library.writing():
        library.adopt(trained.library.model_folder)
    assert library.fingerprint() == wanted
    assert examine(library.folder).healthy
