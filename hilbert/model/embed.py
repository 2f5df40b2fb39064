"""Embed documents, single segments and typed queries: arrays in, arrays out, bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hilbert.model.collate import check_widths, pad_tokens
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert, SegmentStates

# Padded audio tokens of one adapter pass. Its activations take about 15 kB a token at width
# 384, so 250 MB; larger passes were no faster on a CPU.
BATCH_TOKENS = 16_384
# Padded segments of one fusion pass, and queries of one pass.
BATCH_SEGMENTS = 4_096


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of `n` things, float32 `[n, width]` of unit rows; a missing one is zeros.

    Attributes:
        audio: Audio vectors; `has_audio [n]` says which exist.
        text: Text vectors; `has_text [n]` says which exist.
        joint: Joint vectors; `has_joint [n]` says which exist.
        has_audio: `[n]` bool.
        has_text: `[n]` bool.
        has_joint: `[n]` bool.
    """

    audio: NDArray[np.float32]
    text: NDArray[np.float32]
    joint: NDArray[np.float32]
    has_audio: NDArray[np.bool_]
    has_text: NDArray[np.bool_]
    has_joint: NDArray[np.bool_]


def embed_documents(
    model: Hilbert, documents: Sequence[Features], batch_tokens: int = BATCH_TOKENS
) -> Embeddings:
    """Embed whole documents, one row each, whatever their number of segments.

    Args:
        model: The fusion model; put in eval mode for the call.
        documents: Features; a document without segments gets no vectors.
        batch_tokens: Audio tokens that are encoded at once: the bound on memory.
    """
    parts: list[Embeddings] = []
    with _Inference(model):
        for group in _grouped(documents):
            segments = [_segment_states(model, features, batch_tokens) for features in group]
            parts.append(_fuse(model, _pad_states(model, segments)))
    return _concatenated(parts, model.config.width)


def embed_segments(
    model: Hilbert, features: Features, batch_tokens: int = BATCH_TOKENS
) -> Embeddings:
    """Embed each segment of a document as a window of its own, one row each."""
    with _Inference(model):
        states = _segment_states(model, features, batch_tokens)
        return _fuse_alone(model, states)


def embed_text(model: Hilbert, vectors: NDArray[np.floating]) -> Embeddings:
    """Embed typed queries: windows of one segment that has text only.

    With the text anchor the `text` rows are the given vectors, scaled to length one, so their
    cosine with a document's text vector is the frozen encoder's. The `joint` rows are what to
    compare with joint vectors. No row has audio.

    Args:
        model: The fusion model.
        vectors: `[n, d_text]` of the text encoder.

    Raises:
        ValueError: The vectors are not `[n, d_text]`.
    """
    if vectors.ndim != 2 or vectors.shape[1] != model.config.d_text:
        raise ValueError(
            f"text vectors must be [n, {model.config.d_text}] for this model, got "
            f"{list(vectors.shape)}"
        )
    parts: list[Embeddings] = []
    with _Inference(model):
        for start in range(0, len(vectors), BATCH_SEGMENTS):
            rows = vectors[start : start + BATCH_SEGMENTS].astype(np.float32, copy=False)
            states = model.query_states(torch.tensor(rows, device=_device(model)))
            parts.append(_fuse(model, states))
    return _concatenated(parts, model.config.width)


class _Inference:
    """Eval mode and no gradients within; the model's mode is put back at the end."""

    def __init__(self, model: Hilbert) -> None:
        self.model, self.training, self.guard = model, model.training, torch.inference_mode()

    def __enter__(self) -> None:
        self.model.eval()
        self.guard.__enter__()

    def __exit__(self, *error: object) -> None:
        self.guard.__exit__(*error)
        self.model.train(self.training)


def _device(model: Hilbert) -> torch.device:
    return next(model.parameters()).device


def segment_states(
    model: Hilbert, features: Features, batch_tokens: int = BATCH_TOKENS
) -> SegmentStates:
    """Return the states `[1, S, ...]` of all segments of a document, each modality alone."""
    with _Inference(model):
        return _segment_states(model, features, batch_tokens)


