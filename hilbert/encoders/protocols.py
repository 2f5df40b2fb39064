"""Protocols of encoders and recognisers, behind which every model sits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

TextKind = Literal["document", "query"]

SAMPLE_RATE = 16_000
"""Sampling rate of all audio, in hertz: what speech encoders were trained with."""


class SpeechEncoder(Protocol):
    """A frozen speech encoder: the same window gives the same tokens in any batch.

    Attributes:
        name: Short name of the model, for people.
        fingerprint: sha256 (hex) of its weights and of all settings that change its tokens.
        width: Length of a token.
        tokens_per_second: Rate of the tokens.
    """

    name: str
    fingerprint: str
    width: int
    tokens_per_second: float

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Encode each window to audio tokens.

        Args:
            windows: 16 kHz mono float32, each at most 30 s long.

        Returns:
            One float32 array `[ceil(seconds * tokens_per_second), width]` a window.
        """
        ...


class TextEncoder(Protocol):
    """A frozen text encoder: the same text gives the same vector in any batch.

    Attributes:
        name: Short name of the model, for people.
        fingerprint: sha256 (hex) of its weights and of all settings that change its vectors.
        width: Length of a vector.
    """

    name: str
    fingerprint: str
    width: int

    def encode(self, texts: Sequence[str], kind: TextKind = "document") -> NDArray[np.float32]:
        """Encode texts to unit vectors.

        Args:
            texts: What to encode; text past the model's limit is cut.
            kind: Some models encode a query differently from what it is to find.

        Returns:
            `[n, width]` float32, each row of length 1; `[0, width]` for no texts.
        """
        ...


@runtime_checkable
class OptimisableEncoder(Protocol):
    """A text encoder that can make itself quicker for the queries that follow."""

    def optimise(self) -> None:
        """Do so now: all that is encoded from here on has the same vectors to the bit."""
        ...


def space_of(encoder: TextEncoder) -> str:
    """Return the fingerprint of the encoder in whose space the vectors lie, mostly its own.

    What was trained for that one, as a fusion model, holds for both.
    """
    space: str = getattr(encoder, "space", encoder.fingerprint)
    return space


@dataclass(frozen=True)
class Word:
    """A spoken word.

    Attributes:
        text: The word with its punctuation.
        start: Seconds from the start of its window.
        end: Likewise.
        probability: Mean probability of its tokens, 0 to 1; None where the recogniser gives none.
        language: ISO 639-1 code, where it is not that of its window.
    """

    text: str
    start: float
    end: float
    probability: float | None = None
    language: str | None = None


@dataclass(frozen=True)
class WindowTranscript:
    """Audio tokens and transcript of one window.

    Attributes:
        tokens: `[ceil(seconds * tokens_per_second), width]` float32 audio features.
        words: The transcript with word times; empty where nothing credible was said.
        avg_logprob: Mean log-probability of the decoded text tokens.
        no_speech_prob: Whisper's probability that the window holds no speech.
        language: ISO 639-1 code of the language that most of it was recognised in; None where
            that was not found out.
        language_probability: Of that language, where it was found out.
    """

    tokens: NDArray[np.float32]
    words: tuple[Word, ...]
    avg_logprob: float
    no_speech_prob: float
    language: str | None = None
    language_probability: float | None = None


@dataclass(frozen=True)
class Guide:
    """What is known of a window before it is heard.

    Attributes:
        language: ISO 639-1 code of the spoken language, for certain or, with `detect`, where the
            sound leaves doubt.
        detect: Whether the language is to be found out.
        names: Names and words that may come up, the likeliest first.
        recording: Tells the windows of one recording from those of others: where the language of
            a window is in doubt, the others of its recording say.
    """

    language: str = "en"
    detect: bool = False
    names: tuple[str, ...] = ()
    recording: str = ""


class Recogniser(Protocol):
    """A recogniser of words; one that is also the speech encoder gives the tokens in the same pass.

    Attributes:
        name: Short name of the model, for people.
        fingerprint: sha256 (hex) of its weights and of all settings that change its words.
        multilingual: Whether it knows other languages than English.
    """

    name: str
    fingerprint: str
    multilingual: bool

    def transcribe(
        self, windows: Sequence[NDArray[np.float32]], language: str = "en"
    ) -> list[WindowTranscript]:
        """Recognise the words of each window.

        Args:
            windows: 16 kHz mono float32, each at most 30 s long.
            language: ISO 639-1 code of the spoken language.

        Returns:
            One transcript a window, with word times in seconds from its start.
        """
        ...


@runtime_checkable
class BeginningsRecogniser(Protocol):
    """A recogniser that can stop after the first words of a window, for a fraction of the work."""

    def transcribe_beginnings(
        self, windows: Sequence[NDArray[np.float32]], language: str = "en"
    ) -> list[WindowTranscript]:
        """Recognise the first words of each window, about a dozen seconds of speech.

        Args:
            windows: 16 kHz mono float32, each at most 30 s long.
            language: ISO 639-1 code of the spoken language.

        Returns:
            One transcript a window; its tokens are those of the whole window.
        """
        ...


@runtime_checkable
class GuidedRecogniser(Protocol):
    """A recogniser that finds out the language of a window, and spells names as it is told."""

    def transcribe_guided(
        self, windows: Sequence[NDArray[np.float32]], guides: Sequence[Guide]
    ) -> list[WindowTranscript]:
        """Recognise the words of each window.

        Args:
            windows: 16 kHz mono float32, each at most 30 s long.
            guides: What is known of each.

        Returns:
            One transcript a window.
        """
        ...
