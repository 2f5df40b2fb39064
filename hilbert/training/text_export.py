"""Export a text encoder of sentence-transformers to a folder that `onnx_text` reads.

Weights are stored in half precision and computed with in single precision; vectors agree with the
original's to a cosine of 0.9999 or more, which is verified on the way.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from hilbert.encoders.onnx_text import (
    EXPORT_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    OnnxTextEncoder,
    TextExport,
)
from hilbert.encoders.resolve import ResolvedModel
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder
from hilbert.errors import HilbertError

LEAST_COSINE = 0.9999
# Smaller tensors (biases, norms) stay in single precision: they weigh nothing.
_HALVED_FROM = 1024
_SENTENCES = [
    "ok",
    "The pain is on the left side of my chest.",
    "How do ships find their way when neither stars nor the sun can be seen?",
    *(f"{'a long tale of many words, ' * n}and no end" for n in (3, 9, 27, 81)),
]


class ExportError(HilbertError):
    """A model that cannot be exported; it runs in torch as before."""


class PooledEncoder(nn.Module):
    """A transformer with the mean of its last states, scaled to length one."""

    def __init__(self, transformer: nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Embed `input_ids [n, tokens]` where `attention_mask` is 1; `[n, width]` unit rows."""
        states = self.transformer(
            input_ids=input_ids, attention_mask=attention_mask
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return nn.functional.normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1), dim=1)


def export_text_encoder(
    encoder: SentenceTransformerEncoder, source: ResolvedModel, folder: Path
) -> float:
    """Write an encoder to a folder; return the least cosine of its vectors to the original's.

    Raises:
        ExportError: The model pools otherwise, or the vectors do not agree.
    """
    model = encoder.model
    modules = [type(module).__name__ for module in model]
    mean = len(modules) > 1 and getattr(model[1], "pooling_mode", None) == "mean"
    if modules != ["Transformer", "Pooling", "Normalize"] or not mean:
        raise ExportError(f"only models that end in a mean and unit length: this has {modules}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / MODEL_FILE
    onnx.save(with_half_weights(_exported(model[0].auto_model)), path)
    shutil.copyfile(source.path / TOKENIZER_FILE, folder / TOKENIZER_FILE)
    written = TextExport(
        weights=source.fingerprint,
        width=encoder.width,
        max_tokens=int(model.max_seq_length),
        prompts=dict(model.prompts),
        source=source.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    copy = OnnxTextEncoder(ResolvedModel(folder, source.name, source.fingerprint), written)
    vectors = zip(encoder.encode(_SENTENCES), copy.encode(_SENTENCES), strict=True)
    least = min(float(original @ exported) for original, exported in vectors)
    if least < LEAST_COSINE:
        raise ExportError(f"the exported vectors do not agree: least cosine {least:.6f}")
    # Last: without it the folder is no encoder.
    (folder / EXPORT_FILE).write_text(written.to_json(), encoding="utf-8")
    return least


def _exported(transformer: Any) -> ModelProto:
    transformer.set_attn_implementation("eager")  # the fused kernels have no ONNX operator
    ids = torch.randint(1, 100, (3, 17))
    mask = torch.ones_like(ids)
    axes = {0: "batch", 1: "tokens"}
    program = torch.onnx.export(
        PooledEncoder(transformer).eval(),
        (ids, mask),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    return without_traces(program.model_proto)


def without_traces(model: ModelProto) -> ModelProto:
    """Remove what the exporter notes about the code that each node came from: paths, sources."""
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def with_half_weights(model: ModelProto) -> ModelProto:
    """Store large weights in half precision, cast up where they are used.

    ONNX Runtime does the casts once, when it opens the file: half the size at the same speed.
    """
    graph = model.graph
    kept, casts = [], []
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= _HALVED_FROM:
            halved = f"{tensor.name}.half"
            values = numpy_helper.to_array(tensor).astype(np.float16)
            casts.append(helper.make_node("Cast", [halved], [tensor.name], to=TensorProto.FLOAT))
            kept.append(numpy_helper.from_array(values, halved))
        else:
            kept.append(tensor)
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model
