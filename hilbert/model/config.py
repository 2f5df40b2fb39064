"""Settings of the fusion model and of its training, saved as JSON beside what they made.

The abstract of HILBERT (arXiv 2604.16247) gives no hyperparameter: every default here is a
choice of this reconstruction.
"""

from __future__ import annotations

import json
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any, TypeVar

SettingsT = TypeVar("SettingsT", bound="Settings")

# The files of a saved model (`hilbert.model.checkpoint`), for those who only copy or hash them.
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
GRAPH_FILE = "model.onnx"
CARD_FILE = "README.md"

# In a field's metadata: its key in JSON, where that is not the field's name.
JSON_KEY = "json_key"


@dataclass(frozen=True)
class Settings:
    """Base of the settings: to JSON and back, refusing what it does not know."""

    def to_json(self) -> str:
        """Return the settings as JSON text with sorted keys, the same for equal settings."""
        values = asdict(self)
        keyed = {_key(entry): values[entry.name] for entry in fields(self)}
        return json.dumps(keyed, indent=2, sort_keys=True) + "\n"

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
        known = {_key(entry): entry.name for entry in fields(cls)}
        if unknown := sorted(set(given) - set(known)):
            raise ValueError(
                f"{cls.__name__}: unknown setting {', '.join(unknown)}; "
                f"known settings are {', '.join(sorted(known))}"
            )
        default = cls()
        return cls(
            **{
                known[key]: _typed(key, value, getattr(default, known[key]))
                for key, value in given.items()
            }
        )


def _key(entry: Field[Any]) -> str:
    """Return the key of a field in JSON."""
    return str(entry.metadata.get(JSON_KEY, entry.name))


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


def require(holds: bool, message: str) -> None:
    """Raise ValueError with the message unless the condition holds."""
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
        segment_positions: Cross-attention gets the time of each segment in the window.
        dropout: Dropout of residual branches, in training only.
        fusion_mode: Which vectors cross-attention feeds. "U": the joint only; audio and text each
            see their own modality. "X": all three. The abstract leaves it open. In mode X a
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
    fusion_mode: str = field(default="U", metadata={JSON_KEY: "reading"})
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
            require(getattr(self, name) >= 1, f"{name} must be at least 1")
        for name in ("adapter_layers", "cross_layers", "pooling_hops"):
            require(getattr(self, name) >= 0, f"{name} must not be negative")
        require(
            self.width % self.heads == 0 and self.width % 2 == 0,
            f"width {self.width} must be even and a multiple of heads ({self.heads})",
        )
        require(
            not self.text_anchor or self.width == self.d_text,
            f"text_anchor returns the frozen text vector, so width ({self.width}) must equal "
            f"d_text ({self.d_text}); set width={self.d_text} or text_anchor=False",
        )
        require(self.fusion_mode in ("U", "X"), f'reading is "U" or "X", not {self.fusion_mode!r}')
        require(
            self.joint_form in ("anchored", "pooled"),
            f'joint_form is "anchored" or "pooled", not {self.joint_form!r}',
        )
        require(
            not (self.text_anchor and self.fusion_mode == "X"),
            "text_anchor returns the frozen text vector, which reading X replaces by the "
            "cross-attended one; set text_anchor to false",
        )
        require(self.correction_limit >= 0.0, "correction_limit must not be negative")
        require(0.0 <= self.dropout < 1.0, "dropout must be in [0, 1)")
        require(self.tokens_per_second > 0, "tokens_per_second must be positive")
