"""The encoders a library was made with: loaded when first needed, checked against it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.base.errors import LibraryError
from indexer.base.shell import quoted

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder, TextEncoder
    from hilbert.encoders.registry import Role
    from hilbert.stage_times import StageSeconds

log = logging.getLogger(__name__)

DEFAULT_SPEECH = "bundled:whisper-tiny.en"
DEFAULT_TEXT = "bundled:minilm"
MULTILINGUAL_TEXT = "bundled:multilingual"
# Of a library: the text encoder exported to ONNX, where `train` did so; it needs no torch.
TEXT_ENCODER_FOLDER = "text-encoder"

AUTO, NEVER = "auto", "never"
"""How words are recognised where no recogniser is named: by the library's own, or not at all."""


def text_encoder_for(language: str | None) -> str:
    """Return the text encoder of a new library whose recordings are mostly in a language.

    Args:
        language: ISO 639 code; None where nothing tells it.
    """
    return DEFAULT_TEXT if language in (None, "en") else MULTILINGUAL_TEXT


def recogniser_choices() -> tuple[str, ...]:
    """Return what can be given as `asr`: auto, never, and the names of registered recognisers."""
    from hilbert.encoders.registry import KINDS

    named = (kind.name for kind in KINDS.values() if kind.role == "recogniser")
    return (AUTO, NEVER, *named)


def is_recogniser_choice(asr: str) -> bool:
    """Whether a value of `asr` is a choice, a known model, or `NAME:MODEL` of a recogniser."""
    from hilbert.encoders.known_models import KNOWN_MODELS

    name, colon, _ = asr.partition(":")
    return asr in KNOWN_MODELS or (
        name in recogniser_choices() and not (colon and name in (AUTO, NEVER))
    )


@dataclass(frozen=True)
class EncoderSettings:
    """Which encoders, by name, and the fingerprints they had when the library was made."""

    speech: str = DEFAULT_SPEECH
    text: str = DEFAULT_TEXT
    speech_fingerprint: str = ""
    text_fingerprint: str = ""


