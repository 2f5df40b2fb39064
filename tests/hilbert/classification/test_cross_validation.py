"""Cross-validation keeps groups whole, scores as by hand, and reads chance as chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from hilbert.classification.classifiers import EXPERTS, LOGISTIC, Classifier
from hilbert.classification.cross_validation import cross_validate, difference
from hilbert.classification.metrics import auc_by_class, f1_by_class, macro, redraws
from hilbert.classification.mixture_of_experts import ClassifierSettings
from hilbert.classification.tables import class_table, comparison_table

pytestmark = pytest.mark.slow  # each trains classifiers

WIDTH = 6
ONES = np.ones((1, 6))
TRUTH = np.array([0, 0, 0, 1, 1, 2])
PROBABILITIES = np.array(
    [
        [0.6, 0.3, 0.1],
        [0.5, 0.2, 0.3],
        [0.2, 0.5, 0.3],
        [0.3, 0.6, 0.1],
        [0.5, 0.3, 0.2],
        [0.1, 0.2, 0.7],
    ]
)


def documents(n: int = 120, signal: float = 1.0):
    """Groups of two documents of one class, three classes of which one is rare."""
    rng = np.random.default_rng(0)
    pairs = np.repeat(np.arange(n // 2), 2)
    y = np.where(pairs % 10 == 0, 2, pairs % 2)
    x = signal * np.eye(WIDTH)[y] * 2 + rng.standard_normal((n, WIDTH))
    return x, [f"c{i}" for i in y], [f"g{i}" for i in pairs]


@dataclass
class Recorder:
    """A classifier that notes which documents it learned and predicted, by the first feature."""

    seen: list
    classes: int = 3
    n_parameters: int = 0

    def fit(self, x: np.ndarray, y: Sequence[str]) -> "Recorder":
        self.seen.append([set(x[:, 0]), set(y), None])
        return self

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        self.seen[-1][2] = set(x[:, 0])
        return np.full((len(x), self.classes), 1 / self.classes)


def test_scores_by_hand() -> None:
    # Found: 0 0 1 1 0 2; class 0: TP 2 FP 1 FN 1, class 1: TP 1 FP 1 FN 1, class 2: TP 1.
    f1 = f1_by_class(TRUTH, PROBABILITIES, ONES)
    assert f1[0].tolist() == pytest.approx([2 / 3, 1 / 2, 1])
    assert macro(f1)[0] == pytest.approx(13 / 18)
    # Class 0: .6 .5 .2 against .3 .5 .1: 3 + 2.5 + 1 of 9. Class 1: .6 .3 against
    # .3 .2 .5 .2: 4 + 2.5 of 8. Class 2: .7 wins all 5.
    auc = auc_by_class(TRUTH, PROBABILITIES, ONES)
    assert auc[0].tolist() == pytest.approx([6.5 / 9, 6.5 / 8, 1])


def test_scores_are_scikit_learns_also_with_weights_and_ties() -> None:
    from sklearn.metrics import f1_score, roc_auc_score

    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, 80)
    probabilities = rng.dirichlet(np.ones(4), 80).round(1) + 1e-3
    weights = rng.integers(0, 4, (3, 80)).astype(float)
    f1 = macro(f1_by_class(truth, probabilities, weights))
    auc = auc_by_class(truth, probabilities, weights)
    for row, weight in enumerate(weights):
        found = probabilities.argmax(1)
        expected = f1_score(truth, found, average="macro", sample_weight=weight)
        assert f1[row] == pytest.approx(expected)
        for c in range(4):
            one = roc_auc_score(truth == c, probabilities[:, c], sample_weight=weight)
            assert auc[row, c] == pytest.approx(one)


def test_a_class_that_is_not_there_has_no_score_and_is_left_out_of_the_mean() -> None:
    weights = np.array([[1.0, 1, 1, 1, 1, 0], [1.0, 1, 1, 0, 0, 0]])
    f1, auc = (metric(TRUTH, PROBABILITIES, weights) for metric in (f1_by_class, auc_by_class))
    assert np.isnan(f1).tolist() == [[False, False, True], [False, True, True]]
    assert np.isnan(auc).tolist() == [[False, False, True], [True, True, True]]
    assert macro(f1)[0] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert np.isnan(macro(auc)[1])


def test_redraws_take_whole_groups_and_as_many_as_there_are() -> None:
    groups = np.array([0, 0, 1, 2, 2, 2])
    drawn = redraws(groups, 50, seed=0)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 3] == drawn[:, 5]).all()
    assert (drawn[:, [0, 2, 3]].sum(1) == 3).all()
    assert (drawn == redraws(groups, 50, seed=0)).all()


def test_groups_are_never_on_both_sides_and_each_fold_holds_every_class() -> None:
    x, y, groups = documents()
    x[:, 0] = np.arange(len(x))
    recorder = Recorder([])
    result = cross_validate("recorder", [recorder], x, y, groups, folds=5)
    predicted: set[float] = set()
    for learned, classes, held in recorder.seen:
        assert not learned & held
        assert not {groups[int(i)] for i in learned} & {groups[int(i)] for i in held}
        assert classes == {y[int(i)] for i in held} == {"c0", "c1", "c2"}
        assert not predicted & held
        predicted |= held
    assert len(predicted) == len(x)
    again = cross_validate("recorder", [recorder], x, y, groups, folds=5)
    assert (result.folds == again.folds).all()
    assert (result.auc.value, result.auc.fold_spread) == (0.5, 0.0)


def test_what_can_be_learned_scores_high_and_shuffled_labels_read_as_chance() -> None:
    x, y, groups = documents()
    classifier = [Classifier(LOGISTIC, WIDTH)]
    real = cross_validate("real", classifier, x, y, groups)
    assert real.macro_f1.value > 0.8
    assert real.auc.value > 0.9
    assert real.macro_f1.low < real.macro_f1.value < real.macro_f1.high
    assert len(real.macro_f1.by_fold) == 5
    assert np.mean(list(real.f1.values())) == pytest.approx(real.macro_f1.value)
    rng = np.random.default_rng(4)
    chance = []
    for _ in range(5):  # classes move among the groups, which stay of one class
        names = dict(zip(groups, y, strict=True))
        moved = dict(zip(names, rng.permutation(list(names.values())), strict=True))
        shuffled = [str(moved[group]) for group in groups]
        chance.append(cross_validate("shuffled", classifier, x, shuffled, groups))
    assert np.mean([result.auc.value for result in chance]) == pytest.approx(0.5, abs=0.08)
    assert np.mean([result.macro_f1.value for result in chance]) == pytest.approx(1 / 3, abs=0.1)


def test_a_seed_is_a_run_and_the_score_is_their_mean() -> None:
    x, y, groups = documents(80)
    settings = [ClassifierSettings(hidden=4, epochs=20, lr=1e-2, seed=s) for s in (0, 1)]
    runs = [Classifier(EXPERTS, WIDTH, setting) for setting in settings]
    both = cross_validate("both", runs, x, y, groups, folds=3)
    single = [cross_validate("single", [run], x, y, groups, folds=3) for run in runs]
    by_seed = [result.macro_f1.value for result in single]
    assert both.macro_f1.by_seed == pytest.approx(by_seed)
    assert both.macro_f1.value == pytest.approx(np.mean(by_seed))
    assert both.macro_f1.seed_spread == pytest.approx(np.std(by_seed, ddof=1))
    assert len(both.usage) == 6
    assert all(usage.mean_gate.sum() == pytest.approx(1) for usage in both.usage)
    table = comparison_table([both])
    assert "experts in effect" in table
    assert f"| both | {both.n_parameters} | {both.macro_f1.value:.3f} [" in table
    assert "| c2 | 8 |" in class_table([both])


def test_differences_are_paired() -> None:
    x, y, groups = documents()
    linear = [Classifier(LOGISTIC, WIDTH)]
    one = cross_validate("one", linear, x, y, groups)
    same, _ = difference(one, one)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    noise = np.random.default_rng(0).standard_normal(x.shape)
    f1, auc = difference(one, cross_validate("noise", linear, noise, y, groups))
    assert f1.low > 0
    assert auc.low > 0
    other = cross_validate("other", linear, x, y, groups, folds=3)
    with pytest.raises(ValueError, match="not validated on the same folds"):
        difference(one, other)


def test_what_cannot_be_validated_is_said_in_words() -> None:
    x, y, groups = documents(60)
    linear = [Classifier(LOGISTIC, WIDTH)]
    small = r"class 'c2' \(documents: 6, groups: 3\) is too small for 5 folds; use 3 folds"
    with pytest.raises(ValueError, match=small):
        cross_validate("", linear, x, y, groups)
    with pytest.raises(ValueError, match="have the label 'a'"):
        cross_validate("", linear, x, ["a"] * 60, groups)
    with pytest.raises(ValueError, match="60 documents and 59 groups"):
        cross_validate("", linear, x, y, groups[1:])
    with pytest.raises(ValueError, match="at least 2, got 1"):
        cross_validate("", linear, x, y, groups, folds=1)
    broken = x.copy()
    broken[3] = np.inf
    with pytest.raises(ValueError, match="not finite, the first is row 3"):
        cross_validate("", linear, broken, y, groups)
    rare = ["once", *y[1:]]
    with pytest.raises(ValueError, match=r"'once' \(documents: 1, .* folds; find more documents"):
        cross_validate("", linear, x, rare, groups)
