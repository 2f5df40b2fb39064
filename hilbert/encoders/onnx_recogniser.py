"""Recognisers of NVIDIA NeMo (Parakeet, Canary) and others in ONNX, through onnx-asr."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.decoding_guards import loop_place
from hilbert.encoders.devices import onnx_providers
from hilbert.encoders.protocols import SAMPLE_RATE, WindowTranscript, Word
from hilbert.encoders.registry import EncoderKind, register
from hilbert.encoders.resolve import EncoderError
from hilbert.errors import HilbertError
from hilbert.extras import extra
from hilbert.forking import PerProcess
from hilbert.stage_times import StageTimes
from hilbert.system_faults import raise_system_fault

if TYPE_CHECKING:
    from hilbert.encoders.resolve import ResolvedModel

log = logging.getLogger(__name__)

EXTRA = "onnx-asr"
# Beside fp32 weights of the same model: a third of the time, and as good as these.
_QUANTISED = "int8"
# In a vocabulary that has one token for each language.
_LANGUAGE_TOKEN = re.compile(r"<\|([a-z]{2})\|>")
# A token is noted where it begins; the last before a pause is no longer than this.
_TOKEN_SECONDS = 0.24


class OnnxRecogniser:
    """A model that onnx-asr runs, window by window, on the processor.

    It gives no audio features: the tokens of its transcripts are empty.

    Attributes:
        languages: ISO 639-1 codes that it must be told one of; empty where it needs none.
        times: Where its time went so far.
    """

    def __init__(
        self, load: Callable[[], Any], name: str, fingerprint: str, vocabulary: Sequence[str]
    ) -> None:
        self.name = name
        self.fingerprint = hashlib.sha256(f"{fingerprint} onnx-asr".encode()).hexdigest()
        named = {match[1] for token in vocabulary if (match := _LANGUAGE_TOKEN.fullmatch(token))}
        self._model = PerProcess(load, load())
        # Of the types that onnx-asr reads, Canary alone (AED) is told the language.
        is_told = type(self._model.get().asr).__name__ == "NemoConformerAED"
        self.languages = frozenset(named) if is_told else frozenset()
        letters = {c for token in vocabulary for c in token if c.isalpha()}
        self.multilingual = bool(named - {"en"}) or any(ord(c) > 127 for c in letters)
        self.times = StageTimes()

    def transcribe(
        self, windows: Sequence[NDArray[np.float32]], language: str = "en"
    ) -> list[WindowTranscript]:
        """Return the words of each window, with times where the model gives them.

        Those of a model that gives none (Canary) are spread over the window by their letters.

        Raises:
            HilbertError: It does not know the language.
        """
        if self.languages and language not in self.languages:
            known = ", ".join(sorted(self.languages))
            raise HilbertError(f"{self.name} does not know the language '{language}', but {known}")
        told = {"language": language} if self.languages else {}
        return [self._transcribe(window, told) for window in windows]

    def _transcribe(self, window: NDArray[np.float32], told: Mapping[str, str]) -> WindowTranscript:
        with self.times.measure("recognition"):
            found = self._model.get().recognize(window, sample_rate=SAMPLE_RATE, **told)
        seconds = len(window) / SAMPLE_RATE
        tokens: list[str] = found.tokens or []
        logprobs: list[float] | None = found.logprobs
        if logprobs and max(logprobs) > 0:  # scores that are no probabilities
            logprobs = None
        words = _words(tokens, found.timestamps, logprobs, seconds)
        place = loop_place(" ".join(word.text for word in words))
        if place is not None:
            text = " ".join(word.text for word in words)
            words = words[: len(text[:place].split())]
        mean = float(np.mean(logprobs)) if logprobs else 0.0
        return WindowTranscript(np.zeros((0, 1), np.float32), words, mean, 0.0)


def _words(
    tokens: Sequence[str],
    starts: Sequence[float] | None,
    logprobs: Sequence[float] | None,
    seconds: float,
) -> tuple[Word, ...]:
    """Join tokens to words: one that begins with a space begins a word.

    Args:
        tokens: Pieces of words.
        starts: Seconds at which each begins; None to spread them by their letters.
        logprobs: Of each; None where they are not known.
        seconds: Length of the window.
    """
    longest = _TOKEN_SECONDS
    if starts is None:
        longest = seconds
        letters = np.cumsum([0, *(len(token) for token in tokens)])
        starts = (letters[:-1] * seconds / max(1, letters[-1])).tolist()
    begins = [i for i, token in enumerate(tokens) if i == 0 or token.startswith(" ")]
    words: list[Word] = []
    for first, last in pairwise([*begins, len(tokens)]):
        text = "".join(tokens[first:last]).strip()
        if not any(c.isalnum() for c in text):
            if text and words:  # punctuation by itself belongs to the word before
                words[-1] = _with_text(words[-1], words[-1].text + text)
            continue
        end = min(starts[last - 1] + longest, seconds)
        if last < len(tokens):
            end = min(end, starts[last])
        start = min(starts[first], seconds)
        sure = None if logprobs is None else float(np.mean(np.exp(logprobs[first:last])))
        words.append(Word(text, start, max(start, end), sure))
    return tuple(words)


def _with_text(word: Word, text: str) -> Word:
    return Word(text, word.start, word.end, word.probability)


def _is_onnx_asr(resolved: ResolvedModel) -> bool:
    return _model_type(resolved.path) is not None


def _model_type(folder: Path) -> str | None:
    """Return the type of model that a folder of onnx-asr names; None for another folder."""
    if not (folder / "vocab.txt").is_file():
        return None
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise_system_fault(error)
        log.debug("no configuration is in %s", folder, exc_info=True)
        return None
    named = config.get("model_type") if isinstance(config, dict) else None
    return named if isinstance(named, str) else None


def _load(resolved: ResolvedModel, device: str) -> OnnxRecogniser:
    """Load a model from its folder; on a GPU where ONNX Runtime's package for these is there.

    Raises:
        EncoderError: The folder holds none that onnx-asr reads.
        MissingExtraError: The extra is not installed.
    """
    with extra(EXTRA, f"the recogniser {resolved.name}"):
        import onnx_asr
    kind = _model_type(resolved.path)
    if kind is None:
        raise EncoderError(
            f'"{resolved.path}" holds no model of onnx-asr (config.json with model_type, '
            "vocab.txt and .onnx files); 'hilbert models' lists some"
        )
    is_quantised = any(resolved.path.glob(f"*{_QUANTISED}.onnx"))

    def load() -> Any:
        model = onnx_asr.load_model(
            kind,
            resolved.path,
            quantization=_QUANTISED if is_quantised else None,
            providers=onnx_providers(device),
        )
        return model.with_timestamps()

    try:
        lines = (resolved.path / "vocab.txt").read_text(encoding="utf-8").splitlines()
        vocabulary = [line.rpartition(" ")[0] for line in lines]
        return OnnxRecogniser(load, resolved.name, resolved.fingerprint, vocabulary)
    except Exception as error:  # ONNX Runtime and onnx-asr raise their own
        raise_system_fault(error)
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderError(f'"{resolved.path}" cannot be loaded by onnx-asr: {reason}') from error


register(EncoderKind("recogniser", EXTRA, _load, _is_onnx_asr), order=20)