class Encoders:
    """The frozen encoders; each is loaded on first use and must be the library's own."""

    def __init__(
        self, settings: EncoderSettings, library: Path | None = None, device: str = "cpu"
    ) -> None:
        """Load nothing yet.

        Args:
            settings: Which.
            library: Folder of the library that names them: then what neither ships nor is trusted
                by this user is not loaded, and a text encoder that was exported into the folder is
                used. None where the user names them, who trusts them from then on.
            device: `cpu` or `cuda`, for what can compute there: recognisers, and models of torch.
        """
        self.settings = settings
        self.device = device
        self._library = library
        self._exported_text = library / TEXT_ENCODER_FOLDER if library else None
        self._named: dict[str, Recogniser] = {}

    @cached_property
    def speech(self) -> SpeechEncoder:
        """The speech encoder."""
        encoder: SpeechEncoder = self._load("speech", self.settings.speech)
        self._check("speech", self.settings.speech_fingerprint, encoder.fingerprint)
        return encoder

    @cached_property
    def text(self) -> TextEncoder:
        """The text encoder, exported where it was: then it needs no torch."""
        from hilbert.encoders import EncoderError
        from hilbert.extras import MissingExtraError

        untrusted: LibraryError | None = None
        if self._exported_text and self._exported_text.is_dir():
            try:
                exported: TextEncoder = self._load("text", f"onnx:{self._exported_text}")
                if exported.fingerprint == self.settings.text_fingerprint:
                    return exported
                log.debug("the encoder in %s is another", self._exported_text)
            except EncoderError:
                log.debug("the encoder in %s is of no use", self._exported_text, exc_info=True)
            except LibraryError as error:
                log.debug("the encoder in %s is not trusted", self._exported_text, exc_info=True)
                untrusted = error
        try:
            encoder: TextEncoder = self._load("text", self.settings.text)
        except MissingExtraError as error:
            raise untrusted or error from error
        self._check("text", self.settings.text_fingerprint, encoder.fingerprint)
        return encoder

    def _load(self, role: Role, spec: str) -> Any:
        """Load an encoder that this user named, or that a library names and this user trusts.

        Raises:
            EncoderError: It cannot be found, verified or loaded.
            LibraryError: It is not trusted; says how to.
        """
        from hilbert.encoders.registry import load_encoder, trust_model
        from hilbert.trusted import UntrustedModelError

        if self._library is None:
            trust_model(role, spec)
        try:
            return load_encoder(role, spec, self.device, only_trusted=self._library is not None)
        except UntrustedModelError as error:
            raise LibraryError(
                f"{error}, and this library wants to load it; where you trust whoever made the "
                f"library, run 'hilbert trust --library {quoted(self._library or '')}' once"
            ) from error

    def brought_models(self) -> Iterator[tuple[Role, str, str]]:
        """Yield role, name and fingerprint of the models that are not trusted yet.

        Raises:
            EncoderError: One cannot be found or verified.
        """
        from hilbert.encoders.registry import find_model, ships
        from hilbert.trusted import is_trusted

        named: list[tuple[Role, str]] = [
            ("speech", self.settings.speech),
            ("text", self.settings.text),
        ]
        if self._exported_text and self._exported_text.is_dir():
            named.append(("text", f"onnx:{self._exported_text}"))
        for role, spec in named:
            if not ships(spec):
                fingerprint = find_model(role, spec)[1].fingerprint
                if not is_trusted(fingerprint):
                    yield role, spec, fingerprint

    def trust(self, found: Iterable[tuple[Role, str, str]]) -> None:
        """List models as trusted from now on, with the digests that the user was told.

        Args:
            found: As `brought_models` yields them.

        Raises:
            OSError: The list cannot be written.
        """
        from hilbert.trusted import trust

        for role, name, digest in found:
            trust(digest, f"the {role} encoder {name} of {self._library}")

    @cached_property
    def recogniser(self) -> Recogniser:
        """The speech encoder where it recognises words, else the embedded Whisper.

        In place of the embedded one the multilingual one, where it is installed.
        """
        from hilbert.encoders.registry import load_encoder
        from hilbert.encoders.resolve import MULTILINGUAL_RECOGNISER, is_installed

        speech: Any = self.speech
        recognises = hasattr(speech, "transcribe")
        found: Recogniser
        if recognises and self.settings.speech != DEFAULT_SPEECH:
            found = speech
        elif is_installed(MULTILINGUAL_RECOGNISER):
            found = load_encoder("recogniser", MULTILINGUAL_RECOGNISER, self.device)
        else:
            found = (
                speech if recognises else load_encoder("recogniser", DEFAULT_SPEECH, self.device)
            )
        return found

    def recogniser_for(self, asr: str) -> Recogniser:
        """Load a recogniser once.

        Args:
            asr: A known model, or `NAME` or `NAME:MODEL` of a registered recogniser; `auto` and
                `never` stand for the library's own, which aligns transcripts without times.

        Raises:
            EncoderError: It cannot be found, verified or loaded.
            LibraryError: It is not trusted; says how to.
        """
        if asr in (AUTO, NEVER):
            return self.recogniser
        if asr not in self._named:
            self._named[asr] = self._load_recogniser(asr)
        return self._named[asr]

    def trust_recogniser(self, asr: str) -> None:
        """List the recogniser that this user named as trusted.

        Raises:
            EncoderError: It cannot be found or verified.
        """
        from hilbert.encoders.registry import trust_model

        if asr not in (AUTO, NEVER):
            trust_model("recogniser", _recogniser_spec(asr))

    def _load_recogniser(self, asr: str) -> Recogniser:
        loaded: Recogniser = self._load("recogniser", _recogniser_spec(asr))
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


def _recogniser_spec(asr: str) -> str:
    """Return the model that `NAME` or `NAME:MODEL` of a recogniser, or a known model, stands for.

    Raises:
        EncoderError: The known model is not on this machine.
    """
    from hilbert.encoders.known_models import KNOWN_MODELS, place_of
    from hilbert.encoders.registry import KINDS
    from hilbert.encoders.resolve import EncoderError

    if asr in KNOWN_MODELS:
        place = place_of(KNOWN_MODELS[asr])
        if place is None:
            raise EncoderError(
                f'"{asr}" is not on this machine; get it once: hilbert models get {asr}'
            )
        return f"{KNOWN_MODELS[asr].recogniser}:{place}"
    name, colon, _ = asr.partition(":")
    # A kind that reads folders needs a model: the embedded one, where none is named.
    embedded = DEFAULT_SPEECH if KINDS[f"recogniser:{name}"].accepts else ""
    return asr if colon else f"{name}:{embedded}"
