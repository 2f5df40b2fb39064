"""Settings of the fusion model and of its training, saved as JSON beside what they made.

The abstract of HILBERT (arXiv 2604.16247) gives no hyperparameter: every default here is a
choice of this reconstruction.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from hilbert.presets import OBJECTIVES

SettingsT = TypeVar("SettingsT", bound="Settings")

# The files of a saved model (`hilbert.checkpoint`), for those who only copy or hash them.
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
CARD_FILE = "README.md"


@dataclass(frozen=True)
class Settings:
    """Base of the settings: to JSON and back, refusing what it does not know."""

    def to_json(self) -> str:
        """Return the settings as JSON text with sorted keys, the same for equal settings."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls: type[SettingsT], text: str) -> SettingsT:
        """Read settings from JSON text; keys left out keep their defaults.

        Raises:
            ValueError: The text is no JSON object, holds an unknown key, or a value of the
                wrong type or out of range.
        """
        try:
            given = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"{cls.__name__}: not valid JSON ({error})") from error
        if not isinstance(given, dict):
            raise ValueError(f"{cls.__name__}: expected a JSON object, got {type(given).__name__}")
        known = {entry.name for entry in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise ValueError(
                f"{cls.__name__}: unknown setting {', '.join(unknown)}; "
                f"known settings are {', '.join(sorted(known))}"
            )
        default = cls()
        return cls(
            **{key: _typed(key, value, getattr(default, key)) for key, value in given.items()}
        )


def _typed(name: str, value: Any, default: Any) -> Any:
    """Return `value` in the type of `default` (JSON has no tuple and writes 1.0 as 1)."""
    if isinstance(default, tuple) and isinstance(value, list):
        if len(value) != len(default):
            raise ValueError(f"{name} must have {len(default)} entries, got {value!r}")
        return tuple(_typed(name, entry, default[0]) for entry in value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        raise ValueError(f"{name} must be {type(default).__name__}, got {value!r}")
    return value


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


@dataclass(frozen=True)
class HilbertConfig(Settings):
    """Shape of the fusion model.

    Attributes:
        d_audio: Width of the speech encoder's tokens.
        d_text: Width of the text encoder's vectors.
        width: Width of the audio, text and joint embeddings.
        adapter_layers: Transformer layers over the audio tokens of one segment.
        heads: Attention heads, in the adapter and in the cross-modal layers.
        ffn_multiplier: Hidden width of each feed-forward block, in multiples of `width`.
        cross_layers: Cross-modal attention layers over the segments of a document; 0 for none.
        pooling_hops: Hops of every self-attentive pool; 0 is the plain mean.
        segment_positions: Cross-attention knows when in the window a segment is said.
        dropout: Dropout of residual branches, in training only.
        reading: Which vectors cross-attention feeds. "U": the joint only; audio and text each
            see their own modality. "X": all three. The abstract leaves it open. In reading X a
            modality embedded alone is another vector than beside the other one, and a contrast
            of audio with text is solved by looking: for comparison, not for search.
        joint_form: "anchored": the joint is the sum of the audio and the text vector, each
            moved a little by cross-attention. "pooled": it is made of what cross-attention
            gives, projected and added, and nothing else.
        text_anchor: The text embedding is the frozen text vector (mean of the segments), so
            `width` must equal `d_text`. A trained text side was measured to lose what a good
            sentence encoder knew; the anchor keeps typed queries as good as frozen.
        gate: The audio share of the joint follows audio-text agreement. Without it audio and
            text weigh the same in every joint, whether or not they agree.
        correction_limit: How far cross-attention may move either part of an anchored joint,
            as a share of the anchor's length 1. Without a limit the correction of the text part
            overfits a few hundred documents (see `Hilbert.joint`).
        learned_temperature: The temperature of every contrast is trained (from 0.07, kept from
            0.01 up, as in CLIP, arXiv 2103.00020) instead of taken from the training settings.
        speech_encoder: Fingerprint of the speech encoder it was trained for, "" for any.
        text_encoder: Fingerprint of the text encoder it was trained for, "" for any.
        tokens_per_second: Rate of the audio tokens, for their positions in seconds.
    """

    d_audio: int = 384
    d_text: int = 384
    width: int = 384
    adapter_layers: int = 2
    heads: int = 6
    ffn_multiplier: int = 2
    cross_layers: int = 1
    pooling_hops: int = 1
    segment_positions: bool = True
    dropout: float = 0.1
    reading: str = "U"
    joint_form: str = "anchored"
    text_anchor: bool = True
    gate: bool = True
    correction_limit: float = 0.25
    learned_temperature: bool = False
    speech_encoder: str = ""
    text_encoder: str = ""
    tokens_per_second: float = 2.0

    def __post_init__(self) -> None:
        for name in ("d_audio", "d_text", "width", "heads", "ffn_multiplier"):
            _require(getattr(self, name) >= 1, f"{name} must be at least 1")
        for name in ("adapter_layers", "cross_layers", "pooling_hops"):
            _require(getattr(self, name) >= 0, f"{name} must not be negative")
        _require(
            self.width % self.heads == 0 and self.width % 2 == 0,
            f"width {self.width} must be even and a multiple of heads ({self.heads})",
        )
        _require(
            not self.text_anchor or self.width == self.d_text,
            f"text_anchor returns the frozen text vector, so width ({self.width}) must equal "
            f"d_text ({self.d_text}); set width={self.d_text} or text_anchor=False",
        )
        _require(self.reading in ("U", "X"), f'reading is "U" or "X", not {self.reading!r}')
        _require(
            self.joint_form in ("anchored", "pooled"),
            f'joint_form is "anchored" or "pooled", not {self.joint_form!r}',
        )
        _require(
            not (self.text_anchor and self.reading == "X"),
            "text_anchor returns the frozen text vector, which reading X replaces by the "
            "cross-attended one; set text_anchor to false",
        )
        _require(self.correction_limit >= 0.0, "correction_limit must not be negative")
        _require(0.0 <= self.dropout < 1.0, "dropout must be in [0, 1)")
        _require(self.tokens_per_second > 0, "tokens_per_second must be positive")


def _default_weights() -> dict[str, float]:
    return dict(OBJECTIVES["hilbert"])


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
            (`hilbert.features.Crops`).
        same_document_negatives: Let segments of one document be negatives of each other.
        seed: Seed of the untrained weights, the windows and the dropout.
        held_out_share: Share of the documents that are not learned from. A third of them choose
            the epoch whose weights are kept, two thirds judge those weights; small libraries
            hold out more (`hilbert.held_out`).
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
        _require(1 <= shortest <= longest, "window_segments must be (shortest, longest), from 1 up")
        _require(self.epochs >= 0, "epochs must not be negative")
        _require(self.batch_documents >= 2, "batch_documents must be at least 2 to contrast")
        _require(
            0 < self.lr < math.inf and 0 <= self.weight_decay < math.inf,
            "lr must be positive, weight_decay not negative, both finite",
        )
        _require(0 <= self.seed < 2**63, "seed must be from 0 to 2**63 - 1")
        _require(0.0 <= self.warmup < 1.0, "warmup is a share of the steps, in [0, 1)")
        _require(self.temperature > 0, "temperature must be positive")
        _require(0.0 <= self.modality_dropout <= 1.0, "modality_dropout must be in [0, 1]")
        _require(0.0 <= self.garbled_text <= 1.0, "garbled_text must be in [0, 1]")
        _require(0.0 <= self.crop_share <= 1.0, "crop_share must be in [0, 1]")
        _require(0.0 < self.held_out_share < 1.0, "held_out_share must be between 0 and 1")
        _require(self.keep in ("best", "last"), f'keep is "best" or "last", not {self.keep!r}')
        _require(self.patience >= 1, "patience must be at least 1")
        for name, weight in self.weights.items():
            _require(
                isinstance(weight, int | float) and 0 <= weight < math.inf,
                f"weight of {name} must be a number from 0 up, got {weight!r}",
            )
