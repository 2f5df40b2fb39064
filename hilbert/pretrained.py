"""The front door of the model: embeddings of sound and words without a library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.assets import shipped_model
from hilbert.encoders import load_speech_encoder, load_text_encoder
from hilbert.encoders.protocols import SAMPLE_RATE, SpeechEncoder, TextEncoder
from hilbert.errors import HilbertError
from hilbert.model.features import Features
from hilbert.system_faults import raise_system_fault

if TYPE_CHECKING:
    from hilbert.model.arrays import Embeddings, FusionModel

WINDOW_SECONDS = 30.0
Samples = NDArray[np.float32]


class ModelError(HilbertError):
    """A model that is missing, damaged, or was trained for other encoders."""


class Hilbert:
    """The fusion model with the two frozen encoders that it was trained for.

    Attributes:
        model: The fusion model.
        speech: Speech encoder.
        text: Text encoder.
    """

    def __init__(self, model: FusionModel, speech: SpeechEncoder, text: TextEncoder) -> None:
        config = model.config
        for role, wanted, encoder in (
            ("speech", config.speech_encoder, speech),
            ("text", config.text_encoder, text),
        ):
            if wanted and wanted != encoder.fingerprint:
                raise ModelError(
                    f"this model was trained for another {role} encoder than {encoder.name}; "
                    "name the one it was trained for"
                )
        self.model, self.speech, self.text = model, speech, text

    @classmethod
    def from_pretrained(
        cls,
        path: Path | str | None = None,
        *,
        speech_encoder: str = "bundled:whisper-tiny.en",
        text_encoder: str = "bundled:minilm",
    ) -> Hilbert:
        """Load a model and its encoders.

        Args:
            path: Folder of a saved model, such as that of a library; None for the shipped one.
            speech_encoder: Bundled name, folder or hub id.
            text_encoder: See `speech_encoder`.

        Raises:
            ModelError: The model is missing, damaged, or was trained for other encoders.
            EncoderError: An encoder cannot be found, verified or loaded.
        """
        from hilbert.model.onnx_fusion import OnnxFusion

        folder = Path(path).expanduser() if path is not None else shipped_model()
        if folder is None:
            raise ModelError("the shipped model is not installed; name the folder of a model")
        try:
            model = OnnxFusion.load(folder)
        except (OSError, ValueError) as error:
            raise_system_fault(error)
            raise ModelError(f"the model cannot be used: {error}") from error
        return cls(model, load_speech_encoder(speech_encoder), load_text_encoder(text_encoder))

    def encode(
        self,
        audio: Samples | Sequence[Samples] | None = None,
        text: str | Sequence[str] | None = None,
    ) -> Embeddings:
        """Embed sound, words, or sound with its words, one row an item.

        Where both are given, the first text is what is said in the first sound, and so on; the
        joint is that of both. Sound over 30 s is cut into equal windows, over which the words of
        its text are spread evenly.

        Args:
            audio: 16 kHz mono float32 arrays `[samples]` of any length, or one of them.
            text: As many strings, or one.

        Returns:
            Unit vectors `[n, width]` of `audio`, `text` and `joint`, with `has_*` `[n]` beside.

        Raises:
            ValueError: Neither is given, their numbers differ, or an array is not mono sound.
        """
        from hilbert.model.embed import embed_documents

        sounds = [audio] if isinstance(audio, np.ndarray) else audio
        texts = [text] if isinstance(text, str) else text
        if sounds is None and texts is None:
            raise ValueError("give audio, text or both")
        if sounds is not None and texts is not None and len(sounds) != len(texts):
            raise ValueError(f"{len(sounds)} arrays and {len(texts)} texts: give as many of both")
        count = len(sounds if sounds is not None else texts or ())
        documents = [
            self._features(
                None if sounds is None else _mono(sounds[row], row),
                None if texts is None else texts[row],
            )
            for row in range(count)
        ]
        return embed_documents(self.model, documents)

    def _features(self, samples: Samples | None, text: str | None) -> Features:
        """Make the features of one item: a segment a window."""
        windows = [] if samples is None else _windows(samples)
        segments = max(1, len(windows))
        tokens = [np.zeros((0, self.speech.width), np.float32), *self.speech.encode(windows)]
        counts = [len(part) for part in tokens[1:]] or [0]
        ends = np.cumsum(counts)
        seconds = [len(window) / SAMPLE_RATE for window in windows] or [0.0]
        until = np.cumsum(seconds)
        vectors = np.zeros((0, self.text.width), np.float32)
        if text is not None and text.strip():
            vectors = self.text.encode(_shares(text, segments))
        return Features(
            audio_tokens=np.concatenate(tokens).astype(np.float16),
            audio_bounds=np.stack([ends - counts, ends], axis=1).astype(np.int64),
            text=vectors,
            sentences=np.zeros((0, self.text.width), np.float16),
            sentence_segments=np.zeros(0, np.int64),
            times=np.stack([until - seconds, until], axis=1).astype(np.float32),
        )


def _mono(samples: Samples, row: int) -> Samples:
    array = np.asarray(samples)
    if array.ndim != 1 or array.dtype.kind != "f" or not len(array):
        raise ValueError(
            f"audio {row} must be a float array [samples] of 16 kHz mono sound, got "
            f"{array.dtype} {list(array.shape)}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"audio {row} holds values that are not finite")
    return array.astype(np.float32, copy=False)


def _windows(samples: Samples) -> list[Samples]:
    """Split samples into equal windows of at most 30 s."""
    pieces = math.ceil(len(samples) / (WINDOW_SECONDS * SAMPLE_RATE))
    return np.array_split(samples, pieces)


def _shares(text: str, count: int) -> list[str]:
    """Split a text into as many runs of words; each is all of it where there are fewer words."""
    words = text.split()
    if len(words) < count:
        return [text] * count
    edges = np.linspace(0, len(words), count + 1).astype(int)
    return [" ".join(words[low:high]) for low, high in pairwise(edges)]
