"""The fusion model in ONNX Runtime gives what it gives in torch, whatever its architecture."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hilbert.assets import shipped_model
from hilbert.model.arrays import FusionModel, StateArrays
from hilbert.model.checkpoint import load_model, new_model, save_model, write_tensors
from hilbert.model.config import CONFIG_FILE, GRAPH_FILE, WEIGHTS_FILE, HilbertConfig
from hilbert.model.onnx_fusion import OnnxFusion

TOLERANCE = 1e-5
SMALL: dict[str, Any] = {"width": 24, "d_text": 24, "d_audio": 16, "heads": 4}
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "anchored": {},
    "trained text": {"text_anchor": False, "d_text": 20},
    "crossed": {"text_anchor": False, "fusion_mode": "X"},
    "mean": {"pooling_hops": 0},
    "hops": {"pooling_hops": 3, "text_anchor": False},
    "pooled": {"joint_form": "pooled", "gate": False},
    "shallow": {"adapter_layers": 0, "cross_layers": 0, "segment_positions": False},
    "deep": {"adapter_layers": 3, "cross_layers": 2, "ffn_multiplier": 3},
    "temperature": {"learned_temperature": True, "tokens_per_second": 3.5},
}
Pair = tuple[FusionModel, OnnxFusion]


def saved(folder: Path, config: HilbertConfig) -> Path:
    """Save a model whose weights are all drawn by chance, also those that start at zero."""
    model = new_model(config)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(1)
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    save_model(model, folder, "# A test")
    return folder


@pytest.fixture(scope="module", params=[*ARCHITECTURES, "shipped"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A model in torch, and the same in ONNX Runtime."""
    if request.param == "shipped":
        folder = shipped_model()
        assert folder is not None
    else:
        config = HilbertConfig(**SMALL | ARCHITECTURES[request.param])
        folder = saved(tmp_path_factory.mktemp("model"), config)
    return load_model(folder), OnnxFusion.load(folder)


@pytest.mark.slow
@settings(max_examples=30)
@given(rows=st.integers(1, 6), tokens=st.integers(1, 90), seed=st.integers(0, 99))
def test_sound_of_any_length_gives_the_same_vectors(
    pair: Pair, rows: int, tokens: int, seed: int
) -> None:
    model, exported = pair
    rng = np.random.default_rng(seed)
    # Speech encoders give values of very different size.
    scale = 10 ** rng.uniform(-1, 2, model.config.d_audio)
    sound = (rng.normal(size=(rows, tokens, model.config.d_audio)) * scale).astype(np.float32)
    mask = np.arange(tokens) < rng.integers(1, tokens + 1, (rows, 1))
    expected = model.audio_arrays(sound, mask)
    np.testing.assert_allclose(exported.audio_arrays(sound, mask), expected, atol=TOLERANCE)


@pytest.mark.slow
@settings(max_examples=30)
@given(
    windows=st.integers(1, 5),
    segments=st.integers(1, 60),
    share=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_windows_with_whatever_is_missing_give_the_same_vectors(
    pair: Pair, windows: int, segments: int, share: float, seed: int
) -> None:
    model, exported = pair
    rng = np.random.default_rng(seed)
    shape = (windows, segments)
    starts = np.cumsum(rng.uniform(1, 30, shape), axis=1)  # half an hour into a recording
    states = StateArrays(
        audio=unit(rng.normal(size=(*shape, model.config.width))),
        audio_mask=rng.random(shape) < share,
        text=unit(rng.normal(size=(*shape, model.config.width))),
        text_mask=rng.random(shape) < rng.random((windows, 1)).round(),
        times=np.stack([starts, starts + 8], axis=-1).astype(np.float32),
    )
    expected, found = model.fuse_arrays(states), exported.fuse_arrays(states)
    for name in ("audio", "text", "joint"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), atol=TOLERANCE, err_msg=name
        )
        has = getattr(found, f"has_{name}")
        assert np.array_equal(has, getattr(expected, f"has_{name}"))
        assert not getattr(found, name)[~has].any()


def test_text_vectors_come_to_the_same_place(pair: Pair) -> None:
    model, exported = pair
    text = unit(np.random.default_rng(2).normal(size=(7, model.config.d_text)))
    np.testing.assert_allclose(exported.text_arrays(text), model.text_arrays(text), atol=TOLERANCE)


def unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / lengths).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A saved model of few weights."""
    return saved(tmp_path / "model", HilbertConfig(**SMALL))


def vectors_of(folder: Path) -> np.ndarray:
    """Embed the same sound with the model in a folder."""
    sound = np.random.default_rng(3).normal(size=(2, 5, SMALL["d_audio"])).astype(np.float32)
    return OnnxFusion.load(folder).audio_arrays(sound, np.ones((2, 5), bool))


def other_weights(folder: Path) -> None:
    other = saved(folder.with_name("other"), HilbertConfig(**SMALL | {"cross_layers": 2}))
    shutil.copyfile(other / GRAPH_FILE, folder / GRAPH_FILE)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / GRAPH_FILE).unlink(),
        lambda folder: (folder / GRAPH_FILE).write_bytes(b""),
        lambda folder: (folder / GRAPH_FILE).write_bytes(b"\x08\x0a no graph at all" * 9),
        other_weights,
    ],
    ids=["missing", "empty", "damaged", "of other weights"],
)
def test_a_graph_that_is_of_no_use_is_made_anew(folder: Path, harm: Any) -> None:
    before = vectors_of(folder)
    harm(folder)
    np.testing.assert_array_equal(vectors_of(folder), before)


def test_a_graph_that_changed_since_it_was_written_is_made_anew(folder: Path) -> None:
    path = folder / GRAPH_FILE
    written = path.read_bytes()
    path.write_bytes(written.replace(b"Tanh", b"Sinh"))
    assert path.read_bytes() != written
    assert OnnxFusion.load(folder).graph == written


def test_weights_that_do_not_fit_are_refused_in_words(folder: Path) -> None:
    tensors = load_model(folder).state_dict()
    del tensors["gate_bias"]
    write_tensors(folder / WEIGHTS_FILE, tensors)
    with pytest.raises(ValueError, match="the tensor gate_bias is missing"):
        OnnxFusion.load(folder)


def test_weights_that_are_not_finite_are_refused(folder: Path) -> None:
    tensors = load_model(folder).state_dict()
    tensors["gate_bias"] = torch.tensor(float("nan"))
    write_tensors(folder / WEIGHTS_FILE, tensors)
    with pytest.raises(ValueError, match="gate_bias holds values that are not finite"):
        OnnxFusion.load(folder)


def test_another_config_makes_another_graph(folder: Path) -> None:
    path = folder / CONFIG_FILE
    path.write_text(
        path.read_text().replace('"tokens_per_second": 2.0', '"tokens_per_second": 9.0')
    )
    sound = np.random.default_rng(3).normal(size=(2, 5, SMALL["d_audio"])).astype(np.float32)
    mask = np.ones((2, 5), bool)
    np.testing.assert_allclose(
        OnnxFusion.load(folder).audio_arrays(sound, mask),
        load_model(folder).audio_arrays(sound, mask),
        atol=TOLERANCE,
    )
