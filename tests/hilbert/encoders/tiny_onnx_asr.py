"""Tiny models with random weights in the forms that onnx-asr reads, as NeMo exports them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FEATURES, WIDTH, FRAMES = 80, 16, 8
PIECES = ("▁the", "▁a", "▁sea", "▁tide", "s", "ing", "▁moon", "er", ".", "▁of", "▁wa", "ter")
DURATIONS = 3
_FLOAT, _INT64, _INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32


def write_ctc(folder: Path, seed: int = 1, pieces: Sequence[str] = PIECES) -> Path:
    """Write a model of the type `nemo-conformer-ctc`."""
    vocabulary = _begin(folder, "nemo-conformer-ctc", pieces)
    nodes, weights = _pooled(seed, len(vocabulary), "logits")
    nodes.append(helper.make_node("LogSoftmax", ["logits"], ["logprobs"], axis=-1))
    _save(folder / "model.onnx", nodes, _sound(), [("logprobs", _FLOAT, ("B", "S", "V"))], weights)
    return folder


def write_tdt(folder: Path, seed: int = 1) -> Path:
    """Write a model of the type `nemo-conformer-tdt`, of which Parakeet is."""
    vocabulary = _begin(folder, "nemo-conformer-tdt", PIECES)
    nodes, weights = _pooled(seed, WIDTH, "frames")
    nodes += [
        helper.make_node("Transpose", ["frames"], ["outputs"], perm=[0, 2, 1]),
        helper.make_node("Add", ["length", "seven"], ["longer"]),
        helper.make_node("Div", ["longer", "eight"], ["encoded_lengths"]),
    ]
    weights += [_weight("seven", np.array([7])), _weight("eight", np.array([8]))]
    outputs = [("outputs", _FLOAT, ("B", WIDTH, "S")), ("encoded_lengths", _INT64, ("B",))]
    _save(folder / "encoder-model.onnx", nodes, _sound(), outputs, weights)
    rng = np.random.default_rng(seed + 1)
    size = len(vocabulary) + DURATIONS
    nodes = [
        helper.make_node("Transpose", ["encoder_outputs"], ["frame"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frame", "joint"], ["of_frame"]),
        helper.make_node("Gather", ["embedding", "targets"], ["of_target"]),
        helper.make_node("Add", ["of_frame", "of_target"], ["outputs"]),
        *(
            helper.make_node("Identity", [f"input_states_{n}"], [f"output_states_{n}"])
            for n in (1, 2)
        ),
    ]
    weights = [
        _weight("joint", rng.normal(size=(WIDTH, size)).astype(np.float32)),
        _weight("embedding", rng.normal(size=(len(vocabulary), size)).astype(np.float32)),
    ]
    states = [(f"_states_{n}", _FLOAT, (1, "B", 4)) for n in (1, 2)]
    inputs = [
        ("encoder_outputs", _FLOAT, ("B", WIDTH, 1)),
        ("targets", _INT32, ("B", 1)),
        ("target_length", _INT32, ("B",)),
        *((f"input{name}", kind, shape) for name, kind, shape in states),
    ]
    outputs = [("outputs", _FLOAT, ("B", 1, size))]
    outputs += [(f"output{name}", kind, shape) for name, kind, shape in states]
    _save(folder / "decoder_joint-model.onnx", nodes, inputs, outputs, weights)
    return folder


def _begin(folder: Path, kind: str, pieces: Sequence[str]) -> list[str]:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind, "features_size": FEATURES}))
    vocabulary = [*pieces, "<blk>"]
    lines = "".join(f"{piece} {number}\n" for number, piece in enumerate(vocabulary))
    (folder / "vocab.txt").write_text(lines, encoding="utf-8")
    return vocabulary


def _sound() -> list[tuple[str, int, tuple[object, ...]]]:
    return [("audio_signal", _FLOAT, ("B", FEATURES, "T")), ("length", _INT64, ("B",))]


def _pooled(seed: int, width: int, output: str) -> tuple[list[Any], list[Any]]:
    """Means over eight spectra, mapped by a random matrix: `[B, T/8, width]`."""
    rng = np.random.default_rng(seed)
    nodes = [
        helper.make_node(
            *("AveragePool", ["audio_signal"], ["pooled"]),
            kernel_shape=[FRAMES],
            strides=[FRAMES],
            ceil_mode=1,
        ),
        helper.make_node("Transpose", ["pooled"], ["steps"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["steps", "matrix"], [output]),
    ]
    return nodes, [_weight("matrix", rng.normal(size=(FEATURES, width)).astype(np.float32))]


def _weight(name: str, values: Any) -> Any:
    return numpy_helper.from_array(values, name)


def _save(path: Path, nodes: list[Any], inputs: Any, outputs: Any, weights: list[Any]) -> None:
    described = [
        [helper.make_tensor_value_info(*each) for each in part] for part in (inputs, outputs)
    ]
    graph = helper.make_graph(nodes, path.stem, *described, initializer=weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
