"""Inputs of the terms of the loss, how they are gathered from a batch, and the terms' registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from hilbert.extension_points import OBJECTIVES
from hilbert.model.collate import Batch, SegmentWindow, collate
from hilbert.model.fusion import Hilbert, Outputs
from hilbert.model.layers import l2_normalize, masked_mean
from hilbert.registry import Registry

# Above this cosine of their frozen text two things say the same (an advertisement read in
# every episode, one recording twice) and must not be pushed apart. A choice.
DUPLICATE_COSINE = 0.98


@dataclass(frozen=True)
class LossInputs:
    """One training batch as the terms see it: `B` windows, `P` segments with both modalities.

    Attributes:
        outputs: Audio, text and joint vectors of the windows, each `[B, width]`, and which
            exist. The joint sees all there is.
        joint_without_audio: `[B, width]`, the joint made of the text alone.
        joint_without_text: `[B, width]`, the joint made of the audio alone.
        joint_dropped: `[B, width]`, the joint under modality dropout, of garbled text in some.
        segment_audio: `[P, width]`, audio vectors of single segments.
        segment_text: `[P, width]`, text vectors of the same segments.
        segment_excluded: `[P, P]` bool, pairs that are no negatives (same document, duplicate).
        spoken_audio: `[M, width]`, audio vectors of sentences, of the tokens they are said in.
        spoken_text: `[M, width]`, text vectors of the same sentences.
        spoken_excluded: `[M, M]` bool, pairs that are no negatives.
        queries: `[Q, width]`, joint vectors of single sentences: typed queries.
        query_rows: `[Q]` int64, the window that each sentence was taken from.
        frozen_audio: `[B, d_audio]`, mean audio token of each window, as the encoder gave it.
        frozen_text: `[B, d_text]`, mean text vector of each window, as the encoder gave it.
        excluded: `[B, B]` bool, pairs of windows that are no negatives of each other.
        temperature: Temperature of every contrast.
    """

    outputs: Outputs
    joint_without_audio: Tensor
    joint_without_text: Tensor
    joint_dropped: Tensor
    segment_audio: Tensor
    segment_text: Tensor
    segment_excluded: Tensor
    spoken_audio: Tensor
    spoken_text: Tensor
    spoken_excluded: Tensor
    queries: Tensor
    query_rows: Tensor
    frozen_audio: Tensor
    frozen_text: Tensor
    excluded: Tensor
    temperature: float | Tensor

    @property
    def has_both(self) -> Tensor:
        """Windows with audio and text, `[B]` bool."""
        return self.outputs.has_audio & self.outputs.has_text


Term = Callable[[LossInputs], Tensor]
"""A term of the loss: from the inputs to a scalar that is to become small."""

TERMS: Registry[Term] = Registry(OBJECTIVES)


def term(name: str) -> Callable[[Term], Term]:
    """Return a decorator that registers a function as the term of that name."""
    return TERMS.register(name)


class LossSettings(Protocol):
    """What the inputs of the loss depend on; `hilbert.training.config.TrainingConfig` has it all.

    Attributes:
        device: Where the model is.
        temperature: Temperature of every contrast, unless the model learns its own.
        modality_dropout: Chance that a window's joint sees only one of its two modalities.
        garbled_text: Chance that noise is added to the text of a joint of both modalities.
        same_document_negatives: Let segments of one document be negatives of each other.
    """

    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def temperature(self) -> float: ...  # noqa: D102
    @property
    def modality_dropout(self) -> float: ...  # noqa: D102
    @property
    def garbled_text(self) -> float: ...  # noqa: D102
    @property
    def same_document_negatives(self) -> bool: ...  # noqa: D102


def gather_inputs(
    model: Hilbert,
    windows: Sequence[tuple[int, SegmentWindow]],
    config: LossSettings,
    rng: np.random.Generator,
) -> LossInputs:
    """Run the model on one batch and gather what the terms look at.

    Args:
        model: The model, on `config.device`.
        windows: (number of the document, window); equal numbers are windows of one document.
        config: For the temperature, modality dropout and which pairs are negatives.
        rng: Draws the dropped modalities and the sentences.
    """
    batch = collate([window for _, window in windows], model.config.d_audio, model.config.d_text)
    batch = batch.to(config.device)
    states = model.segment_states(batch)
    outputs = model.fuse(states)
    # Drop at most one modality, and only where the other one is there.
    both = outputs.has_audio & outputs.has_text  # [B]
    draw = torch.from_numpy(rng.random(len(windows))).to(config.device)  # [B]
    drop_audio = both & (draw < config.modality_dropout / 2)
    drop_text = both & ~drop_audio & (draw < config.modality_dropout)
    seen = states
    if config.garbled_text:
        draw = torch.from_numpy(rng.random(len(windows))).to(config.device)  # [B]
        garbled = both & ~drop_audio & ~drop_text & (draw < config.garbled_text)
        seen = replace(states, text=_garbled(states.text, garbled, rng))

    numbers = torch.tensor([number for number, _ in windows], device=config.device)  # [B]
    paired = states.audio_mask & states.text_mask  # [B, S]
    same = not config.same_document_negatives
    frozen_text = masked_mean(batch.text, batch.text_mask)  # [B, d_text]
    queries, query_rows = _draw_queries(model, windows, rng)
    assert states.spoken is not None
    all_spoken = torch.ones(len(batch.spoken), dtype=torch.bool, device=config.device)
    return LossInputs(
        outputs=outputs,
        joint_without_audio=model.joint(states, keep_audio=False).vector,
        joint_without_text=model.joint(states, keep_text=False).vector,
        joint_dropped=model.joint(seen, keep_audio=~drop_audio, keep_text=~drop_text).vector,
        segment_audio=states.audio[paired],  # [P, width]
        segment_text=states.text[paired],
        segment_excluded=not_negatives(
            numbers[paired.nonzero()[:, 0]] if same else None, batch.text[paired], paired[paired]
        ),
        spoken_audio=states.spoken,
        spoken_text=model.text_states(batch.spoken),
        spoken_excluded=not_negatives(
            numbers[batch.spoken_windows] if same else None, batch.spoken, all_spoken
        ),
        queries=queries,
        query_rows=query_rows,
        frozen_audio=_frozen_audio(batch),
        frozen_text=frozen_text,
        excluded=not_negatives(numbers if same else None, frozen_text, outputs.has_text),
        temperature=model.temperature(config.temperature),
    )


def not_negatives(groups: Tensor | None, frozen_text: Tensor, has_text: Tensor) -> Tensor:
    """Return the pairs `[n, n]` that must not be negatives of each other.

    Args:
        groups: `[n]` int64: equal numbers are of one document. None lets them be negatives.
        frozen_text: `[n, d_text]`; nearly equal rows are duplicates.
        has_text: `[n]` bool, rows that have text at all.
    """
    text = l2_normalize(frozen_text)
    duplicate = (text @ text.T > DUPLICATE_COSINE) & has_text.unsqueeze(0) & has_text.unsqueeze(1)
    return duplicate if groups is None else duplicate | (groups.unsqueeze(0) == groups.unsqueeze(1))


def _garbled(text: Tensor, windows: Tensor, rng: np.random.Generator) -> Tensor:
    """Add noise to the text vectors `[B, S, width]` of some `windows [B]`.

    Noise of half to one and a half times their length, in any direction: they keep a cosine of
    0.9 to 0.55 with what they were. What a recogniser that mishears does to a vector is not
    known; this stands for it.
    """
    drawn = rng.standard_normal(text.shape) * rng.uniform(0.5, 1.5, (len(text), 1, 1))
    noise = torch.from_numpy(drawn / text.shape[-1] ** 0.5).to(text)
    return torch.where(windows.view(-1, 1, 1), l2_normalize(text + noise), text)


def _frozen_audio(batch: Batch) -> Tensor:
    """Return the mean audio token of each window, segments weighing the same, `[B, d_audio]`."""
    means = masked_mean(batch.audio_tokens, batch.token_mask)  # [N, d_audio]
    flat = means.new_zeros(batch.audio_mask.numel(), means.shape[-1])
    flat = flat.index_copy(0, batch.audio_rows, means)  # [B * S, d_audio]
    return masked_mean(flat.view(*batch.audio_mask.shape, -1), batch.audio_mask)


def _draw_queries(
    model: Hilbert, windows: Sequence[tuple[int, SegmentWindow]], rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Draw a sentence of each window that has one and embed it as a typed query.

    Returns:
        Joint vectors `[Q, width]` and the row of the window of each, `[Q]`.
    """
    device = next(model.parameters()).device
    vectors, rows = [], []
    for row, (_, window) in enumerate(windows):
        segments = window.features.sentence_segments
        inside = np.flatnonzero((segments >= window.start) & (segments < window.stop))
        if len(inside):
            vectors.append(window.features.sentences[rng.choice(inside)].astype(np.float32))
            rows.append(row)
    text = np.stack(vectors) if vectors else np.zeros((0, model.config.d_text), np.float32)
    query_rows = torch.tensor(rows, dtype=torch.int64, device=device)
    states = model.query_states(torch.from_numpy(text).to(device))
    return model.joint(states).vector, query_rows
