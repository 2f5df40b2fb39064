"""Speech encoders through transformers: HuBERT, wav2vec 2.0, WavLM and Whisper."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.no_code import refuse_code
from hilbert.encoders.protocols import SAMPLE_RATE
from hilbert.encoders.registry import EncoderKind, register
from hilbert.encoders.resolve import EncoderError, ResolvedModel
from hilbert.extras import MissingExtraError, train_extra
from hilbert.system_faults import raise_system_fault

MAX_SECONDS = 30.0
_BATCH = 8


class TransformersSpeechEncoder:
    """The last hidden states of a transformers speech model, averaged to a fixed rate.

    HuBERT and its kin are given windows of equal length together and never padded ones: models
    with group normalisation (the `base` ones) take statistics over time, so padding would change
    the tokens, mask or not. Whisper always sees 30 s; only states of real audio are kept.
    """

    def __init__(
        self,
        model: Any,
        extractor: Any,
        resolved: ResolvedModel,
        tokens_per_second: float = 2.0,
    ) -> None:
        self._model = model.eval().requires_grad_(False)
        self._extractor = extractor
        self._whisper = model.config.model_type == "whisper"
        if self._whisper:
            # The encoder's second convolution has stride 2 over log-mel frames.
            self._stride = self._field = 2 * int(extractor.hop_length)
        else:
            self._stride, self._field = _receptive_field(model.config)
        self.name = resolved.name
        self.tokens_per_second = float(tokens_per_second)
        self.width = int(model.config.d_model if self._whisper else model.config.hidden_size)
        settings = json.dumps(
            {
                "class": "TransformersSpeechEncoder",
                "weights": resolved.fingerprint,
                "states": "last",
                "tokens_per_second": self.tokens_per_second,
            },
            sort_keys=True,
        )
        self.fingerprint = hashlib.sha256(settings.encode()).hexdigest()

    @classmethod
    def load(
        cls, resolved: ResolvedModel, device: str = "cpu", tokens_per_second: float = 2.0
    ) -> TransformersSpeechEncoder:
        """Load from a folder, in float32, without asking the hub for anything.

        Raises:
            EncoderError: The folder holds no speech model of a known kind.
            MissingExtraError: torch or transformers is not installed.
        """
        from hilbert.encoders.quiet import quiet_transformers

        path = str(resolved.path)
        refuse_code(resolved.path)
        try:
            with train_extra(f"the speech encoder {resolved.name}"), quiet_transformers():
                model, extractor = _load_parts(path)
        except (EncoderError, MissingExtraError):
            raise
        except Exception as error:  # whatever its many loaders raise, the folder is at fault
            raise_system_fault(error)
            reason = " ".join(str(error).split())[:200]
            raise EncoderError(
                f'"{path}" cannot be loaded as a speech encoder ({reason}); fetch the model again'
            ) from error
        if extractor.sampling_rate != SAMPLE_RATE:
            raise EncoderError(f'"{path}" wants {extractor.sampling_rate} Hz; use a 16 kHz model')
        return cls(model.to(device), extractor, resolved, tokens_per_second)

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Encode each window to tokens; see `SpeechEncoder.encode`.

        Raises:
            ValueError: A window is not mono or is longer than 30 s.
        """
        by_length: dict[int, list[int]] = defaultdict(list)
        for index, window in enumerate(windows):
            if np.ndim(window) != 1:
                raise ValueError(f"window {index} has shape {np.shape(window)}, not [samples]")
            if len(window) > MAX_SECONDS * SAMPLE_RATE:
                raise ValueError(f"window {index} has {len(window) / SAMPLE_RATE:.1f} s, over 30 s")
            # Whisper pads all windows to one length, so they can all go together.
            by_length[0 if self._whisper else len(window)].append(index)
        tokens: list[NDArray[np.float32]] = [np.zeros((0, self.width), np.float32)] * len(windows)
        for indices in by_length.values():
            filled = [i for i in indices if len(windows[i])]
            for begin in range(0, len(filled), _BATCH):
                batch = filled[begin : begin + _BATCH]
                states = self._states([windows[i] for i in batch])
                for i, of_window in zip(batch, states, strict=True):
                    tokens[i] = self._pool(of_window, len(windows[i]))
        return tokens

    def _states(self, windows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return hidden states `[n, frames, width]` of windows of one length to the model."""
        import torch

        inputs = []
        for window in windows:
            samples = np.asarray(window, np.float32)
            if not self._whisper and len(samples) < self._field:
                samples = np.pad(samples, (0, self._field - len(samples)))
            # One by one: a feature extractor may scale a batch by common statistics.
            features = self._extractor(samples, sampling_rate=SAMPLE_RATE, return_tensors="pt")
            inputs.append(features["input_features" if self._whisper else "input_values"])
        device = next(self._model.parameters()).device
        with torch.inference_mode():
            states = self._model(torch.cat(inputs).to(device)).last_hidden_state
        return np.asarray(states.float().cpu().numpy(), np.float32)  # [n, frames, width]

    def _pool(self, states: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
        """Return means of the states whose centre lies in each token's time: `[tokens, width]`."""
        seconds = samples / SAMPLE_RATE
        # Less a hair, so that rounding never adds a token to a whole number of them.
        n_tokens = max(1, math.ceil(seconds * self.tokens_per_second - 1e-9))
        centres = (np.arange(len(states)) * self._stride + self._field / 2) / SAMPLE_RATE
        real = max(1, int(np.count_nonzero(centres < seconds)))
        edges = np.arange(n_tokens + 1) / self.tokens_per_second
        bounds = np.searchsorted(centres[:real], edges)
        tokens = np.empty((n_tokens, self.width), np.float32)
        for token, (begin, end) in enumerate(pairwise(bounds)):
            # A last token of a few milliseconds may hold no centre: it takes the nearest state.
            begin = min(begin, real - 1)
            tokens[token] = states[begin : max(end, begin + 1)].mean(axis=0)
        return tokens


def _load_parts(path: str) -> tuple[Any, Any]:
    """Load the encoder and the feature extractor of a folder.

    Raises:
        EncoderError: It is no speech model, or lacks weights.
        Exception: Whatever transformers raises.
    """
    import torch
    from transformers import AutoConfig, AutoFeatureExtractor, AutoModel

    if not (Path(path) / "config.json").is_file():
        raise EncoderError(
            f'"{path}" is no speech encoder: it has no config.json; '
            "use HuBERT, wav2vec 2.0, WavLM or Whisper"
        )
    # Else transformers asks on the terminal whether code of the folder may run.
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    config = AutoConfig.from_pretrained(path, **local)
    whisper = config.model_type == "whisper"
    if not whisper and not hasattr(config, "conv_stride"):
        raise EncoderError(
            f'"{path}" is a {config.model_type} model, no speech encoder; '
            "use HuBERT, wav2vec 2.0, WavLM or Whisper"
        )
    # An adapter, made for fine-tuned heads, would change the rate and the width of the states.
    config.add_adapter = False
    model, report = AutoModel.from_pretrained(
        path,
        config=config,
        **local,
        dtype=torch.float32,
        output_loading_info=True,
    )
    # transformers fills absent weights with random numbers; of these one serves training only.
    used = ("encoder.",) if whisper else ("",)
    absent = [key for key in report["missing_keys"] if key.startswith(used)]
    absent = [key for key in absent if key != "masked_spec_embed"]
    if absent:
        raise EncoderError(f'"{path}" lacks weights ({absent[0]}, ...); fetch the model again')
    extractor = AutoFeatureExtractor.from_pretrained(path, **local)
    return (model.get_encoder() if whisper else model), extractor


def _receptive_field(config: Any) -> tuple[int, int]:
    """Return the stride and the receptive field of the convolutions, in samples."""
    stride, field = 1, 1
    for kernel, step in zip(config.conv_kernel, config.conv_stride, strict=True):
        field += (kernel - 1) * stride
        stride *= step
    return stride, field


register(
    EncoderKind("speech", "transformers", TransformersSpeechEncoder.load, lambda resolved: True),
    order=200,
)