def _segment_states(model: Hilbert, features: Features, batch_tokens: int) -> SegmentStates:
    check_widths(features, model.config.d_audio, model.config.d_text)
    device, count, width = _device(model), features.n_segments, model.config.width
    audio = torch.zeros(count, width, device=device)
    for rows in _token_chunks(features, batch_tokens):
        tokens, mask = pad_tokens(features, rows)
        audio[torch.tensor(rows, device=device)] = model.adapter(tokens.to(device), mask.to(device))
    has_audio = features.audio_bounds[:, 1] > features.audio_bounds[:, 0]
    text = torch.zeros(count, width, device=device)
    if features.has_text:
        text = model.text_states(torch.tensor(features.text, device=device))
    return SegmentStates(
        audio=audio.unsqueeze(0),
        audio_mask=torch.tensor(has_audio, device=device).view(1, count),
        text=text.unsqueeze(0),
        text_mask=torch.full((1, count), features.has_text, device=device),
        times=torch.tensor(features.times, device=device).unsqueeze(0),
    )


def _token_chunks(features: Features, batch_tokens: int) -> Iterator[list[int]]:
    """Split the segments with audio so that no chunk pads to more than `batch_tokens`.

    Segments go in order of length: a long one beside short ones would be mostly padding.
    """
    lengths = features.audio_bounds[:, 1] - features.audio_bounds[:, 0]
    chunk: list[int] = []
    for segment in np.argsort(lengths, kind="stable").tolist():
        if lengths[segment] <= 0:
            continue
        if chunk and (len(chunk) + 1) * lengths[segment] > batch_tokens:
            yield chunk
            chunk = []
        chunk.append(segment)
    if chunk:
        yield chunk


def _grouped(documents: Sequence[Features]) -> Iterator[list[Features]]:
    """Split documents, in their order, so that no group pads to more than `BATCH_SEGMENTS`."""
    group: list[Features] = []
    longest = 0
    for features in documents:
        longest = max(longest, features.n_segments)
        if group and (len(group) + 1) * longest > BATCH_SEGMENTS:
            yield group
            group, longest = [], features.n_segments
        group.append(features)
    if group:
        yield group


def _pad_states(model: Hilbert, states: Sequence[SegmentStates]) -> SegmentStates:
    """Stack the states of documents to `[B, S, ...]`."""

    def stacked(name: str) -> Tensor:
        rows = [getattr(state, name)[0] for state in states]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)

    return SegmentStates(
        audio=stacked("audio"),
        audio_mask=stacked("audio_mask"),
        text=stacked("text"),
        text_mask=stacked("text_mask"),
        times=stacked("times"),
    )


def _fuse_alone(model: Hilbert, states: SegmentStates) -> Embeddings:
    """Fuse the states `[1, S, ...]` of one document as `S` windows of one segment."""
    parts = []
    for start in range(0, states.audio.shape[1], BATCH_SEGMENTS):
        rows = slice(start, start + BATCH_SEGMENTS)
        alone = SegmentStates(
            audio=states.audio[0, rows].unsqueeze(1),  # [rows, 1, width]
            audio_mask=states.audio_mask[0, rows].unsqueeze(1),
            text=states.text[0, rows].unsqueeze(1),
            text_mask=states.text_mask[0, rows].unsqueeze(1),
            times=states.times[0, rows].unsqueeze(1),
        )
        parts.append(_fuse(model, alone))
    return _concatenated(parts, model.config.width)


def fuse_windows(model: Hilbert, states: SegmentStates) -> Embeddings:
    """Fuse windows `[B, S, ...]` of given states, one row each."""
    with _Inference(model):
        return _fuse(model, states)


def _fuse(model: Hilbert, states: SegmentStates) -> Embeddings:
    if states.audio.shape[1] == 0:  # documents without a single segment
        return _nothing(states.audio.shape[0], model.config.width)
    outputs = model.fuse(states)
    return Embeddings(
        audio=outputs.audio.cpu().numpy(),
        text=outputs.text.cpu().numpy(),
        joint=outputs.joint.cpu().numpy(),
        has_audio=outputs.has_audio.cpu().numpy(),
        has_text=outputs.has_text.cpu().numpy(),
        has_joint=outputs.has_joint.cpu().numpy(),
    )


def _nothing(count: int, width: int) -> Embeddings:
    vectors, has = np.zeros((count, width), np.float32), np.zeros(count, np.bool_)
    return Embeddings(vectors, vectors.copy(), vectors.copy(), has, has.copy(), has.copy())


def _concatenated(parts: Sequence[Embeddings], width: int) -> Embeddings:
    parts = [_nothing(0, width), *parts]
    return Embeddings(
        audio=np.concatenate([part.audio for part in parts]),
        text=np.concatenate([part.text for part in parts]),
        joint=np.concatenate([part.joint for part in parts]),
        has_audio=np.concatenate([part.has_audio for part in parts]),
        has_text=np.concatenate([part.has_text for part in parts]),
        has_joint=np.concatenate([part.has_joint for part in parts]),
    )
