"""Classifier heads: a mixture of experts with dense gates, and the plain MLP of equal size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hilbert.model.config import Settings

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ClassifierSettings(Settings):
    """Shape and training of the classifiers, for some hundred documents.

    The abstract of HILBERT gives none of these. They were chosen by reasoning for small data,
    before any score was seen: a fit takes a few hundred small steps, drops inputs and hidden
    units, and shrinks its weights.

    Attributes:
        n_experts: Experts of the mixture; 2 to 4 under 1,000 documents.
        hidden: Hidden units of one expert. The MLP gets as many as make it the same size.
        dropout: Dropout of the inputs and of the hidden units, in training only.
        lr: Learning rate of AdamW at the first step; it falls in a line to 0.
        weight_decay: Decay of weight matrices, as AdamW's: each step takes lr * weight_decay,
            so over 200 falling steps of 1e-3 a decay of 1 takes 10 %, the least to be felt.
        epochs: Steps over all documents at once.
        balance: Weight of the penalty on uneven gates (`gate_balance`); 0 for none.
        seed: Seed of the untrained weights and of the dropout.
    """

    n_experts: int = 3
    hidden: int = 32
    dropout: float = 0.3
    lr: float = 1e-3
    weight_decay: float = 1.0
    epochs: int = 200
    balance: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        wrong = {
            "n_experts must be at least 2": self.n_experts < 2,
            "hidden must be at least 1": self.hidden < 1,
            "dropout must be in [0, 1)": not 0.0 <= self.dropout < 1.0,
            "lr must be positive": not self.lr > 0,
            "weight_decay must not be negative": not self.weight_decay >= 0,
            "epochs must be at least 1": self.epochs < 1,
            "balance must not be negative": not self.balance >= 0,
        }
        for message, is_wrong in wrong.items():
            if is_wrong:
                raise ValueError(message)


class MixtureOfExperts(nn.Module):
    """Experts that answer together, each with a weight that depends on the input.

    `g = softmax(W_g h)`, `y = sum_e g_e MLP_e(h)` (Jacobs et al. 1991, Adaptive Mixtures of
    Local Experts), on logits. All experts answer always: a gate that picks a few (Shazeer et al.
    2017, arXiv 1701.06538) gives each expert a share of the documents, and under 1,000
    documents some would starve. The gates start equal (W_g = 0); the experts differ by their
    random weights, so the gates can learn.
    """

    def __init__(
        self, inputs: int, classes: int, hidden: int, n_experts: int, dropout: float
    ) -> None:
        """Make the untrained mixture for `inputs` features."""
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.gate = nn.Linear(inputs, n_experts, bias=False)
        nn.init.zeros_(self.gate.weight)
        self.experts = nn.ModuleList(
            nn.Sequential(*_hidden_layer(inputs, classes, hidden, dropout))
            for _ in range(n_experts)
        )

    def forward(self, h: Tensor) -> Tensor:
        """Return the logits `[n, classes]` of `h [n, inputs]`."""
        return self.mix(h)[0]

    def mix(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits `[n, classes]` and the gates `[n, n_experts]` of `h [n, inputs]`."""
        h = self.dropout(h)
        gates = self.gate(h).softmax(-1)  # [n, n_experts]
        answers = torch.stack([expert(h) for expert in self.experts], dim=1)
        # answers: [n, n_experts, classes]
        return (gates.unsqueeze(-1) * answers).sum(1), gates


def gate_balance(gates: Tensor) -> Tensor:
    """Compute the penalty on uneven use of the experts.

    0 where all weigh the same, n_experts - 1 where one has all the weight. The squared coefficient
    of variation of the mean gates, which Shazeer et al. 2017 (arXiv 1701.06538, eq. 7) call the
    importance loss: `E sum_e m_e^2 - 1`, m the mean of `gates [n, E]`. Without it the expert that
    is best early gets the most gradient, and can end as the only one. Single documents may still
    choose freely: only the mean is held.
    """
    return gates.shape[-1] * gates.mean(0).square().sum() - 1.0


