"""The encoders a library was made with: loaded when first needed, checked against it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from indexer.base.errors import LibraryError

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder, TextEncoder

DEFAULT_SPEECH = "bundled:whisper-tiny.en"
DEFAULT_TEXT = "bundled:minilm"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncoderSettings:
    """Which encoders, by name, and the fingerprints they had when the library was made."""

    speech: str = DEFAULT_SPEECH
    text: str = DEFAULT_TEXT
    speech_fingerprint: str = ""
    text_fingerprint: str = ""


class Encoders:
    """The frozen encoders; each is loaded on first use and must be the library's own."""

    def __init__(self, settings: EncoderSettings) -> None:
        self.settings = settings

    @cached_property
    def speech(self) -> SpeechEncoder:
        """The speech encoder."""
        from hilbert.encoders import load_speech_encoder

        encoder = load_speech_encoder(self.settings.speech)
        self._check("speech", self.settings.speech_fingerprint, encoder.fingerprint)
        return encoder

    @cached_property
    def text(self) -> TextEncoder:
        """The text encoder."""
        from hilbert.encoders import load_text_encoder

        encoder = load_text_encoder(self.settings.text)
        self._check("text", self.settings.text_fingerprint, encoder.fingerprint)
        return encoder

    @cached_property
    def recogniser(self) -> Recogniser:
        """The speech encoder where it recognises words, else the embedded Whisper."""
        from hilbert.encoders.registry import load_encoder

        speech: Any = self.speech
        recognises = hasattr(speech, "transcribe")
        found: Recogniser = speech if recognises else load_encoder("recogniser", DEFAULT_SPEECH)
        return found

    def fingerprinted(self) -> EncoderSettings:
        """The settings with the fingerprints of the encoders as they are now."""
        return EncoderSettings(
            self.settings.speech,
            self.settings.text,
            self.speech.fingerprint,
            self.text.fingerprint,
        )

    def _check(self, role: str, expected: str, found: str) -> None:
        if expected and expected != found:
            raise LibraryError(
                f"this library was made with another version of the {role} encoder "
                f"({getattr(self.settings, role)}); install that version again, or index the "
                "recordings into a new library"
            )
