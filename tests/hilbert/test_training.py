"""Training teaches, repeats, and goes on after a kill as if nothing had happened."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hilbert.checkpoint import load_model, model_fingerprint
from hilbert.config import HilbertConfig, TrainingConfig
from hilbert.features import Features
from hilbert.held_out import held_out_scores, split_documents
from hilbert.training import EpochReport, learning_rate, train

CONFIG = TrainingConfig(
    epochs=12, batch_documents=16, window_segments=(1, 4), lr=3e-3, held_out_share=0.25, patience=99
)


@pytest.fixture
def documents(document) -> dict[str, Features]:
    return {f"document-{seed}": document(seed) for seed in range(48)}


class Killed(BaseException):
    """What a kill looks like from within: nothing catches it."""


def _killed_after(epoch: int):
    def progress(report: EpochReport) -> None:
        if report.epoch == epoch:
            raise Killed

    return progress


def test_training_makes_audio_find_its_text_and_keeps_typed_queries(
    documents, tiny: HilbertConfig, tmp_path: Path
) -> None:
    result = train(documents, CONFIG, tiny, tmp_path)
    assert result.after["audio_recall"] > result.before["audio_recall"] + 0.3
    assert result.after["query_mrr"] > result.before["query_mrr"] - 0.05
    assert result.after["score"] > result.before["score"]
    assert result.history[-1].losses["direct"] < 0.5 * result.history[0].losses["direct"]
    held_out = [documents[key] for key in result.held_out]
    assert held_out_scores(load_model(tmp_path), held_out) == result.after


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
    assert f"{result.after['query_mrr']:.3f}" in card
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
    assert resumed.before == whole.before
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
    assert result.after["score"] >= result.before["score"]
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
    assert "empty" not in result.held_out


def test_a_document_stays_on_its_side_when_others_come() -> None:
    def features() -> Features:
        import numpy as np

        zeros = np.zeros((0, 4))
        return Features(
            zeros.astype(np.float16),
            np.zeros((1, 2), np.int64),
            np.ones((1, 4), np.float32),
            zeros.astype(np.float16),
            np.zeros(0, np.int64),
            np.zeros((1, 2), np.float32),
        )

    some = {f"d{i}": features() for i in range(60)}
    more = some | {f"e{i}": features() for i in range(60)}
    learn, held = split_documents(some, 0.2)
    assert 4 <= len(held) <= 24
    assert set(learn) | set(held) == set(some)
    assert set(held) == set(split_documents(more, 0.2)[1]) & set(some)


def test_too_few_documents_are_refused(document, tiny: HilbertConfig, tmp_path: Path) -> None:
    few = {str(seed): document(seed) for seed in range(5)}
    with pytest.raises(ValueError, match="at least 6 documents"):
        train(few, CONFIG, tiny, tmp_path)


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
