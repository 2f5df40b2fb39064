"""Training teaches, repeats, and goes on after a kill as if nothing had happened."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hilbert.model.checkpoint import load_model, model_fingerprint
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Features
from hilbert.training.config import TrainingConfig
from hilbert.training.presets import ARCHITECTURES, OBJECTIVES, objective
from hilbert.training.splits import Split, held_out_scores
from hilbert.training.trainer import (
    EpochReport,
    OtherTrainingError,
    TrainingResult,
    learning_rate,
    train,
)

CONFIG = TrainingConfig(
    epochs=12, batch_documents=16, window_segments=(1, 4), lr=3e-3, held_out_share=0.25, patience=99
)

pytestmark = pytest.mark.extras  # each trains a small model


@pytest.fixture
def documents(document) -> dict[str, Features]:
    return {f"document-{seed}": document(seed) for seed in range(48)}


@pytest.fixture(scope="module")
def many(document) -> dict[str, Features]:
    return {f"document-{seed}": document(seed) for seed in range(96)}


@pytest.fixture(scope="module")
def trained(many, tiny: HilbertConfig, tmp_path_factory) -> TrainingResult:
    return train(many, CONFIG, tiny, tmp_path_factory.mktemp("trained"))


class Killed(BaseException):
    """What a kill looks like from within: nothing catches it."""


def _killed_after(epoch: int):
    def progress(report: EpochReport) -> None:
        if report.epoch == epoch:
            raise Killed

    return progress


def test_training_makes_audio_find_its_text_and_keeps_typed_queries(
    many, trained: TrainingResult
) -> None:
    result = trained
    before, after = result.comparison.before.as_dict(), result.comparison.after.as_dict()
    assert after["audio_recall"] > before["audio_recall"] + 0.3
    assert after["query_mrr"] > before["query_mrr"] - 0.05
    assert result.comparison.better
    assert result.history[-1].losses["direct"] < 0.5 * result.history[0].losses["direct"]
    judge = [many[key] for key in result.split.test]
    assert held_out_scores(load_model(result.folder), judge).as_dict() == after


def test_nothing_is_learned_from_or_chosen_by_the_documents_that_judge(
    documents, document, tiny: HilbertConfig, tmp_path: Path
) -> None:
    config = replace(CONFIG, epochs=2)
    first = train(documents, config, tiny, tmp_path / "first")
    others = documents | {key: document(500 + n) for n, key in enumerate(first.split.test)}
    second = train(others, config, tiny, tmp_path / "second")
    assert model_fingerprint(first.model) == model_fingerprint(second.model)
    changed = documents | {first.split.train[0]: document(999)}
    third = train(changed, config, tiny, tmp_path / "third")
    assert model_fingerprint(first.model) != model_fingerprint(third.model)


def test_the_last_weights_are_kept_where_asked(
    many, trained: TrainingResult, tiny: HilbertConfig, tmp_path: Path
) -> None:
    """Of a training that makes a good beginning worse, which "best" goes back to."""
    config = replace(CONFIG, weights={"cka_audio": 1.0}, epochs=2, lr=0.1)
    best = train(many, config, tiny, tmp_path / "best", start=trained.model)
    assert best.best_epoch == 0
    assert model_fingerprint(best.model) == model_fingerprint(trained.model)
    config = replace(config, keep="last")
    last = train(many, config, tiny, tmp_path / "last", start=trained.model)
    assert last.best_epoch == 2
    assert model_fingerprint(last.model) != model_fingerprint(trained.model)


def test_a_split_that_is_given_is_kept(documents, tiny: HilbertConfig, tmp_path: Path) -> None:
    keys = sorted(documents)
    split = Split(keys[6:], keys[:3], keys[3:6])
    config = replace(CONFIG, epochs=1)
    result = train(documents, config, tiny, tmp_path / "given", split=split)
    assert result.split == split
    assert result.comparison.documents == 3
    with pytest.raises(OtherTrainingError):
        _interrupted(documents, config, tiny, tmp_path / "other", split)


def _interrupted(
    documents: dict[str, Features],
    config: TrainingConfig,
    tiny: HilbertConfig,
    out: Path,
    split: Split,
) -> None:
    """Kill a training with this split, then go on with the one that a hash makes."""
    config = replace(config, epochs=2)
    with pytest.raises(Killed):
        train(documents, config, tiny, out, _killed_after(1), split=split)
    train(documents, config, tiny, out)


def test_training_goes_on_from_a_model_and_keeps_it_when_nothing_is_better(
    documents, trained: TrainingResult, tiny: HilbertConfig, tmp_path: Path
) -> None:
    hopeless = replace(CONFIG, epochs=2, lr=1e-12)
    result = train(documents, hopeless, tiny, tmp_path / "more", start=trained.model)
    assert result.comparison.before.as_dict() == result.comparison.after.as_dict()
    assert result.comparison.interval == (0.0, 0.0)
    assert not result.comparison.better
    other = replace(tiny, cross_layers=2)
    with pytest.raises(ValueError, match="another config"):
        train(documents, hopeless, other, tmp_path / "other", start=trained.model)


def test_an_objective_that_says_nothing_makes_a_model_that_is_worse_than_a_good_one(
    many, trained: TrainingResult, tiny: HilbertConfig, tmp_path: Path
) -> None:
    broken = replace(CONFIG, weights={"cka_audio": 1.0}, epochs=2, lr=0.1)
    result = train(many, broken, tiny, tmp_path, reference=trained.model)
    assert result.comparison.interval[1] < 0
    assert not result.comparison.better


@pytest.mark.parametrize(
    ("form", "name"),
    [*((form, "hilbert") for form in ARCHITECTURES), *(("hilbert", name) for name in OBJECTIVES)],
)
def test_every_form_and_every_objective_can_be_trained(
    documents, tiny: HilbertConfig, tmp_path: Path, form: str, name: str
) -> None:
    few = {key: documents[key] for key in list(documents)[:16]}
    config = replace(CONFIG, epochs=1, weights=objective(name))
    result = train(few, config, replace(tiny, **ARCHITECTURES[form]), tmp_path)
    assert all(value.isfinite().all() for value in result.model.state_dict().values())
    loaded = load_model(tmp_path)
    assert model_fingerprint(loaded) == model_fingerprint(result.model)
    assert len(result.comparison.directions_after) == 8


def test_reports_name_every_term_and_both_sides_of_the_balance(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    seen: list[EpochReport] = []
    result = train(documents, replace(CONFIG, epochs=2), tiny, tmp_path, seen.append)
    assert seen == result.history
    assert [report.epoch for report in seen] == [1, 2]
    wanted = {*CONFIG.weights, "total", "audio_side", "text_side"}
    assert set(seen[0].losses) == wanted
    card = (tmp_path / "README.md").read_text()
    assert "reconstructed from its abstract" in card
    assert f"{result.comparison.after.score:.3f}" in card
    assert "audio -> joint | document" in card
    assert not (tmp_path / "training").exists()


def test_a_killed_training_ends_in_the_same_weights(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    config = replace(CONFIG, epochs=4)
    whole = train(documents, config, tiny, tmp_path / "whole")
    for epoch in (1, 3):
        with pytest.raises(Killed):
            train(documents, config, tiny, tmp_path / "killed", _killed_after(epoch))
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "killed")
    started: list[int] = []
    resumed = train(
        documents, config, tiny, tmp_path / "killed", lambda report: started.append(report.epoch)
    )
    assert started == [4]
    assert model_fingerprint(resumed.model) == model_fingerprint(whole.model)
    assert resumed.comparison.to_json() == whole.comparison.to_json()
    assert [report.losses for report in resumed.history] == [
        report.losses for report in whole.history
    ]


def test_an_interrupted_training_is_not_mixed_with_another(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    with pytest.raises(Killed):
        train(documents, CONFIG, tiny, tmp_path, _killed_after(1))
    with pytest.raises(ValueError, match="other documents or settings"):
        train(documents, replace(CONFIG, lr=1e-4), tiny, tmp_path)
    (tmp_path / "training" / "progress.json").write_text("{")
    with pytest.raises(ValueError, match="is damaged"):
        train(documents, CONFIG, tiny, tmp_path)


def test_the_seed_decides_the_weights_and_global_random_state_is_left_alone(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    config = replace(CONFIG, epochs=1)
    torch.manual_seed(0)
    expected = torch.rand(2)
    prints = []
    for run, seed in enumerate((0, 0, 1)):
        torch.manual_seed(0)
        result = train(documents, replace(config, seed=seed), tiny, tmp_path / str(run))
        assert torch.equal(torch.rand(2), expected)
        prints.append(model_fingerprint(result.model))
    assert prints[0] == prints[1] != prints[2]


def test_training_stops_when_nothing_gets_better_and_keeps_the_best(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    hopeless = replace(CONFIG, epochs=30, patience=2, lr=1e-9, warmup=0.0)
    result = train(documents, hopeless, tiny, tmp_path)
    assert len(result.history) < 30
    assert result.best_epoch + 2 == len(result.history)


def test_documents_that_lack_a_modality_take_part(
    documents, document, tiny: HilbertConfig, tmp_path: Path
) -> None:
    for seed in range(100, 110):
        documents[f"silent-{seed}"] = document(seed, audio=False)
        documents[f"mute-{seed}"] = document(seed + 50, text=False)
    documents["empty"] = document(1, segments=0)
    result = train(documents, replace(CONFIG, epochs=2), tiny, tmp_path)
    assert all(parameter.isfinite().all() for parameter in result.model.parameters())
    split = result.split
    assert "empty" not in {*split.train, *split.validation, *split.test}


def test_too_few_documents_are_refused(document, tiny: HilbertConfig, tmp_path: Path) -> None:
    few = {str(seed): document(seed) for seed in range(6)}
    with pytest.raises(ValueError, match="at least 7 documents"):
        train(few, CONFIG, tiny, tmp_path)


def test_a_training_that_diverges_keeps_the_best_weights_and_says_so(
    many, trained: TrainingResult, tiny: HilbertConfig, tmp_path: Path
) -> None:
    wild = replace(CONFIG, lr=1e30, epochs=5)
    for _ in range(2):  # and again: what was kept does not stand in the way
        result = train(many, wild, tiny, tmp_path, start=trained.model)
        assert result.diverged_in >= 1
        assert result.comparison.after.score >= 0
        assert all(value.isfinite().all() for value in result.model.state_dict().values())


def test_a_finished_training_is_not_done_again_also_with_leftovers(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    config = replace(CONFIG, epochs=2)
    with pytest.raises(Killed):
        train(documents, config, tiny, tmp_path, _killed_after(1))
    shutil.copytree(tmp_path / "training", tmp_path / "kept")
    first = train(documents, config, tiny, tmp_path)
    for path in (tmp_path / "kept").glob("*.safetensors"):
        path.unlink()  # as a kill while tidying up would
    (tmp_path / "kept").rename(tmp_path / "training")
    seen: list[EpochReport] = []
    again = train(documents, config, tiny, tmp_path, seen.append)
    assert not seen
    assert model_fingerprint(again.model) == model_fingerprint(first.model)
    assert not (tmp_path / "training").exists()


def test_a_device_that_is_not_there_is_refused_in_words(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    for device in ("nonsense", "cuda:99"):
        with pytest.raises(ValueError, match=f"device '{device}' cannot be used here"):
            train(documents, replace(CONFIG, device=device), tiny, tmp_path)


def test_patience_is_counted_after_the_warm_up(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    hopeless = replace(CONFIG, epochs=20, patience=2, lr=1e-12, warmup=0.25)
    result = train(documents, hopeless, tiny, tmp_path)
    assert (result.best_epoch, len(result.history)) == (0, 5 + 2)


def test_an_unknown_term_is_refused_before_any_work(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="unknown term of the loss: dircet"):
        train(documents, replace(CONFIG, weights={"dircet": 1.0}), tiny, tmp_path)


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    config = TrainingConfig(epochs=10, warmup=0.2, lr=1.0)
    rates = [learning_rate(step, 10, config) for step in range(100)]
    peak = rates.index(max(rates))
    assert peak == 20
    assert rates[:21] == sorted(rates[:21])
    assert rates[20:] == sorted(rates[20:], reverse=True)
    assert rates[0] > 0
    assert rates[-1] < 0.001
