"""Embed documents, single segments and typed queries: arrays in, arrays out, bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.model.arrays import Embeddings, FusionModel, StateArrays
from hilbert.model.features import Features, check_widths, pad_tokens

__all__ = [
    "Embeddings",
    "embed_documents",
    "embed_segments",
    "embed_text",
    "embed_whole_and_parts",
    "fuse_windows",
    "segment_states",
]

# Padded audio tokens of one adapter pass. Its activations take about 15 kB a token at width 384, so
# 30 MB; those of 16,384 tokens leave the processor's caches and take 1.3 times as long each.
BATCH_TOKENS = 2_048
# Padded segments of one fusion pass, and queries of one pass.
BATCH_SEGMENTS = 4_096


def embed_documents(
    model: FusionModel, documents: Sequence[Features], batch_tokens: int = BATCH_TOKENS
) -> Embeddings:
    """Embed whole documents, one row each, whatever their number of segments.

    Args:
        model: The fusion model.
        documents: Features; a document without segments gets no vectors.
        batch_tokens: Audio tokens that are encoded at once: the bound on memory.
    """
    parts: list[Embeddings] = []
    for group in _grouped(documents):
        segments = [segment_states(model, features, batch_tokens) for features in group]
        parts.append(fuse_windows(model, _pad_states(segments)))
    return _concatenated(parts, model.config.width)


def embed_segments(
    model: FusionModel, features: Features, batch_tokens: int = BATCH_TOKENS
) -> Embeddings:
    """Embed each segment of a document as a window of its own, one row each."""
    return _fuse_alone(model, segment_states(model, features, batch_tokens))


def embed_whole_and_parts(
    model: FusionModel, features: Features, batch_tokens: int = BATCH_TOKENS
) -> tuple[Embeddings, Embeddings]:
    """Embed a document, one row, and each of its segments, one row each.

    As `embed_documents` and `embed_segments` do, of the same states, which take nearly all of the
    time.
    """
    states = segment_states(model, features, batch_tokens)
    return fuse_windows(model, states), _fuse_alone(model, states)


def embed_text(model: FusionModel, vectors: NDArray[np.floating]) -> Embeddings:
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
    for start in range(0, len(vectors), BATCH_SEGMENTS):
        rows = vectors[start : start + BATCH_SEGMENTS].astype(np.float32, copy=False)
        parts.append(fuse_windows(model, _query_states(model, rows)))
    return _concatenated(parts, model.config.width)


def segment_states(
    model: FusionModel, features: Features, batch_tokens: int = BATCH_TOKENS
) -> StateArrays:
    """Return the states `[1, S, ...]` of all segments of a document, each modality alone."""
    check_widths(features, model.config.d_audio, model.config.d_text)
    model.optimise()
    count, width = features.n_segments, model.config.width
    audio = np.zeros((count, width), np.float32)
    for rows in _token_chunks(features, batch_tokens):
        audio[rows] = model.audio_arrays(*pad_tokens(features, rows))
    text = np.zeros((count, width), np.float32)
    if features.has_text:
        text = model.text_arrays(features.text.astype(np.float32, copy=False))
    has_audio = features.audio_bounds[:, 1] > features.audio_bounds[:, 0]
    return StateArrays(
        audio=audio[None],
        audio_mask=has_audio[None],
        text=text[None],
        text_mask=np.full((1, count), features.has_text),
        times=features.times[None],
    )


def _query_states(model: FusionModel, text: NDArray[np.float32]) -> StateArrays:
    """Make typed queries `text [n, d_text]` to windows of one segment without audio."""
    count = len(text)
    return StateArrays(
        audio=np.zeros((count, 1, model.config.width), np.float32),
        audio_mask=np.zeros((count, 1), np.bool_),
        text=model.text_arrays(text)[:, None],
        text_mask=np.ones((count, 1), np.bool_),
        times=np.zeros((count, 1, 2), np.float32),
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


def _pad_states(states: Sequence[StateArrays]) -> StateArrays:
    """Stack the states of documents to `[B, S, ...]`."""
    longest = max(state.audio.shape[1] for state in states)

    def stacked(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
        padded = np.zeros((len(arrays), longest, *arrays[0].shape[2:]), arrays[0].dtype)
        for row, array in enumerate(arrays):
            padded[row, : array.shape[1]] = array[0]
        return padded

    return StateArrays(
        audio=stacked([state.audio for state in states]),
        audio_mask=stacked([state.audio_mask for state in states]),
        text=stacked([state.text for state in states]),
        text_mask=stacked([state.text_mask for state in states]),
        times=stacked([state.times for state in states]),
    )


def _fuse_alone(model: FusionModel, states: StateArrays) -> Embeddings:
    """Fuse the states `[1, S, ...]` of one document as `S` windows of one segment."""
    parts = []
    for start in range(0, states.audio.shape[1], BATCH_SEGMENTS):
        rows = slice(start, start + BATCH_SEGMENTS)
        alone = StateArrays(
            audio=states.audio[0, rows, None],  # [rows, 1, width]
            audio_mask=states.audio_mask[0, rows, None],
            text=states.text[0, rows, None],
            text_mask=states.text_mask[0, rows, None],
            times=states.times[0, rows, None],
        )
        parts.append(fuse_windows(model, alone))
    return _concatenated(parts, model.config.width)


def fuse_windows(model: FusionModel, states: StateArrays) -> Embeddings:
    """Fuse windows `[B, S, ...]` of given states, one row each."""
    if states.audio.shape[1] == 0:  # documents without a single segment
        return _nothing(states.audio.shape[0], model.config.width)
    return model.fuse_arrays(states)


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
