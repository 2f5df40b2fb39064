"""Classifiers learn what they should, the same each time, and come back whole from a folder."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hilbert.classification.checkpoint import load_classifier, save_classifier
from hilbert.classification.classifiers import (
    EXPERTS,
    KINDS,
    LOGISTIC,
    MLP,
    Classifier,
    FittedClassifier,
)
from hilbert.classification.mixture_of_experts import ClassifierSettings
from hilbert.classification.preprocessing import Standardiser

pytestmark = pytest.mark.slow  # each trains classifiers

WIDTH = 4
QUICK = ClassifierSettings(hidden=8, epochs=60, lr=1e-2, dropout=0.1, weight_decay=0.1)


def clusters(n: int = 90, classes: int = 3, seed: int = 0, noise: float = 0.6):
    """Documents of three modalities whose class shows in all of them."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((classes, 3 * WIDTH))
    y = np.arange(n) % classes
    return centres[y] + noise * rng.standard_normal((n, 3 * WIDTH)), [f"class {i}" for i in y]


def regions(n: int, seed: int):
    """Four quarters of a plane, opposite ones of one class: no line parts them."""
    x = np.random.default_rng(seed).uniform(-1, 1, (n, 2))
    return x, ["odd" if a * b > 0 else "even" for a, b in x]


