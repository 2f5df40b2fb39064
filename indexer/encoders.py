"""The encoders a library was made with: loaded when first needed, checked against it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.base.errors import LibraryError

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder, TextEncoder
    from hilbert.stage_times import StageSeconds

log = logging.getLogger(__name__)

DEFAULT_SPEECH = "bundled:whisper-tiny.en"
DEFAULT_TEXT = "bundled:minilm"

AUTO, NEVER = "auto", "never"
"""How words are recognised where no recogniser is named: by the library's own, or not at all."""


def recogniser_choices() -> tuple[str, ...]:
    """Return what can be given as `asr`: auto, never, and the names of registered recognisers."""
    from hilbert.encoders.registry import KINDS

    named = (kind.name for kind in KINDS.values() if kind.role == "recogniser")
    return (AUTO, NEVER, *named)


def is_recogniser_choice(asr: str) -> bool:
    """Whether a value of `asr` is a choice, or `NAME:MODEL` with the name of a recogniser."""
    name, colon, _ = asr.partition(":")
    return name in recogniser_choices() and not (colon and name in (AUTO, NEVER))


@dataclass(frozen=True)
class EncoderSettings:
    """Which encoders, by name, and the fingerprints they had when the library was made."""

    speech: str = DEFAULT_SPEECH
    text: str = DEFAULT_TEXT
    speech_fingerprint: str = ""
    text_fingerprint: str = ""


class Encoders:
    """The frozen encoders; each is loaded on first use and must be the library's own."""

    def __init__(self, settings: EncoderSettings, exported_text: Path | None = None) -> None:
        """Load nothing yet.

        Args:
            settings: Which.
            exported_text: Folder of the text encoder exported to ONNX, if there is one.
        """
        self.settings = settings
        self._exported_text = exported_text
        self._named: dict[str, Recogniser] = {}

    @cached_property
    def speech(self) -> SpeechEncoder:
        """The speech encoder."""
        from hilbert.encoders import load_speech_encoder

        encoder = load_speech_encoder(self.settings.speech)
        self._check("speech", self.settings.speech_fingerprint, encoder.fingerprint)
        return encoder

    @cached_property
    def text(self) -> TextEncoder:
        """The text encoder, exported where it was: then it needs no torch."""
        from hilbert.encoders import EncoderError, load_text_encoder

        if self._exported_text and self._exported_text.is_dir():
            try:
                exported = load_text_encoder(f"onnx:{self._exported_text}")
                if exported.fingerprint == self.settings.text_fingerprint:
                    return exported
                log.debug("the encoder in %s is another", self._exported_text)
            except EncoderError:
                log.debug("the encoder in %s is of no use", self._exported_text, exc_info=True)
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

    def recogniser_for(self, asr: str) -> Recogniser:
        """Load a recogniser once.

        Args:
            asr: `NAME` or `NAME:MODEL` of a registered recogniser; `auto` and `never` stand for
                the library's own, which aligns transcripts without times.

        Raises:
            EncoderError: It cannot be found, verified or loaded.
        """
        if asr in (AUTO, NEVER):
            return self.recogniser
        if asr not in self._named:
            self._named[asr] = self._load_recogniser(asr)
        return self._named[asr]

    def _load_recogniser(self, asr: str) -> Recogniser:
        from hilbert.encoders.registry import KINDS, load_encoder

        name, colon, _ = asr.partition(":")
        kind = KINDS[f"recogniser:{name}"]
        # A kind that reads folders needs a model: the embedded one, where none is named.
        spec = asr if colon else f"{name}:{DEFAULT_SPEECH if kind.accepts else ''}"
        loaded: Recogniser = load_encoder("recogniser", spec)
        speech: Any = self.speech
        # The speech encoder itself, where it is the same model: one pass gives tokens and words.
        same = hasattr(speech, "transcribe") and speech.fingerprint == loaded.fingerprint
        return speech if same else loaded

    def stage_seconds(self) -> dict[str, StageSeconds]:
        """Return the time of the stages of the encoders that are loaded and count it."""
        made = {id(e): e for e in (*vars(self).values(), *self._named.values())}
        counted = [e.times.totals() for e in made.values() if hasattr(e, "times")]
        return {stage: seconds for totals in counted for stage, seconds in totals.items()}

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
