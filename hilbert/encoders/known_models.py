"""Recognisers that can be had by a short name: where from, what they know, how well they hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hilbert.encoders.fetch import fetched_folder
from hilbert.encoders.resolve import BUNDLED, MULTILINGUAL_RECOGNISER, EncoderError, is_installed


@dataclass(frozen=True)
class KnownModel:
    """A recogniser with a short name.

    Attributes:
        spec: What `hilbert.encoders.resolve` finds it by: a bundled name or a hub id.
        megabytes: Of its files.
        languages: How many it knows.
        licence: Of its weights.
        wer: Word error rate, in percent, as published: of read English (LibriSpeech, test-clean)
            with greedy decoding, by Radford et al. 2022 (arXiv 2212.04356), appendix D; None where
            that does not list the model.
    """

    spec: str
    megabytes: int
    languages: int
    licence: str = "MIT"
    wer: float | None = None


# Converted for CTranslate2.
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
