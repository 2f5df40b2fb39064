"""The fusion model as an ONNX graph, made from a config and saved weights, without torch.

The graph is that of `hilbert.model.fusion` and `hilbert.model.layers` in eval mode, operation by
operation; the tests hold both equal to 1e-5 for every architecture. It is written by hand and not
by torch's exporter so that the models of old libraries can be run where torch is not installed.

The weights stay where they are: the graph refers to `model.safetensors` beside it by offsets, the
external data of the ONNX format, and holds a hash of that file's header.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, TensorProto, helper, numpy_helper

from hilbert.files import write_atomically
from hilbert.model.config import GRAPH_FILE, WEIGHTS_FILE, HilbertConfig
from hilbert.model.positions import SEGMENT_PERIODS, TOKEN_PERIODS, periods
from hilbert.model.weights_file import (
    GRAPH_KEY,
    StoredTensor,
    graph_key,
    read_config,
    stored_tensors,
)

_OPSET, _IR_VERSION = 20, 10
_LOWEST = float(np.finfo(np.float32).min)
_DTYPES = {"F32": TensorProto.FLOAT, "F16": TensorProto.FLOAT16, "BF16": TensorProto.BFLOAT16}
# Parameters that only training uses.
_TRAINING_ONLY = {"log_temperature"}


def write_graph(folder: Path) -> None:
    """Write the graph of the model in a folder beside its weights.

    Raises:
        ValueError: The weights are not those of the config; says which.
    """
    content = graph_bytes(folder)
    write_atomically(folder / GRAPH_FILE, lambda partial: partial.write_bytes(content))


def graph_bytes(folder: Path) -> bytes:
    """Return the serialised graph of the model in a folder.

    Raises:
        ValueError: The weights are not those of the config; says which.
    """
    config = read_config(folder)
    try:
        model = build_model(config, stored_tensors(folder / WEIGHTS_FILE))
    except ValueError as error:
        raise ValueError(f"{folder / WEIGHTS_FILE} does not fit the config: {error}") from error
    helper.set_model_props(model, {GRAPH_KEY: graph_key(config, folder / WEIGHTS_FILE)})
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def build_model(config: HilbertConfig, tensors: Mapping[str, StoredTensor]) -> ModelProto:
    """Build the graph for weights that are stored as `tensors` says.

    Raises:
        ValueError: A tensor is missing, unknown, or of another shape.
    """
    graph = _FusionGraph(config, tensors)
    graph.add_adapter()
    graph.add_text_projection()
    graph.add_fusion()
    if extra := sorted(set(tensors) - graph.used - _TRAINING_ONLY):
        raise ValueError(f"{len(extra)} tensors are unknown, the first is {extra[0]}")
    return graph.model()


class _Graph:
    """Nodes, weights and constants; values are known by their names."""

    def __init__(self, tensors: Mapping[str, StoredTensor]) -> None:
        self.used: set[str] = set()
        self._tensors = tensors
        self._proto = GraphProto(name="hilbert")
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def model(self) -> ModelProto:
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(self._proto, opset_imports=[opset], ir_version=_IR_VERSION)

    def input(self, name: str, shape: Sequence[str | int], boolean: bool = False) -> str:
        kind = TensorProto.BOOL if boolean else TensorProto.FLOAT
        self._proto.input.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, shape: Sequence[str | int]) -> None:
        self._proto.node.append(helper.make_node("Identity", [value], [name]))
        info = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        self._proto.output.append(info)

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        number = len(self._proto.node)
        names = [f"{kind.lower()}_{number}_{output}" for output in range(outputs)]
        self._proto.node.append(helper.make_node(kind, inputs, names, **attributes))
        return names

    def constant(self, values: NDArray[Any]) -> str:
        key = (values.dtype.str, values.shape, values.tobytes())
        if key not in self._constants:
            self._constants[key] = f"constant_{len(self._constants)}"
            self._proto.initializer.append(numpy_helper.from_array(values, self._constants[key]))
        return self._constants[key]

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def weight(self, name: str, *shape: int) -> str:
        """Refer to a stored tensor, in single precision.

        Raises:
            ValueError: It is missing, of another shape or of a type that is no float.
        """
        stored = self._tensors.get(name)
        if stored is None:
            raise ValueError(f"the tensor {name} is missing")
        if stored.shape != shape:
            raise ValueError(f"{name} has shape {list(stored.shape)}, expected {list(shape)}")
        if stored.dtype not in _DTYPES:
            raise ValueError(f"{name} has type {stored.dtype}, expected one of {sorted(_DTYPES)}")
        single = f"{name}:single"
        if name not in self.used:
            self.used.add(name)
            tensor = TensorProto(name=name, dims=shape, data_type=_DTYPES[stored.dtype])
            tensor.data_location = TensorProto.EXTERNAL
            place = {"location": WEIGHTS_FILE, "offset": stored.offset, "length": stored.length}
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
            self._proto.initializer.append(tensor)
            cast = helper.make_node("Cast", [name], [single], to=TensorProto.FLOAT)
            self._proto.node.append(cast)
        return single

    # The layers of `torch.nn` and `hilbert.model.layers`, under the names of their weights.

    def linear(self, x: str, name: str, width_in: int, width_out: int, bias: bool = True) -> str:
        matrix = self.weight(f"{name}.weight", width_out, width_in)
        out = self.op("MatMul", x, self.op("Transpose", matrix, perm=[1, 0]))
        return self.op("Add", out, self.weight(f"{name}.bias", width_out)) if bias else out

    def layer_norm(self, x: str, name: str, width: int) -> str:
        scale, shift = self.weight(f"{name}.weight", width), self.weight(f"{name}.bias", width)
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-5)

    def feed_forward(self, x: str, name: str, width: int, multiplier: int) -> str:
        inner = self.layer_norm(x, f"{name}.0", width)
        inner = self.linear(inner, f"{name}.1", width, multiplier * width)
        inner = self.op("Gelu", inner)
        return self.linear(inner, f"{name}.3", multiplier * width, width)

    def l2_normalize(self, x: str) -> str:
        length = self.op("ReduceL2", x, self.integers(-1), keepdims=1)
        return self.op("Div", x, self.op("Max", length, self.number(1e-12)))

    def floats(self, mask: str) -> str:
        return self.op("Cast", mask, to=TensorProto.FLOAT)

    def any_row(self, mask: str) -> str:
        """Return whether any of `mask [B, n]` is true, `[B, 1]`."""
        most = self.op("ReduceMax", self.floats(mask), self.integers(1), keepdims=1)
        return self.op("Greater", most, self.number(0.5))

    def time_position(self, seconds: str, width: int, bounds: tuple[float, float]) -> str:
        waves = periods(width, *bounds)  # [width / 2]
        angle = self.op(
            "Mul", self.number(2 * math.pi), self.op("Unsqueeze", seconds, self.integers(-1))
        )
        phase = self.op("Div", angle, self.constant(waves))
        return self.op("Concat", self.op("Sin", phase), self.op("Cos", phase), axis=-1)

    def attention(
        self, x: str, memory: str, memory_mask: str, name: str, width: int, heads: int
    ) -> str:
        some = self.any_row(memory_mask)  # [B, 1]
        mask = self.op("Or", memory_mask, self.op("Not", some))  # [B, m]
        mask = self.op("Unsqueeze", mask, self.integers(1, 2))  # [B, 1, 1, m]
        query = self._heads(self.linear(x, f"{name}.query", width, width), width, heads)
        both = self.linear(memory, f"{name}.key_value", width, 2 * width)
        key, value = self.ops("Split", 2, both, axis=-1, num_outputs=2)
        key, value = self._heads(key, width, heads), self._heads(value, width, heads)
        scores = self.op("MatMul", query, self.op("Transpose", key, perm=[0, 1, 3, 2]))
        scores = self.op("Mul", scores, self.number(1 / math.sqrt(width // heads)))
        scores = self.op("Where", mask, scores, self.number(-math.inf))
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), value)
        mixed = self.op("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = self.op("Reshape", mixed, self.integers(0, 0, width))
        out = self.linear(mixed, f"{name}.out", width, width)
        there = self.op("Unsqueeze", self.floats(some), self.integers(-1))  # [B, 1, 1]
        return self.op("Mul", out, there)

    def _heads(self, x: str, width: int, heads: int) -> str:
        split = self.op("Reshape", x, self.integers(0, 0, heads, width // heads))
        return self.op("Transpose", split, perm=[0, 2, 1, 3])  # [B, heads, n, d / heads]

    def pooling(self, x: str, mask: str, name: str, width: int, hops: int) -> str:
        allowed = self.op("Unsqueeze", mask, self.integers(1))  # [B, 1, n]
        weights = self.floats(allowed)
        if hops:
            hidden = self.op(
                "Tanh", self.linear(x, f"{name}.hidden", width, width // 2, bias=False)
            )
            score = self.linear(hidden, f"{name}.score", width // 2, hops, bias=False)
            score = self.op("Transpose", score, perm=[0, 2, 1])  # [B, hops, n]
            score = self.op("Where", allowed, score, self.number(_LOWEST))
            weights = self.op("Mul", self.op("Softmax", score, axis=-1), weights)
        else:
            weights = self.op("Div", weights, self._row_sum(weights))
        pooled = self.op("MatMul", weights, x)  # [B, max(hops, 1), width]
        pooled = self.op("Reshape", pooled, self.integers(0, max(hops, 1) * width))
        if hops > 1:
            pooled = self.linear(pooled, f"{name}.mix", hops * width, width, bias=False)
        return pooled

    def masked_mean(self, x: str, mask: str) -> str:
        weights = self.floats(self.op("Unsqueeze", mask, self.integers(1)))  # [B, 1, n]
        sums = self.op("Squeeze", self.op("MatMul", weights, x), self.integers(1))
        return self.op("Div", sums, self.op("Squeeze", self._row_sum(weights), self.integers(1)))

    def _row_sum(self, weights: str) -> str:
        """Sum `weights [B, 1, n]` to `[B, 1, 1]`, at least 1."""
        total = self.op("ReduceSum", weights, self.integers(-1), keepdims=1)
        return self.op("Max", total, self.number(1.0))


class _FusionGraph(_Graph):
    """The graph of one config: `segment_audio` of tokens, and the vectors of windows of states."""

    def __init__(self, config: HilbertConfig, tensors: Mapping[str, StoredTensor]) -> None:
        super().__init__(tensors)
        self._config = config
        self._sizes = {"width": config.width, "heads": config.heads}

    def add_adapter(self) -> None:
        """Add `AudioAdapter`: `tokens [N, T, d_audio]`, `token_mask [N, T]` -> `[N, width]`."""
        config, width = self._config, self._config.width
        tokens = self.input("tokens", ["N", "T", config.d_audio])
        mask = self.input("token_mask", ["N", "T"], boolean=True)
        x = self.layer_norm(tokens, "adapter.project.0", config.d_audio)
        x = self.linear(x, "adapter.project.1", config.d_audio, width)
        x = self.layer_norm(x, "adapter.project.2", width)
        count = self.op("Squeeze", self.op("Shape", tokens, start=1, end=2), self.integers(0))
        zero, one = self.constant(np.array(0, np.int64)), self.constant(np.array(1, np.int64))
        seconds = self.floats(self.op("Range", zero, count, one))
        seconds = self.op("Div", seconds, self.number(config.tokens_per_second))  # [T]
        x = self.op("Add", x, self.time_position(seconds, width, TOKEN_PERIODS))
        for number in range(config.adapter_layers):
            name = f"adapter.layers.{number}"
            normed = self.layer_norm(x, f"{name}.norm", width)
            attended = self.attention(normed, normed, mask, f"{name}.attention", **self._sizes)
            x = self.op("Add", x, attended)
            x = self._with_feed_forward(x, f"{name}.feed_forward")
        x = self.pooling(x, mask, "adapter.pool", width, config.pooling_hops)
        x = self.layer_norm(x, "adapter.out.0", width)
        x = self.linear(x, "adapter.out.1", width, width, bias=False)
        self.output(self.l2_normalize(x), "segment_audio", ["N", "width"])

    def add_text_projection(self) -> None:
        """Add `text_states`, where there are any: `frozen_text [n, d_text]` -> `[n, width]`."""
        config = self._config
        if config.text_anchor:
            return
        x = self.input("frozen_text", ["n", config.d_text])
        x = self.layer_norm(x, "text_project.0", config.d_text)
        x = self.linear(x, "text_project.1", config.d_text, config.width, bias=False)
        self.output(self.l2_normalize(x), "segment_text", ["n", "width"])

    def add_fusion(self) -> None:
        """Add `Hilbert.fuse`: states `[B, S, ...]` -> `audio`, `text`, `joint` `[B, width]`."""
        config, width = self._config, self._config.width
        states = {
            name: self.input(f"{name}_states", ["B", "S", width]) for name in ("audio", "text")
        }
        masks = {
            name: self.input(f"{name}_mask", ["B", "S"], boolean=True) for name in ("audio", "text")
        }
        a, t = (self._fusion_input(states[name], f"{name}_input") for name in ("audio", "text"))
        # An input that a graph does not use stays one of its inputs: callers give it all the same.
        times = self.input("times", ["B", "S", 2])
        if config.segment_positions:
            position = self._segment_position(times)
            a, t = self.op("Add", a, position), self.op("Add", t, position)
        for number in range(config.cross_layers):
            a, t = self._cross_layer(a, t, masks["audio"], masks["text"], f"cross.{number}")
        hops = config.pooling_hops
        crossed_audio = self.pooling(a, masks["audio"], "audio_joint_pool", width, hops)
        crossed_text = self.pooling(t, masks["text"], "text_joint_pool", width, hops)
        if config.fusion_mode == "X":
            audio, text = crossed_audio, crossed_text
        else:
            audio = self.pooling(states["audio"], masks["audio"], "audio_pool", width, hops)
            text = (
                self.masked_mean(states["text"], masks["text"])
                if config.text_anchor
                else self.pooling(states["text"], masks["text"], "text_pool", width, hops)
            )
        audio, text = self.l2_normalize(audio), self.l2_normalize(text)
        joint = self._joint(audio, text, crossed_audio, crossed_text, masks)
        for name, value in (("audio", audio), ("text", text), ("joint", joint)):
            self.output(value, name, ["B", "width"])

    def _with_feed_forward(self, x: str, name: str) -> str:
        inner = self.feed_forward(x, name, self._config.width, self._config.ffn_multiplier)
        return self.op("Add", x, inner)

    def _fusion_input(self, x: str, name: str) -> str:
        width = self._config.width
        return self.layer_norm(self.linear(x, f"{name}.0", width, width), f"{name}.1", width)

    def _segment_position(self, times: str) -> str:
        middle = self.op("ReduceMean", times, self.integers(-1), keepdims=0)  # [B, S]
        first = self.op("Slice", middle, *(self.integers(n) for n in (0, 1, 1)))  # [B, 1]
        seconds = self.op("Sub", middle, first)
        return self.time_position(seconds, self._config.width, SEGMENT_PERIODS)

    def _cross_layer(
        self, audio: str, text: str, audio_mask: str, text_mask: str, name: str
    ) -> tuple[str, str]:
        width = self._config.width
        a = self.layer_norm(audio, f"{name}.audio_norm", width)
        t = self.layer_norm(text, f"{name}.text_norm", width)
        from_text = self.attention(a, t, text_mask, f"{name}.audio_to_text", **self._sizes)
        from_audio = self.attention(t, a, audio_mask, f"{name}.text_to_audio", **self._sizes)
        return (
            self._with_feed_forward(self.op("Add", audio, from_text), f"{name}.audio_feed_forward"),
            self._with_feed_forward(self.op("Add", text, from_audio), f"{name}.text_feed_forward"),
        )

    def _joint(
        self, audio: str, text: str, crossed_audio: str, crossed_text: str, masks: Mapping[str, str]
    ) -> str:
        width = self._config.width
        a = self.linear(crossed_audio, "audio_correction", width, width, bias=False)
        t = self.linear(crossed_text, "text_correction", width, width, bias=False)
        if self._config.joint_form == "anchored":
            a = self.l2_normalize(self.op("Add", audio, self._limited(a)))
            t = self.l2_normalize(self.op("Add", text, self._limited(t)))
        share = self._audio_share(audio, text, masks)  # [B, 1]
        return self.l2_normalize(self.op("Add", t, self.op("Mul", share, a)))

    def _limited(self, change: str) -> str:
        length = self.op("ReduceSumSquare", change, self.integers(-1), keepdims=1)
        root = self.op("Sqrt", self.op("Add", self.number(1.0), length))
        limit = self.number(self._config.correction_limit)
        return self.op("Div", self.op("Mul", limit, change), root)

    def _audio_share(self, audio: str, text: str, masks: Mapping[str, str]) -> str:
        one, zero = self.number(1.0), self.number(0.0)
        share = one
        if self._config.gate:
            product = self.op("Mul", audio, text)
            agreement = self.op("ReduceSum", product, self.integers(-1), keepdims=1)  # [B, 1]
            share = self.op("Mul", self.weight("gate_slope"), agreement)
            share = self.op("Sigmoid", self.op("Add", share, self.weight("gate_bias")))
        share = self.op("Where", self.any_row(masks["text"]), share, one)
        return self.op("Where", self.any_row(masks["audio"]), share, zero)
