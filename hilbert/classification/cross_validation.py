"""Cross-validate classifiers by groups of documents: scores, their spread, and differences."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hilbert.classification.classifiers import EXPERTS, FittedClassifier
from hilbert.classification.metrics import auc_by_class, f1_by_class, macro, redraws
from hilbert.classification.mixture_of_experts import ExpertUsage, expert_usage
from hilbert.classification.preprocessing import checked_features, checked_labels

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# (truth [n], probabilities [n, classes], weights [samples, n]) -> [samples, classes]
Metric = Callable[[IntArray, FloatArray, FloatArray], FloatArray]

_REDRAWS = 2000
_TAILS = (0.025, 0.975)


class Fitted(Protocol):
    """A classifier that has learned."""

    @property
    def n_parameters(self) -> int:
        """Number of learned values."""

    def probabilities(self, x: ArrayLike, /) -> FloatArray:
        """Return the probability of each class, sorted by name, `[n, classes]`."""


class Fits(Protocol):
    """A classifier yet to be fitted, as `hilbert.classification.classifiers.Classifier`."""

    def fit(self, x: ArrayLike, y: Sequence[str], /) -> Fitted:
        """Learn the classes `y [n]` of documents `x [n, inputs]`."""


@dataclass(frozen=True)
class Score:
    """A score of out-of-fold predictions, the mean over seeds.

    Attributes:
        value: On the predictions of all folds together.
        low: Lower end of the bootstrap 95 % interval.
        high: Upper end of it.
        by_fold: The score within each fold.
        by_seed: The score of each seed on all folds together.
    """

    value: float
    low: float
    high: float
    by_fold: tuple[float, ...]
    by_seed: tuple[float, ...]

    @property
    def fold_spread(self) -> float:
        """Standard deviation over the folds (n - 1)."""
        return float(np.std(self.by_fold, ddof=1))

    @property
    def seed_spread(self) -> float:
        """Standard deviation over the seeds (n - 1); 0 for one seed."""
        return float(np.std(self.by_seed, ddof=1)) if len(self.by_seed) > 1 else 0.0


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What a classifier was worth on documents that it had not learned from.

    Attributes:
        name: For the table.
        classes: Names of the classes, sorted.
        truth: `[n]`, number of each document's class.
        groups: `[n]`, number of each document's group.
        folds: `[n]`, the fold in which each document was predicted.
        probabilities: `[seeds, n, classes]`, out of fold.
        n_parameters: Learned values of one fit (the mean over the folds, rounded).
        macro_f1: Mean F1 over the classes.
        auc: Mean over the classes of the area under the ROC curve, one against the rest.
        f1: F1 by class, mean over seeds.
        usage: For a mixture of experts its use of the experts on the held-out documents, one a
            fit; empty for others.
    """

    name: str
    classes: tuple[str, ...]
    truth: IntArray
    groups: IntArray
    folds: IntArray
    probabilities: FloatArray
    n_parameters: int
    macro_f1: Score
    auc: Score
    f1: dict[str, float]
    usage: tuple[ExpertUsage, ...]


