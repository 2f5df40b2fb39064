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
    processor whatever the device; anything else goes through transformers. `KIND:REST` names a
    kind of `hilbert.encoders.registry`.

    Raises:
        EncoderError: It cannot be found, verified or loaded.
    """
    from hilbert.encoders.registry import load_encoder

    encoder: SpeechEncoder = load_encoder("speech", spec, device)
    return encoder


def load_text_encoder(spec: str = "bundled:minilm", device: str = "cpu") -> TextEncoder:
    """Load a text encoder by bundled name, local folder or hub id, or as `KIND:REST`.

    Raises:
        EncoderError: It cannot be found, verified or loaded.
    """
    from hilbert.encoders.registry import load_encoder

    encoder: TextEncoder = load_encoder("text", spec, device)
    return encoder
