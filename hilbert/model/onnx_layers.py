"""Layers of `torch.nn` and `hilbert.model.layers` as nodes of an ONNX graph, in eval mode."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, TensorProto, helper, numpy_helper

from hilbert.model.config import WEIGHTS_FILE
from hilbert.model.positions import periods
from hilbert.model.weights_file import StoredTensor

_OPSET, _IR_VERSION = 20, 10
_LOWEST = float(np.finfo(np.float32).min)
_DTYPES = {"F32": TensorProto.FLOAT, "F16": TensorProto.FLOAT16}


class Graph:
    """A graph in the making: nodes, weights and constants; values are known by their names.

    Attributes:
        used: Names of the stored tensors that it refers to.
    """

    def __init__(self, tensors: Mapping[str, StoredTensor]) -> None:
        self.used: set[str] = set()
        self._tensors = tensors
        self._proto = GraphProto(name="hilbert")
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def model(self) -> ModelProto:
        """Return what was made."""
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(self._proto, opset_imports=[opset], ir_version=_IR_VERSION)

    def input(self, name: str, shape: Sequence[str | int], boolean: bool = False) -> str:
        """Add an input of the graph; dimensions of any size have names."""
        kind = TensorProto.BOOL if boolean else TensorProto.FLOAT
        self._proto.input.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, shape: Sequence[str | int]) -> None:
        """Give a value as an output of the graph."""
        self._proto.node.append(helper.make_node("Identity", [value], [name]))
        info = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        self._proto.output.append(info)

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """Add a node of several outputs."""
        number = len(self._proto.node)
        names = [f"{kind.lower()}_{number}_{output}" for output in range(outputs)]
        self._proto.node.append(helper.make_node(kind, inputs, names, **attributes))
        return names

    def constant(self, values: NDArray[Any]) -> str:
        """Add an array, once."""
        key = (values.dtype.str, values.shape, values.tobytes())
        if key not in self._constants:
            self._constants[key] = f"constant_{len(self._constants)}"
            self._proto.initializer.append(numpy_helper.from_array(values, self._constants[key]))
        return self._constants[key]

    def number(self, value: float) -> str:
        """Add a single-precision scalar."""
        return self.constant(np.array(value, np.float32))

    def integers(self, *values: int) -> str:
        """Add integers `[n]`, such as axes and shapes."""
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

    def linear(self, x: str, name: str, width_in: int, width_out: int, bias: bool = True) -> str:
        """Add `torch.nn.Linear`."""
        matrix = self.weight(f"{name}.weight", width_out, width_in)
        out = self.op("MatMul", x, self.op("Transpose", matrix, perm=[1, 0]))
        return self.op("Add", out, self.weight(f"{name}.bias", width_out)) if bias else out

    def layer_norm(self, x: str, name: str, width: int) -> str:
        """Add `torch.nn.LayerNorm` over the last axis."""
        scale, shift = self.weight(f"{name}.weight", width), self.weight(f"{name}.bias", width)
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-5)

    def feed_forward(self, x: str, name: str, width: int, multiplier: int) -> str:
        """Add `FeedForward`."""
        inner = self.layer_norm(x, f"{name}.0", width)
        inner = self.linear(inner, f"{name}.1", width, multiplier * width)
        inner = self.op("Gelu", inner)
        return self.linear(inner, f"{name}.3", multiplier * width, width)

    def l2_normalize(self, x: str) -> str:
        """Add `l2_normalize`."""
        length = self.op("ReduceL2", x, self.integers(-1), keepdims=1)
        return self.op("Div", x, self.op("Max", length, self.number(1e-12)))

    def floats(self, mask: str) -> str:
        """Cast a mask to 0.0 and 1.0."""
        return self.op("Cast", mask, to=TensorProto.FLOAT)

    def any_row(self, mask: str) -> str:
        """Return whether any of `mask [B, n]` is true, `[B, 1]`."""
        most = self.op("ReduceMax", self.floats(mask), self.integers(1), keepdims=1)
        return self.op("Greater", most, self.number(0.5))

    def time_position(self, seconds: str, width: int, bounds: tuple[float, float]) -> str:
        """Add `time_position`."""
        waves = periods(width, *bounds)  # [width / 2]
        angle = self.op(
            "Mul", self.number(2 * math.pi), self.op("Unsqueeze", seconds, self.integers(-1))
        )
        phase = self.op("Div", angle, self.constant(waves))
        return self.op("Concat", self.op("Sin", phase), self.op("Cos", phase), axis=-1)

    def attention(
        self, x: str, memory: str, memory_mask: str, name: str, width: int, heads: int
    ) -> str:
        """Add `Attention`."""
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
        """Add `SelfAttentivePooling`."""
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
        """Add `masked_mean`."""
        weights = self.floats(self.op("Unsqueeze", mask, self.integers(1)))  # [B, 1, n]
        sums = self.op("Squeeze", self.op("MatMul", weights, x), self.integers(1))
        return self.op("Div", sums, self.op("Squeeze", self._row_sum(weights), self.integers(1)))

    def _row_sum(self, weights: str) -> str:
        """Sum `weights [B, 1, n]` to `[B, 1, 1]`, at least 1."""
        total = self.op("ReduceSum", weights, self.integers(-1), keepdims=1)
        return self.op("Max", total, self.number(1.0))
