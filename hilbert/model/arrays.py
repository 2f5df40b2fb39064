"""What the fusion model takes and gives, as arrays, whatever library runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hilbert.model.config import HilbertConfig

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


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

    audio: Floats
    text: Floats
    joint: Floats
    has_audio: Bools
    has_text: Bools
    has_joint: Bools


@dataclass(frozen=True)
class StateArrays:
    """Vectors of segments before fusion: unit vectors in the shared space.

    Attributes:
        audio: `[B, S, width]`, zeros where `audio_mask` is false.
        audio_mask: `[B, S]` bool.
        text: `[B, S, width]`; with the text anchor the frozen text vectors themselves.
        text_mask: `[B, S]` bool.
        times: `[B, S, 2]` seconds.
    """

    audio: Floats
    audio_mask: Bools
    text: Floats
    text_mask: Bools
    times: Floats

    @property
    def has_audio(self) -> Bools:
        """Which windows have audio, `[B]`."""
        return np.asarray(self.audio_mask.any(-1))

    @property
    def has_text(self) -> Bools:
        """Which windows have text, `[B]`."""
        return np.asarray(self.text_mask.any(-1))


class FusionModel(Protocol):
    """A trained fusion model: `OnnxFusion` to search with, `Hilbert` in torch to train on."""

    @property
    def config(self) -> HilbertConfig:
        """What it was made with."""
        ...

    def optimise(self) -> None:
        """Prepare for many runs; what is embedded of documents is embedded after it, always.

        It may change vectors by rounding, which must not depend on what was run before.
        """
        ...

    def audio_arrays(self, tokens: Floats, mask: Bools) -> Floats:
        """Embed `tokens [N, T, d_audio]` of segments where `mask [N, T]` is true.

        Every row has at least one token. Returns `[N, width]` of unit rows.
        """
        ...

    def text_arrays(self, text: Floats) -> Floats:
        """Bring frozen text vectors `[n, d_text]` to the shared space `[n, width]`."""
        ...

    def fuse_arrays(self, states: StateArrays) -> Embeddings:
        """Pool the segments of `B` windows, each of at least one, to one row a window."""
        ...