def accuracy(fitted, x, y) -> float:
    found = np.array(fitted.classes)[fitted.probabilities(x).argmax(1)]
    return float((found == np.array(y)).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns_clusters_and_gives_probabilities(kind: str) -> None:
    fitted = Classifier(kind, WIDTH, QUICK).fit(*clusters())
    x, y = clusters(seed=1)
    assert fitted.classes == ("class 0", "class 1", "class 2")
    assert accuracy(fitted, x, y) > 0.9
    probabilities = fitted.probabilities(x)
    assert probabilities.shape == (90, 3)
    assert probabilities.sum(1) == pytest.approx(np.ones(90))
    assert fitted.n_parameters == sum(p.numel() for p in fitted.network.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bits_and_no_other_draw_is_disturbed(kind: str) -> None:
    x, y = clusters()
    torch.manual_seed(0)
    np.random.seed(0)
    expected = torch.rand(3), np.random.rand(3)
    torch.manual_seed(0)
    np.random.seed(0)
    one = Classifier(kind, WIDTH, QUICK).fit(x, y).probabilities(x)
    assert torch.equal(torch.rand(3), expected[0])
    assert (np.random.rand(3) == expected[1]).all()
    same = Classifier(kind, WIDTH, QUICK).fit(x, y).probabilities(x)  # from another global state
    assert (one == same).all()
    other = Classifier(kind, WIDTH, replace(QUICK, seed=1)).fit(x, y).probabilities(x)
    assert (kind == LOGISTIC) == bool((one == other).all())


@pytest.mark.parametrize("classes", [2, 3])
def test_logistic_regression_is_scikit_learns(classes: int) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    x, y = clusters(classes=classes, noise=2.0)
    x, y = x[:70], y[:70]
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(class_weight="balanced", max_iter=2000).fit(scaler.transform(x), y)
    fitted = Classifier(LOGISTIC, WIDTH).fit(x, y)
    expected = model.predict_proba(scaler.transform(x))
    assert fitted.probabilities(x) == pytest.approx(expected, abs=1e-3)


def test_experts_learn_regions_that_no_line_parts() -> None:
    x, y = regions(200, 0)
    unseen = regions(300, 1)
    settings = ClassifierSettings(hidden=8, epochs=150, lr=2e-2, dropout=0.0, weight_decay=0.0)
    linear = accuracy(Classifier(LOGISTIC, 2).fit(x, y), *unseen)
    mixture = accuracy(Classifier(EXPERTS, 2, settings).fit(x, y), *unseen)
    assert linear < 0.65
    assert mixture > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_a_rare_class_is_found_because_classes_are_weighted(kind: str) -> None:
    rng = np.random.default_rng(0)
    y = ["common"] * 190 + ["rare"] * 10

    def documents() -> np.ndarray:
        shift = np.where(np.array(y) == "rare", 1.5, 0.0)[:, None]
        return rng.standard_normal((200, 2)) + shift * np.array([1.0, 0.5])

    learn, unseen = documents(), documents()
    fitted = Classifier(kind, 2, QUICK).fit(learn, y)
    rare = fitted.probabilities(unseen)[190:].argmax(1) == 1
    # Unweighted logistic regression finds next to none of these.
    assert rare.mean() >= 0.5


def test_missing_modalities_stay_zeros_and_out_of_mean_and_spread() -> None:
    x, y = clusters()
    gaps = x.copy()
    gaps[::3, WIDTH : 2 * WIDTH] = 0.0
    standardiser = Standardiser.of(gaps, WIDTH)
    has = gaps[:, WIDTH] != 0
    block = slice(WIDTH, 2 * WIDTH)
    assert standardiser.mean[block] == pytest.approx(x[has, block].mean(0), abs=1e-5)
    assert standardiser.scale[block] == pytest.approx(x[has, block].std(0), abs=1e-5)
    standard = standardiser(gaps)
    assert (standard[~has, block] == 0).all()
    assert standard[:, :WIDTH].std(0) == pytest.approx(np.ones(WIDTH), abs=1e-5)
    for kind in KINDS:
        fitted = Classifier(kind, WIDTH, QUICK).fit(gaps, y)
        assert accuracy(fitted, gaps, y) > 0.8
        assert np.isfinite(fitted.probabilities(np.zeros((1, 3 * WIDTH)))).all()


def test_constant_features_are_no_fault() -> None:
    x, y = clusters()
    x[:, 3] = 0.25
    assert np.isfinite(Classifier(MLP, WIDTH, QUICK).fit(x, y).probabilities(x)).all()


def test_the_use_of_experts_is_logged_by_class(caplog: pytest.LogCaptureFixture) -> None:
    x, y = clusters()
    with caplog.at_level(logging.INFO, logger="hilbert.classification.classifiers"):
        fitted = Classifier(EXPERTS, WIDTH, QUICK).fit(x, y)
    assert "experts in effect" in caplog.text
    assert "class 2" in caplog.text
    assert fitted.gates(x).sum(1) == pytest.approx(np.ones(90), abs=1e-6)
    with pytest.raises(ValueError, match="MLP has no experts"):
        Classifier(MLP, WIDTH, QUICK).fit(x, y).gates(x)


def test_what_cannot_be_learned_is_said_in_words() -> None:
    x, y = clusters()
    classifier = Classifier(LOGISTIC, WIDTH)
    with pytest.raises(ValueError, match="all 90 documents have the label 'one'"):
        classifier.fit(x, ["one"] * 90)
    with pytest.raises(ValueError, match="90 documents and 89 labels"):
        classifier.fit(x, y[:89])
    with pytest.raises(ValueError, match=r"one or more modalities of 4\], got \[90, 11\]"):
        classifier.fit(x[:, :11], y)
    broken = x.copy()
    broken[7, 2] = np.nan
    with pytest.raises(ValueError, match="1 documents are not finite, the first is row 7"):
        classifier.fit(broken, y)
    with pytest.raises(ValueError, match=r"takes \[n, 12\], got \[90, 8\]"):
        classifier.fit(x, y).probabilities(x[:, :8])
    with pytest.raises(ValueError, match="unknown classifier 'forest'"):
        Classifier("forest", WIDTH)


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_classifier_answers_the_same_bits(kind: str, tmp_path: Path) -> None:
    x, y = clusters()
    fitted = Classifier(kind, WIDTH, QUICK).fit(x, y)
    save_classifier(fitted, tmp_path / "c", "abc")
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    loaded = load_classifier(tmp_path / "c", "abc")
    assert torch.equal(torch.rand(3), expected)
    assert (loaded.kind, loaded.classes, loaded.settings) == (kind, fitted.classes, QUICK)
    assert (loaded.probabilities(x) == fitted.probabilities(x)).all()
    names = {path.name for path in (tmp_path / "c").iterdir()}
    assert names == {"classifier.json", "classifier.safetensors"}


@pytest.fixture(scope="module")
def mixture() -> FittedClassifier:
    """A fitted mixture, not to be changed."""
    return Classifier(EXPERTS, WIDTH, QUICK).fit(*clusters())


@pytest.fixture
def saved(mixture: FittedClassifier, tmp_path: Path) -> Path:
    """The folder of a saved mixture."""
    save_classifier(mixture, tmp_path, "abc")
    return tmp_path


def test_a_classifier_of_another_model_is_refused(saved: Path) -> None:
    load_classifier(saved)
    with pytest.raises(ValueError, match=r"another fusion model \(abc, not xyz\); fit it again"):
        load_classifier(saved, "xyz")


@pytest.mark.parametrize("name", ["classifier.json", "classifier.safetensors"])
def test_a_missing_file_is_named(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing"):
        load_classifier(saved)


def test_one_flipped_bit_of_the_weights_is_seen(saved: Path) -> None:
    path = saved / "classifier.safetensors"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"classifier\.safetensors is damaged or not the one"):
        load_classifier(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 9}, "unknown format 9"),
        ({"kind": "forest"}, "unknown kind 'forest'"),
        ({"classes": ["a"]}, "two or more different names"),
        ({"classes": 7}, "is not a classifier's"),
        ({"inputs": 10}, "multiple of the width"),
        ({"settings": {"wings": 2}}, "unknown setting wings"),
        ({"kind": MLP}, "does not fit classifier.json"),
        ({"classes": ["a", "b"]}, "does not fit classifier.json"),
        ({"width": None}, "multiple of the width"),
    ],
)
def test_a_changed_json_is_refused(saved: Path, change: dict, message: str) -> None:
    path = saved / "classifier.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ValueError, match=message):
        load_classifier(saved)


@pytest.mark.parametrize("text", ["{", "[]", "\x00", "{}"])
def test_a_damaged_json_is_refused(saved: Path, text: str) -> None:
    (saved / "classifier.json").write_text(text)
    with pytest.raises(ValueError, match=r"classifier\.json is not a classifier's"):
        load_classifier(saved)
