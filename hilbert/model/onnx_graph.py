"""The fusion model as an ONNX graph, made from a config and saved weights, without torch.

The graph is that of `hilbert.model.fusion` and `hilbert.model.layers` in eval mode, operation by
operation (its layers: `hilbert.model.onnx_layers`); the tests hold both equal to 1e-5 for every
architecture. It is written by hand and not by torch's exporter so that the models of old libraries
can be run where torch is not installed.

The weights stay where they are: the graph refers to `model.safetensors` beside it by offsets, the
external data of the ONNX format, and holds a hash of that file's header.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from onnx import ModelProto, helper

from hilbert.files import write_atomically
from hilbert.model.config import GRAPH_FILE, WEIGHTS_FILE, HilbertConfig
from hilbert.model.onnx_layers import Graph
from hilbert.model.positions import SEGMENT_PERIODS, TOKEN_PERIODS
from hilbert.model.weights_file import (
    GRAPH_KEY,
    StoredTensor,
    graph_key,
    read_config,
    stored_tensors,
)

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


class _FusionGraph(Graph):
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
