"""Three classifiers of documents by their embeddings, fitted the same way for a fair comparison."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from hilbert.classification.mixture_of_experts import (
    ClassifierSettings,
    ExpertUsage,
    MixtureOfExperts,
    equal_size_mlp,
    expert_usage,
    gate_balance,
    mixture_of_experts,
    parameter_count,
)
from hilbert.classification.preprocessing import Standardiser, checked_features, checked_labels

logger = logging.getLogger(__name__)

LOGISTIC, MLP, EXPERTS = KINDS = ("logistic regression", "MLP", "mixture of experts")
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FittedClassifier:
    """A classifier that has learned; made by `Classifier.fit` or read from a folder.

    Attributes:
        kind: One of `KINDS`.
        settings: What it was made with.
        classes: Names of the classes, in the order of the probabilities.
        standardiser: Fitted on the documents it learned from.
        network: Standardised features `[n, inputs]` to logits `[n, classes]`, in eval mode.
    """

    kind: str
    settings: ClassifierSettings
    classes: tuple[str, ...]
    standardiser: Standardiser
    network: nn.Module

    @property
    def n_parameters(self) -> int:
        """Number of learned values, those of the standardiser not counted."""
        return parameter_count(self.network)

    def probabilities(self, x: ArrayLike) -> FloatArray:
        """Return the probability of each class, `[n, classes]`, rows summing to one.

        Args:
            x: `[n, inputs]`, made as what it learned from; a missing modality is zeros.

        Raises:
            ValueError: The shape is another, or a value is not finite.
        """
        with torch.inference_mode():
            logits: Tensor = self.network(self._prepared(x))
            return logits.double().softmax(-1).numpy()

    def gates(self, x: ArrayLike) -> FloatArray:
        """Return the weight of each expert, `[n, n_experts]`, rows summing to one.

        Raises:
            ValueError: This is no mixture of experts, or as in `probabilities`.
        """
        if not isinstance(self.network, MixtureOfExperts):
            raise ValueError(f"{self.kind} has no experts")
        with torch.inference_mode():
            return self.network.mix(self._prepared(x))[1].double().numpy()

    def _prepared(self, x: ArrayLike) -> Tensor:
        array = checked_features(x, self.standardiser.width)
        if array.shape[1] != len(self.standardiser.mean):
            raise ValueError(
                f"this classifier takes [n, {len(self.standardiser.mean)}], got {list(array.shape)}"
            )
        return torch.from_numpy(self.standardiser(array))


@dataclass(frozen=True)
class Classifier:
    """A classifier yet to be fitted.

    All kinds get the same standardised features and the same weights of the classes, inversely
    proportional to their frequency (`n / (classes n_c)`, scikit-learn's "balanced").

    Attributes:
        kind: `logistic regression` (scikit-learn's, with its default penalty C = 1), `MLP` (one
            hidden layer, as many parameters as the mixture) or `mixture of experts`.
        width: Features of one modality: the inputs are one or more blocks of this width.
        settings: Of the networks; logistic regression uses none of them.
    """

    kind: str
    width: int
    settings: ClassifierSettings = field(default_factory=ClassifierSettings)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown classifier {self.kind!r}; there are {', '.join(KINDS)}")

    def fit(self, x: ArrayLike, y: Sequence[str]) -> FittedClassifier:
        """Learn the classes of documents; the same call gives the same weights.

        The global random state is left as it was.

        Args:
            x: `[n, inputs]`, vectors of one modality or `[audio; text; joint]` side by side; a
                missing modality is zeros.
            y: `[n]` names of the classes.

        Raises:
            ValueError: Shapes do not fit, a value is not finite, or there is only one class.
        """
        array = checked_features(x, self.width)
        classes, truth = checked_labels(y, len(array))
        standardiser = Standardiser.of(array, self.width)
        features = standardiser(array)
        if self.kind == LOGISTIC:
            network: nn.Module = _logistic_regression(features, truth, len(classes))
        else:
            network = _trained(self.kind, features, truth, len(classes), self.settings)
        fitted = FittedClassifier(
            self.kind, self.settings, classes, standardiser, network.eval().requires_grad_(False)
        )
        if self.kind == EXPERTS:
            _log_usage(classes, expert_usage(fitted.gates(array), y, classes))
        return fitted


def new_network(kind: str, inputs: int, classes: int, settings: ClassifierSettings) -> nn.Module:
    """Make the untrained network of a kind; its weights are drawn from torch's state."""
    if kind == LOGISTIC:
        return nn.Linear(inputs, classes)
    make = mixture_of_experts if kind == EXPERTS else equal_size_mlp
    return make(inputs, classes, settings)


def _logistic_regression(
    features: NDArray[np.float32], truth: NDArray[np.int64], classes: int
) -> nn.Linear:
    """Fit with scikit-learn, and keep the weights as a layer, to predict and save as the others."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(class_weight="balanced", max_iter=2000)
    model.fit(features.astype(np.float64), truth)
    weight, bias = model.coef_, model.intercept_
    if classes == 2:  # one row of logits of the second class against the first
        weight, bias = np.concatenate([0 * weight, weight]), np.concatenate([0 * bias, bias])
    layer: nn.Linear = nn.utils.skip_init(nn.Linear, features.shape[1], classes)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(bias))
    return layer


def _trained(
    kind: str,
    features: NDArray[np.float32],
    truth: NDArray[np.int64],
    classes: int,
    settings: ClassifierSettings,
) -> nn.Module:
    """Train a network on all documents at once: some hundred fit in one batch."""
    h, y = torch.from_numpy(features), torch.from_numpy(truth)
    weight = len(y) / (classes * torch.bincount(y, minlength=classes).float())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = new_network(kind, h.shape[1], classes, settings).train()
        optimizer = torch.optim.AdamW(_parameter_groups(network, settings), lr=settings.lr)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, settings.epochs)
        for _ in range(settings.epochs):
            if isinstance(network, MixtureOfExperts):
                logits, gates = network.mix(h)
                penalty = settings.balance * gate_balance(gates)
            else:
                logits, penalty = network(h), torch.zeros(())
            loss = F.cross_entropy(logits, y, weight=weight) + penalty
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    logger.debug("%s: %d steps, last loss %.4f", kind, settings.epochs, loss.item())
    return network


def _parameter_groups(network: nn.Module, settings: ClassifierSettings) -> list[dict[str, object]]:
    matrices = [p for p in network.parameters() if p.ndim > 1]
    biases = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": biases, "weight_decay": 0.0},
    ]


def _log_usage(classes: Sequence[str], usage: ExpertUsage) -> None:
    logger.info(
        "mixture of experts: mean gates %s, %.2f experts in effect, %.2f for one document",
        np.round(usage.mean_gate, 3).tolist(),
        usage.effective,
        usage.per_document,
    )
    for name, gates in zip(classes, usage.by_class, strict=True):
        logger.info("mean gates of class %s: %s", name, np.round(gates, 3).tolist())
