"""Recognisers that can be had by a short name: where from, what they know, how well they hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hilbert.encoders.fetch import CTRANSLATE2_FILES, fetched_folder
from hilbert.encoders.resolve import BUNDLED, MULTILINGUAL_RECOGNISER, EncoderError, is_installed


@dataclass(frozen=True)
class KnownModel:
    """A recogniser with a short name.

    Attributes:
        spec: What `hilbert.encoders.resolve` finds it by: a bundled name or a hub id.
        megabytes: Of its files.
        languages: How many it knows.
        licence: Of its weights.
        wer: Word error rate, in percent, as published: of read English (LibriSpeech, test-clean),
            with greedy decoding, by Radford et al. 2022 (arXiv 2212.04356), appendix D. None where
            these do not list the model.
        recogniser: The kind of recogniser that reads it.
        files: Patterns of the names of its files: repositories hold the same weights in other
            forms, too.
    """

    spec: str
    megabytes: int
    languages: int
    licence: str = "MIT"
    wer: float | None = None
    recogniser: str = "whisper"
    files: tuple[str, ...] = CTRANSLATE2_FILES


# For onnx-asr, in eight bits: a quarter of the size.
_ONNX_FILES = ("*.int8.onnx", "config.json", "vocab.txt")


def _nvidia(spec: str, megabytes: int, languages: int) -> KnownModel:
    return KnownModel(spec, megabytes, languages, "CC-BY-4.0", None, "onnx-asr", _ONNX_FILES)


# Converted for CTranslate2 and for onnx-asr.
KNOWN_MODELS: Mapping[str, KnownModel] = {
    "tiny.en": KnownModel("bundled:whisper-tiny.en", 77, 1, wer=5.6),
    "base": KnownModel(MULTILINGUAL_RECOGNISER, 150, 99, wer=5.0),
    "base.en": KnownModel("Systran/faster-whisper-base.en", 148, 1, wer=4.2),
    "small.en": KnownModel("Systran/faster-whisper-small.en", 486, 1, wer=3.1),
    "small": KnownModel("Systran/faster-whisper-small", 486, 99, wer=3.4),
    "medium.en": KnownModel("Systran/faster-whisper-medium.en", 1530, 1, wer=3.1),
    "medium": KnownModel("Systran/faster-whisper-medium", 1530, 99, wer=2.9),
    "distil-large-v3": KnownModel("Systran/faster-distil-whisper-large-v3", 1515, 1),
    "large-v3-turbo": KnownModel("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620, 100),
    "large-v3": KnownModel("Systran/faster-whisper-large-v3", 3090, 100),
    "parakeet-tdt-0.6b-v2": _nvidia("istupakov/parakeet-tdt-0.6b-v2-onnx", 661, 1),
    "parakeet-tdt-0.6b-v3": _nvidia("istupakov/parakeet-tdt-0.6b-v3-onnx", 671, 25),
    "canary-1b-v2": _nvidia("istupakov/canary-1b-v2-onnx", 1030, 25),
}


def place_of(model: KnownModel) -> str | None:
    """Return what a model on this machine is loaded by; None where it is not here.

    Nothing of it is read.
    """
    if model.spec in BUNDLED:
        return model.spec if is_installed(model.spec) else None
    fetched = fetched_folder(model.spec)
    if fetched.is_dir():
        return str(fetched)
    from huggingface_hub import try_to_load_from_cache

    if model.recogniser != "whisper":  # of what the hub's cache holds, nobody knows which form
        return None
    cached = try_to_load_from_cache(model.spec, "model.bin")
    return model.spec if isinstance(cached, str) else None


def known_model(name: str) -> KnownModel:
    """Return the model of a short name.

    Raises:
        EncoderError: There is none of this name.
    """
    if name not in KNOWN_MODELS:
        raise EncoderError(f'no model "{name}" is known; known are {", ".join(KNOWN_MODELS)}')
    return KNOWN_MODELS[name]
