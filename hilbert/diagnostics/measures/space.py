"""The vectors that are measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hilbert.diagnostics.arrays import FloatArray, centred, unit_rows


@dataclass(frozen=True)
class Space:
    """Unit vectors of `n` things in two modalities, with what a model makes of both.

    The modalities are called audio and text; a control may hold two halves of one text.

    Attributes:
        audio: `[n, d]`.
        text: `[n, d]`.
        joint: `[n, d]`, made of both.
        joint_of_audio: `[n, d]`, made without the text.
        joint_of_text: `[n, d]`, made without the audio.
        joint_mean_audio: `[n, d]`, made with the mean audio in place of each thing's own.
        joint_mean_text: `[n, d]`, likewise.
        frozen_audio: `[n, d_audio]`, the encoder's features, before any model.
        frozen_text: `[n, d_text]`.
        groups: `[n]`, the document of each, as numbers from 0.
        document_audio: `[m, d]`, vectors of whole documents.
        document_text: `[m, d]`.
        document_seconds: `[m]`, how long they are.
    """

    audio: FloatArray
    text: FloatArray
    joint: FloatArray
    joint_of_audio: FloatArray
    joint_of_text: FloatArray
    joint_mean_audio: FloatArray
    joint_mean_text: FloatArray
    frozen_audio: FloatArray
    frozen_text: FloatArray
    groups: NDArray[np.int64]
    document_audio: FloatArray
    document_text: FloatArray
    document_seconds: FloatArray

    def centred(self) -> Space:
        """Return each kind of vector without its own mean; what replaces a joint moves with it."""
        middle = self.joint.mean(0)
        return replace(
            self,
            audio=centred(self.audio),
            text=centred(self.text),
            joint=centred(self.joint),
            joint_of_audio=centred(self.joint_of_audio),
            joint_of_text=centred(self.joint_of_text),
            joint_mean_audio=unit_rows(self.joint_mean_audio - middle),
            joint_mean_text=unit_rows(self.joint_mean_text - middle),
            frozen_audio=centred(self.frozen_audio),
            frozen_text=centred(self.frozen_text),
            document_audio=centred(self.document_audio),
            document_text=centred(self.document_text),
        )

    def without(self, documents: NDArray[np.int64]) -> Space:
        """Return the space of all other documents."""
        rows = ~np.isin(self.groups, documents)
        kept = ~np.isin(np.arange(len(self.document_seconds)), documents)
        whole = ("document_audio", "document_text", "document_seconds")
        changed = {
            name: value[kept if name in whole else rows] for name, value in vars(self).items()
        }
        return replace(self, **changed)
