"""Frozen encoders: speech to audio tokens, text to vectors, behind two small protocols.

`load_speech_encoder` and `load_text_encoder` take the name of a bundled model, a local folder or
a hub id. Importing this package imports no model code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilbert.encoders.resolve import EncoderError, ResolvedModel

if TYPE_CHECKING:
    from hilbert.encoders.protocols import SpeechEncoder, TextEncoder

__all__ = [
    "EncoderError",
    "ResolvedModel",
    "load_speech_encoder",
    "load_text_encoder",
]


def load_speech_encoder(
    spec: str = "bundled:whisper-tiny.en", device: str = "cpu"
) -> SpeechEncoder:
    """Load a speech encoder by bundled name, local folder or hub id.

    A folder with CTranslate2's `model.bin` is Whisper, which also transcribes and runs on the
    processor whatever the device; anything else goes through transformers.

    Raises:
        EncoderError: when it cannot be found, verified or loaded.
    """
    # Imported here: a function `resolve` of this package would hide its module `resolve`.
    from hilbert.encoders.resolve import resolve

    resolved = resolve(spec)
    if (resolved.path / "model.bin").is_file():
        from hilbert.encoders.whisper import WhisperEncoder

        return WhisperEncoder.load(resolved)
    from hilbert.encoders.transformers_speech import TransformersSpeechEncoder

    return TransformersSpeechEncoder.load(resolved, device)


def load_text_encoder(spec: str = "bundled:minilm", device: str = "cpu") -> TextEncoder:
    """Load a text encoder by bundled name, local folder or hub id.

    Raises:
        EncoderError: when it cannot be found, verified or loaded.
    """
    from hilbert.encoders.sentence_transformers import load_text_encoder as load

    return load(spec, device)
