"""HILBERT, reconstructed from its abstract: audio, text and joint embeddings of documents.

The abstract (arXiv 2604.16247) names the parts: frozen encoders, cross-modal attention and
self-attentive pooling over segments, modality vectors and one joint vector. Their arrangement
here is ours, and every piece of it can be switched by `HilbertConfig`. As it is by default, the
audio and text vectors see only their own modality (fusion mode U), so that a clip or a typed query
can be embedded alone; only the joint is cross-attended. The joint is anchored: its text part is
the text vector plus a correction that starts at zero, its audio part likewise.
`hilbert.training.presets.ARCHITECTURES` names others, one of them close to the abstract's wording.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hilbert.model.adapter import AudioAdapter
from hilbert.model.arrays import Bools, Embeddings, Floats, StateArrays
from hilbert.model.collate import Batch
from hilbert.model.config import HilbertConfig
from hilbert.model.layers import (
    CrossModalLayer,
    SelfAttentivePooling,
    l2_normalize,
    masked_mean,
    time_position,
)
from hilbert.model.positions import SEGMENT_PERIODS

# Adapter passes that the segments of a training batch are split into, by length.
LENGTH_GROUPS = 8


@dataclass(frozen=True)
class SegmentStates:
    """Vectors of segments before fusion: unit vectors in the shared space.

    Attributes:
        audio: `[B, S, width]`, zeros where `audio_mask` is false.
        audio_mask: `[B, S]` bool.
        text: `[B, S, width]`; with the text anchor the frozen text vectors themselves.
        text_mask: `[B, S]` bool.
        times: `[B, S, 2]` seconds.
        spoken: `[M, width]`, audio vectors of the batch's `spoken` sentences, each made of the
            tokens in which it is said; None where no batch was embedded.
    """

    audio: Tensor
    audio_mask: Tensor
    text: Tensor
    text_mask: Tensor
    times: Tensor
    spoken: Tensor | None = None


@dataclass(frozen=True)
class Joint:
    """A joint embedding: `vector [B, width]` unit rows, `has [B]`, `audio_share [B]` in 0..1.

    The share is the weight of the audio part beside the text part: 1 where there is no text, 0
    where there is no audio.
    """

    vector: Tensor
    has: Tensor
    audio_share: Tensor


@dataclass(frozen=True)
class Outputs:
    """Embeddings of `B` windows, each `[B, width]` of unit rows; a missing one is zeros.

    Attributes:
        audio: Audio vectors. `has_audio [B]` bool says which exist.
        text: Text vectors. `has_text [B]` bool says which exist.
        joint: Joint vectors. `has_joint [B]` bool: audio or text exists.
        has_audio: `[B]`.
        has_text: `[B]`.
        has_joint: `[B]`.
        audio_share: `[B]`, weight of the audio part in the joint.
        hop_overlap: `[B]`, how much the hops of the pools overlap, summed over the pools.
    """

    audio: Tensor
    text: Tensor
    joint: Tensor
    has_audio: Tensor
    has_text: Tensor
    has_joint: Tensor
    audio_share: Tensor
    hop_overlap: Tensor


@dataclass(frozen=True)
class _Parts:
    """What the vectors of windows are made of, each `[B, width]`, not yet combined.

    `audio` and `text` are the unit vectors of the outputs, `crossed_audio` and `crossed_text`
    the pooled states after cross-attention.
    """

    audio: Tensor
    text: Tensor
    crossed_audio: Tensor
    crossed_text: Tensor
    has_audio: Tensor
    has_text: Tensor
    hop_overlap: Tensor


class Hilbert(nn.Module):
    """The fusion model. `forward` embeds a batch of windows; see the module's first lines."""

    def __init__(self, config: HilbertConfig) -> None:
        """Make an untrained model (seeded by `hilbert.model.checkpoint.new_model`)."""
        super().__init__()
        self.config = config
        width = config.width
        self.adapter = AudioAdapter(config)
        if not config.text_anchor:
            self.text_project = nn.Sequential(
                nn.LayerNorm(config.d_text), nn.Linear(config.d_text, width, bias=False)
            )
        hops = config.pooling_hops
        if config.fusion_mode == "U":
            self.audio_pool = SelfAttentivePooling(width, hops)
            if not config.text_anchor:
                self.text_pool = SelfAttentivePooling(width, hops)
        self.audio_input = nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width))
        self.text_input = nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width))
        self.cross = nn.ModuleList(
            CrossModalLayer(width, config.heads, config.ffn_multiplier, config.dropout)
            for _ in range(config.cross_layers)
        )
        self.audio_joint_pool = SelfAttentivePooling(width, hops)
        self.text_joint_pool = SelfAttentivePooling(width, hops)
        self.audio_correction = nn.Linear(width, width, bias=False)
        self.text_correction = nn.Linear(width, width, bias=False)
        if config.joint_form == "anchored":
            # Zero: an untrained joint is its anchor, the text vector and a little audio.
            nn.init.zeros_(self.audio_correction.weight)
            nn.init.zeros_(self.text_correction.weight)
        if config.gate:
            # Share of audio .12 at agreement 0, .5 at .5 (a choice): an untrained audio vector
            # agrees with no text, and must not disturb a joint that has text.
            self.gate_slope = nn.Parameter(torch.tensor(4.0))
            self.gate_bias = nn.Parameter(torch.tensor(-2.0))
        if config.learned_temperature:
            self.log_temperature = nn.Parameter(torch.tensor(math.log(0.07)))

    def forward(self, batch: Batch) -> Outputs:
        """Embed the windows of a batch."""
        return self.fuse(self.segment_states(batch))

    def segment_states(self, batch: Batch) -> SegmentStates:
        """Embed every segment of a batch by itself, each modality alone."""
        shape = (*batch.audio_mask.shape, self.config.width)
        audio = batch.text.new_zeros(shape).flatten(0, 1)  # [B * S, width]
        spoken = batch.text.new_zeros(len(batch.spoken_rows), self.config.width)
        lengths = batch.token_mask.sum(-1)  # [N]
        # Segments of like length together: padding all to the longest doubled the time.
        for rows in lengths.argsort(stable=True).chunk(LENGTH_GROUPS):
            if len(rows):
                longest = int(lengths[rows[-1]])
                tokens, mask = batch.audio_tokens[rows], batch.token_mask[rows]
                states = self.adapter.states(tokens[:, :longest], mask[:, :longest])
                vectors = self.adapter.pooled(states, mask[:, :longest])  # [rows, width]
                audio = audio.index_copy(0, batch.audio_rows[rows], vectors)
                # Sentences said in these segments, and the place of their segment among them.
                sentences, place = (batch.spoken_rows.unsqueeze(1) == rows).nonzero(as_tuple=True)
                vectors = self.adapter.spans(states, place, batch.spoken_bounds[sentences])
                spoken = spoken.index_copy(0, sentences, vectors)
        return SegmentStates(
            audio=audio.view(shape),
            audio_mask=batch.audio_mask,
            text=self.text_states(batch.text),
            text_mask=batch.text_mask,
            times=batch.times,
            spoken=spoken,
        )

    def text_states(self, text: Tensor) -> Tensor:
        """Bring frozen text vectors `[..., d_text]` to the shared space `[..., width]`."""
        return text if self.config.text_anchor else l2_normalize(self.text_project(text))

    def temperature(self, fixed: float) -> float | Tensor:
        """Return the temperature of the contrasts: `fixed`, or the learned one."""
        if not self.config.learned_temperature:
            return fixed
        return self.log_temperature.exp()

    def bound_temperature(self) -> None:
        """Keep a learned temperature at 0.01 or above, after a step of training.

        The weight itself is bounded, as in CLIP: bounding what is read of it would leave a weight
        below the bound without a gradient, for good.
        """
        if self.config.learned_temperature:
            with torch.no_grad():
                self.log_temperature.clamp_(min=math.log(0.01))

    def fuse(self, states: SegmentStates) -> Outputs:
        """Pool segments to audio, text and joint vectors of their documents."""
        parts = self._parts(states, states.audio_mask, states.text_mask)
        joint = self._combined(parts)
        return Outputs(
            audio=parts.audio,
            text=parts.text,
            joint=joint.vector,
            has_audio=parts.has_audio,
            has_text=parts.has_text,
            has_joint=joint.has,
            audio_share=joint.audio_share,
            hop_overlap=parts.hop_overlap,
        )

    def joint(
        self,
        states: SegmentStates,
        keep_audio: Tensor | bool = True,
        keep_text: Tensor | bool = True,
    ) -> Joint:
        """Make the joint, with a modality left out of all or some windows if asked.

        Leaving a modality out gives the leak-free form that the reciprocal contrast uses; it
        costs a pass over segments, not over audio tokens.

        Args:
            states: From `segment_states`.
            keep_audio: Whether windows keep their audio: one bool, or `[B]` bool.
            keep_text: Likewise for text.
        """
        audio_mask = states.audio_mask & _column(keep_audio)  # [B, S]
        text_mask = states.text_mask & _column(keep_text)  # [B, S]
        return self._combined(self._parts(states, audio_mask, text_mask))

    def query_states(self, text: Tensor) -> SegmentStates:
        """Make typed queries `text [n, d_text]` to windows of one segment without audio."""
        count = len(text)
        nothing = torch.zeros(count, 1, dtype=torch.bool, device=text.device)
        return SegmentStates(
            audio=text.new_zeros(count, 1, self.config.width),
            audio_mask=nothing,
            text=self.text_states(text).unsqueeze(1),  # [n, 1, width]
            text_mask=~nothing,
            times=text.new_zeros(count, 1, 2),
        )

    def optimise(self) -> None:
        """Do nothing: torch runs the model as it is."""

    def audio_arrays(self, tokens: Floats, mask: Bools) -> Floats:
        """See `FusionModel.audio_arrays`."""
        with self._inference():
            return _array(self.adapter(self._tensor(tokens), self._tensor(mask)))

    def text_arrays(self, text: Floats) -> Floats:
        """See `FusionModel.text_arrays`."""
        with self._inference():
            return _array(self.text_states(self._tensor(text)))

    def fuse_arrays(self, states: StateArrays) -> Embeddings:
        """See `FusionModel.fuse_arrays`."""
        with self._inference():
            outputs = self.fuse(
                SegmentStates(
                    audio=self._tensor(states.audio),
                    audio_mask=self._tensor(states.audio_mask),
                    text=self._tensor(states.text),
                    text_mask=self._tensor(states.text_mask),
                    times=self._tensor(states.times),
                )
            )
        return Embeddings(
            audio=_array(outputs.audio),
            text=_array(outputs.text),
            joint=_array(outputs.joint),
            has_audio=states.has_audio,
            has_text=states.has_text,
            has_joint=states.has_audio | states.has_text,
        )

    @contextmanager
    def _inference(self) -> Iterator[None]:
        """Eval mode and no gradients within; the mode is put back at the end."""
        training = self.training
        self.eval()
        try:
            with torch.inference_mode():
                yield
        finally:
            self.train(training)

    def _tensor(self, array: Floats | Bools) -> Tensor:
        return torch.tensor(array, device=next(self.parameters()).device)

    def _parts(self, states: SegmentStates, audio_mask: Tensor, text_mask: Tensor) -> _Parts:
        """Attend across the modalities and pool, over the segments that the masks leave."""
        a, t = self.audio_input(states.audio), self.text_input(states.text)  # [B, S, width]
        if self.config.segment_positions:
            position = self._segment_position(states)
            a, t = a + position, t + position
        for layer in self.cross:
            a, t = layer(a, t, audio_mask, text_mask)
        crossed_audio = self.audio_joint_pool(a, audio_mask)  # [B, width]
        crossed_text = self.text_joint_pool(t, text_mask)
        overlap = self.audio_joint_pool.overlap(a, audio_mask)  # [B]
        overlap = overlap + self.text_joint_pool.overlap(t, text_mask)
        if self.config.fusion_mode == "X":
            audio, text = crossed_audio, crossed_text
        else:
            audio = self.audio_pool(states.audio, audio_mask)
            overlap = overlap + self.audio_pool.overlap(states.audio, audio_mask)
            if self.config.text_anchor:
                text = masked_mean(states.text, text_mask)
            else:
                text = self.text_pool(states.text, text_mask)
                overlap = overlap + self.text_pool.overlap(states.text, text_mask)
        return _Parts(
            audio=l2_normalize(audio),
            text=l2_normalize(text),
            crossed_audio=crossed_audio,
            crossed_text=crossed_text,
            has_audio=audio_mask.any(-1),
            has_text=text_mask.any(-1),
            hop_overlap=overlap,
        )

    def _combined(self, parts: _Parts) -> Joint:
        """Add up the audio and the text part of the joint.

        In the anchored form each part is its modality's vector moved by what cross-attention
        adds, within `correction_limit` (a choice). Unlimited, the moved text part was measured
        to cost sentences as queries 0.05 MRR on unseen documents, after training on 180.
        """
        a_part = self.audio_correction(parts.crossed_audio)  # [B, width]
        t_part = self.text_correction(parts.crossed_text)
        if self.config.joint_form == "anchored":
            a_part = l2_normalize(parts.audio + self._limited(a_part))
            t_part = l2_normalize(parts.text + self._limited(t_part))
        share = self._audio_share(parts.audio, parts.text, parts.has_audio, parts.has_text)  # [B]
        vector = l2_normalize(t_part + share.unsqueeze(-1) * a_part)  # [B, width]
        return Joint(vector, parts.has_audio | parts.has_text, share)

    def _limited(self, change: Tensor) -> Tensor:
        """Bound the length of `change [B, width]` by `correction_limit`, smoothly."""
        length = (change * change).sum(-1, keepdim=True)  # [B, 1], squared
        return self.config.correction_limit * change * torch.rsqrt(1.0 + length)

    def _segment_position(self, states: SegmentStates) -> Tensor:
        """Return positions of segment middles, counted from the window's first segment."""
        middle = states.times.mean(-1)  # [B, S]
        return time_position(middle - middle[:, :1], self.config.width, *SEGMENT_PERIODS)

    def _audio_share(
        self, audio: Tensor, text: Tensor, has_audio: Tensor, has_text: Tensor
    ) -> Tensor:
        """Return how much the audio part weighs in the joint, `[B]`.

        `sigmoid(slope * cos(audio, text) + bias)` where both exist. A joint that leaned on a
        badly aligned audio vector was measured to cost typed queries up to 0.13 MRR. The
        agreement carries no gradient: only the direct term may teach audio to agree, else the
        joint's losses would bend audio just to move the gate.
        """
        if self.config.gate:
            agreement = (audio * text).sum(-1).detach()  # [B]
            share = torch.sigmoid(self.gate_slope * agreement + self.gate_bias)
        else:
            share = torch.ones_like(audio[:, 0])
        share = torch.where(has_text, share, torch.ones_like(share))
        return torch.where(has_audio, share, torch.zeros_like(share))


def _array(tensor: Tensor) -> Floats:
    array: Floats = tensor.cpu().numpy()
    return array


def _column(keep: Tensor | bool) -> Tensor | bool:
    return keep if isinstance(keep, bool) else keep.unsqueeze(-1)