def mixture_of_experts(inputs: int, classes: int, settings: ClassifierSettings) -> MixtureOfExperts:
    """Make the untrained mixture of the settings; its weights are drawn from torch's state."""
    return MixtureOfExperts(inputs, classes, settings.hidden, settings.n_experts, settings.dropout)


def equal_size_mlp(inputs: int, classes: int, settings: ClassifierSettings) -> nn.Sequential:
    """Make the untrained MLP of one hidden layer that is as large as the mixture."""
    hidden = equal_size_hidden(inputs, classes, settings)
    layers = _hidden_layer(inputs, classes, hidden, settings.dropout)
    return nn.Sequential(nn.Dropout(settings.dropout), *layers)


def equal_size_hidden(inputs: int, classes: int, settings: ClassifierSettings) -> int:
    """Return the hidden units that bring an MLP nearest to the parameters of the mixture.

    An MLP of w hidden units has `w (inputs + 1 + classes) + classes` parameters; the mixture has
    that for each expert, and `n_experts inputs` for the gates. So w is about
    `n_experts (hidden + 1)`, and the sizes differ by at most half a unit's parameters.
    """
    unit_parameters = inputs + 1 + classes
    mixture = settings.n_experts * (settings.hidden * unit_parameters + classes + inputs)
    return max(1, round((mixture - classes) / unit_parameters))


def parameter_count(module: nn.Module) -> int:
    """Return the number of learned values."""
    return sum(parameter.numel() for parameter in module.parameters())


@dataclass(frozen=True)
class ExpertUsage:
    """How a mixture spreads documents over its experts.

    Attributes:
        mean_gate: `[n_experts]`, mean weight of each expert; they sum to one.
        effective: Exponential of the entropy of `mean_gate` (the Hill number of order 1, Hill
            1973): n_experts where all weigh the same, 1 where one does all.
        per_document: Exponential of the mean entropy of single documents' gates. Well below
            `effective` the experts specialise; equal to it every document gets the same mix.
        by_class: `[classes, n_experts]`, mean weight for the documents of each class; NaN for a
            class without documents.
    """

    mean_gate: FloatArray
    effective: float
    per_document: float
    by_class: FloatArray


def expert_usage(gates: FloatArray, y: Sequence[str], classes: Sequence[str]) -> ExpertUsage:
    """Measure how a mixture uses its experts.

    Args:
        gates: `[n, n_experts]`, rows summing to one.
        y: `[n]`, the class of each document.
        classes: Names of all classes.

    Raises:
        ValueError: There are no documents, or not as many labels.
    """
    labels = np.asarray(y)
    if not len(gates) or len(labels) != len(gates):
        raise ValueError(f"{len(gates)} documents, {len(labels)} labels: need as many, from 1 up")
    mean_gate = gates.mean(0)
    nothing = np.full_like(mean_gate, np.nan)
    by_class = [
        gates[labels == name].mean(0) if (labels == name).any() else nothing for name in classes
    ]
    return ExpertUsage(
        mean_gate=mean_gate,
        effective=float(np.exp(_entropy(mean_gate))),
        per_document=float(np.exp(_entropy(gates).mean())),
        by_class=np.stack(by_class),
    )


def _hidden_layer(inputs: int, classes: int, hidden: int, dropout: float) -> list[nn.Module]:
    return [
        nn.Linear(inputs, hidden),
        nn.GELU(),
        nn.Dropout(dropout),
        nn.Linear(hidden, classes),
    ]


def _entropy(shares: FloatArray) -> FloatArray:
    """Entropy in nats over the last axis, which sums to one."""
    logs = np.log(np.maximum(shares, np.finfo(np.float64).tiny))
    return np.asarray(-(shares * logs).sum(-1), np.float64)
