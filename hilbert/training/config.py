"""Settings of a training, saved as JSON beside the model.

The abstract of HILBERT (arXiv 2604.16247) gives no hyperparameter: every default here is a
choice of this reconstruction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hilbert.model.config import Settings, require
from hilbert.training.presets import DEFAULT_OBJECTIVE, OBJECTIVES


def _default_weights() -> dict[str, float]:
    return dict(OBJECTIVES[DEFAULT_OBJECTIVE])


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """How the fusion model is trained.

    Attributes:
        epochs: Passes over the learning documents.
        batch_documents: Windows a batch, each of another document: the rows of the contrast.
        window_segments: Shortest and longest window, in segments, that is drawn of a document.
        lr: Peak learning rate of AdamW.
        weight_decay: Decay of weight matrices (biases and norms are not decayed).
        warmup: Share of all steps over which the learning rate rises; cosine to 0 after it.
        temperature: Temperature of every contrast, fixed; unused where the model learns its own.
        weights: Weight of each term of the loss, by its name in `hilbert.objectives`; a term
            left out or at 0 is not evaluated.
        modality_dropout: Chance that a window's joint sees only one of its two modalities (in
            the terms that say so).
        garbled_text: Chance that in a window that keeps both modalities the text of the joint is
            garbled, as by a recogniser that mishears (in the terms that say so).
        crop_share: Chance that a segment is replaced by a part of it, where there are any
            (`hilbert.model.features.Crops`).
        same_document_negatives: Let segments of one document be negatives of each other.
        seed: Seed of the untrained weights, the windows and the dropout.
        held_out_share: Share of the documents that are not learned from. A third of them choose
            the epoch whose weights are kept, two thirds judge those weights; small libraries
            hold out more (`hilbert.training.splits`).
        keep: Which weights to keep: "best", those of the epoch with the best held-out score, or
            "last": to compare objectives, most of which begin with a better score than they
            reach, and would be judged by the untrained weights.
        patience: Epochs without a better held-out score after which training stops, the epochs
            of the warm-up not counted.
        device: Where to train: "cpu", "cuda", ...
    """

    epochs: int = 20
    batch_documents: int = 32
    window_segments: tuple[int, int] = (1, 6)
    lr: float = 3e-4
    weight_decay: float = 0.05
    warmup: float = 0.1
    temperature: float = 0.07
    weights: dict[str, float] = field(default_factory=_default_weights)
    modality_dropout: float = 0.3
    garbled_text: float = 0.0
    crop_share: float = 0.5
    same_document_negatives: bool = False
    seed: int = 0
    held_out_share: float = 0.2
    keep: str = "best"
    patience: int = 8
    device: str = "cpu"

    def __post_init__(self) -> None:
        shortest, longest = self.window_segments
        require(1 <= shortest <= longest, "window_segments must be (shortest, longest), from 1 up")
        require(self.epochs >= 0, "epochs must not be negative")
        require(self.batch_documents >= 2, "batch_documents must be at least 2 to contrast")
        require(
            0 < self.lr < math.inf and 0 <= self.weight_decay < math.inf,
            "lr must be positive, weight_decay not negative, both finite",
        )
        require(0 <= self.seed < 2**63, "seed must be from 0 to 2**63 - 1")
        require(0.0 <= self.warmup < 1.0, "warmup is a share of the steps, in [0, 1)")
        require(self.temperature > 0, "temperature must be positive")
        require(0.0 <= self.modality_dropout <= 1.0, "modality_dropout must be in [0, 1]")
        require(0.0 <= self.garbled_text <= 1.0, "garbled_text must be in [0, 1]")
        require(0.0 <= self.crop_share <= 1.0, "crop_share must be in [0, 1]")
        require(0.0 < self.held_out_share < 1.0, "held_out_share must be between 0 and 1")
        require(self.keep in ("best", "last"), f'keep is "best" or "last", not {self.keep!r}')
        require(self.patience >= 1, "patience must be at least 1")
        for name, weight in self.weights.items():
            require(
                isinstance(weight, int | float) and 0 <= weight < math.inf,
                f"weight of {name} must be a number from 0 up, got {weight!r}",
            )