@dataclass(frozen=True)
class Difference:
    """Score of one classifier minus that of another, with its bootstrap 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def cross_validate(
    name: str,
    classifiers: Sequence[Fits],
    x: ArrayLike,
    y: Sequence[str],
    groups: Sequence[Hashable],
    folds: int = 5,
    seed: int = 0,
) -> CrossValidation:
    """Predict each document by a classifier that learned from the other folds, and score that.

    Everything is learned anew in each fold, the standardisation too. The same documents, groups,
    folds and seed give the same folds to every classifier.

    Args:
        name: For the table.
        classifiers: One classifier, or the same one with several seeds.
        x: `[n, inputs]`.
        y: `[n]` names of the classes.
        groups: `[n]`; documents of one group (a speaker, an episode) are never on both sides.
        folds: Number of folds.
        seed: Seed of the folds and of the bootstrap.

    Raises:
        ValueError: Shapes do not fit, a value is not finite, there are fewer than two classes,
            or a class has fewer groups than there are folds; says what to do.
    """
    array = checked_features(x)
    classes, truth = checked_labels(y, len(array))
    group = _numbered(groups, len(array))
    splits = _folds(truth, group, classes, folds, seed)
    labels = np.asarray(y, dtype=np.str_)
    probabilities = np.empty((len(classifiers), len(array), len(classes)))
    usage: list[ExpertUsage] = []
    sizes: list[int] = []
    for run, classifier in enumerate(classifiers):
        for fold in range(folds):
            learn, held = np.flatnonzero(splits != fold), np.flatnonzero(splits == fold)
            fitted = classifier.fit(array[learn], labels[learn].tolist())
            probabilities[run, held] = fitted.probabilities(array[held])
            sizes.append(fitted.n_parameters)
            if isinstance(fitted, FittedClassifier) and fitted.kind == EXPERTS:
                gates = fitted.gates(array[held])
                usage.append(expert_usage(gates, labels[held].tolist(), classes))
    everything = np.ones((1, len(array)))
    by_class = np.mean([f1_by_class(truth, p, everything)[0] for p in probabilities], axis=0)
    return CrossValidation(
        name=name,
        classes=classes,
        truth=truth,
        groups=group,
        folds=splits,
        probabilities=probabilities,
        n_parameters=round(float(np.mean(sizes))),
        macro_f1=_score(f1_by_class, truth, probabilities, splits, group, seed),
        auc=_score(auc_by_class, truth, probabilities, splits, group, seed),
        f1=dict(zip(classes, map(float, by_class), strict=True)),
        usage=tuple(usage),
    )


def difference(
    one: CrossValidation, other: CrossValidation, seed: int = 0
) -> tuple[Difference, Difference]:
    """Return macro-F1 and AUC of one minus those of the other, on the same redraws.

    Paired: where two intervals of a table overlap, this one may still leave out 0.

    Raises:
        ValueError: The two were not validated on the same documents and folds.
    """
    same = (np.array_equal(getattr(one, k), getattr(other, k)) for k in ("truth", "folds"))
    if not all(same) or one.classes != other.classes:
        raise ValueError(f"{one.name} and {other.name} were not validated on the same folds")
    drawn = redraws(one.groups, _REDRAWS, seed)
    weights = np.concatenate([np.ones((1, len(one.truth))), drawn])  # all, then the redraws
    found = []
    for metric in (f1_by_class, auc_by_class):
        ours, theirs = (
            _by_seed(metric, of.truth, of.probabilities, weights).mean(0) for of in (one, other)
        )
        apart = ours - theirs  # [1 + redraws]
        low, high = np.nanquantile(apart[1:], _TAILS)
        found.append(Difference(float(apart[0]), float(low), float(high)))
    return found[0], found[1]


def _folds(
    truth: IntArray, groups: IntArray, classes: Sequence[str], folds: int, seed: int
) -> IntArray:
    """Return the fold of each document, `[n]`.

    StratifiedGroupKFold, not GroupKFold: both keep a group on one side, but GroupKFold evens
    only the sizes, and with a class of few documents a fold is then likely to lack it, in
    learning or in the score.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if folds < 2:
        raise ValueError(f"folds must be at least 2, got {folds}")
    in_groups = [len(np.unique(groups[truth == number])) for number in range(len(classes))]
    if (least := min(in_groups)) < folds:
        rarest = in_groups.index(least)
        advice = f"use {least} folds" if least > 1 else "find more documents"
        raise ValueError(
            f"class {classes[rarest]!r} (documents: {(truth == rarest).sum()}, groups: {least}) is "
            f"too small for {folds} folds; {advice}, or leave the class out or join it with another"
        )
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    splits = np.full(len(truth), -1)
    for fold, (learn, held) in enumerate(splitter.split(truth, truth, groups)):
        splits[held] = fold
        if lost := sorted(set(range(len(classes))) - set(truth[learn].tolist())):
            raise ValueError(
                f"all documents of class {classes[lost[0]]!r} fell in one fold, because its "
                "groups are large and mixed; use fewer folds, or leave the class out"
            )
    return splits


def _numbered(groups: Sequence[Hashable], count: int) -> IntArray:
    if len(groups) != count:
        raise ValueError(f"{count} documents and {len(groups)} groups: need one for each document")
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups])


def _by_seed(
    metric: Metric, truth: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Macro score of each seed and row of weights, `[seeds, samples]`."""
    return np.stack([macro(metric(truth, p, weights)) for p in probabilities])


def _score(
    metric: Metric,
    truth: IntArray,
    probabilities: FloatArray,
    folds: IntArray,
    groups: IntArray,
    seed: int,
) -> Score:
    everything = np.ones((1, len(truth)))
    inside = (folds == np.arange(folds.max() + 1)[:, None]).astype(np.float64)  # [folds, n]
    seeds = _by_seed(metric, truth, probabilities, everything)[:, 0]
    by_fold = _by_seed(metric, truth, probabilities, inside).mean(0)
    drawn = redraws(groups, _REDRAWS, seed)
    low, high = np.nanquantile(_by_seed(metric, truth, probabilities, drawn).mean(0), _TAILS)
    return Score(
        value=float(seeds.mean()),
        low=float(low),
        high=float(high),
        by_fold=tuple(map(float, by_fold)),
        by_seed=tuple(map(float, seeds)),
    )
