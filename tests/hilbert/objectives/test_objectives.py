"""All terms of the loss together: their sum, their names, their descriptions."""

import numpy as np
import pytest

from hilbert.model.checkpoint import new_model
from hilbert.objectives import TERMS, LossInputs, total_loss
from hilbert.objectives.inputs import gather_inputs
from hilbert.training.config import TrainingConfig
from tests.segment_windows import whole


def test_the_total_is_the_weighted_sum_and_terms_at_zero_are_not_computed(
    unbalanced: LossInputs,
) -> None:
    total, parts = total_loss(unbalanced, {"direct": 2.0, "query": 0.5, "cka_text": 0.0})
    assert set(parts) == {"direct", "query", "total"}
    assert total.item() == pytest.approx(2 * parts["direct"] + 0.5 * parts["query"])
    assert parts["total"] == total.item()


def test_an_unknown_term_is_refused_and_the_known_are_named(unbalanced: LossInputs) -> None:
    with pytest.raises(ValueError, match=r"of the loss: cak; known are balance, .*query"):
        total_loss(unbalanced, {"cak": 1.0})


def test_every_term_says_what_it_reads_what_it_is_for_and_how_it_relates_to_others() -> None:
    for name, function in TERMS.items():
        assert function.__doc__, name
        for word in ("Inputs used:", "When:", "Relation:"):
            assert word in function.__doc__, (name, word)


def test_all_terms_are_finite_for_batches_that_lack_everything(tiny, document) -> None:
    model = new_model(tiny).train()
    weights = dict.fromkeys(TERMS, 1.0)
    rng = np.random.default_rng(0)
    nothing = document(3, audio=False, text=False)
    lacking = [document(1, audio=False), document(2, text=False), nothing]
    for documents in ([*lacking, document(4), document(5)], lacking, [document(4)], lacking[:1]):
        windows = [(i, whole(features)) for i, features in enumerate(documents)]
        loss, _ = total_loss(gather_inputs(model, windows, TrainingConfig(), rng), weights)
        loss.backward()
        assert loss.isfinite()
        for name, parameter in model.named_parameters():
            assert parameter.grad is None or parameter.grad.isfinite().all(), name
