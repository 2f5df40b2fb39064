"""The plain records that several rooms share: cues, recognised words, segments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

# Where a document's words came from: stored in the catalog and shown to users.
TIMED: Final = "timed"  # a transcript with times
UNTIMED: Final = "untimed"  # a transcript without times, alone
ALIGNED: Final = "aligned"  # a transcript without times, matched to its recording
RECOGNISED: Final = "asr"
NO_SPEECH: Final = "none"  # there are no words
NOT_TRANSCRIBED: Final = "unheard"  # no recogniser was asked for words


@dataclass(frozen=True)
class Cue:
    """One piece of a transcript.

    Attributes:
        text: the words, with single spaces, without mark-up.
        start: seconds from the start of the recording; None where the transcript has no times.
        end: seconds, never before `start`; None together with `start`.
        speaker: who says it, as the transcript spells the name.
        avg_logprob: mean log-probability of the tokens, where a recogniser gave one.
        no_speech_prob: probability that nobody speaks, where a recogniser gave one.
    """

    text: str
    start: float | None
    end: float | None
    speaker: str | None = None
    avg_logprob: float | None = None
    no_speech_prob: float | None = None


@dataclass(frozen=True)
class Sound:
    """Something heard that is no speech, as a transcript notes it: `[Music]`, `(applause)`.

    Attributes:
        label: what is heard, in lower case, without brackets.
        start: seconds from the start of the recording; None where the transcript has no times.
        end: seconds, never before `start`; None together with `start`.
        cue: number of the cue within which, or before which, it stands.
    """

    label: str
    start: float | None
    end: float | None
    cue: int


@dataclass(frozen=True)
class Chapter:
    """A titled part of a recording, as its makers divided it.

    Attributes:
        title: Its title; may be empty.
        start: Seconds from the start of the recording.
        end: Seconds; None where only the next chapter ends it.
    """

    title: str
    start: float
    end: float | None = None


@dataclass(frozen=True)
class HeardWord:
    """A recognised word.

    Attributes:
        text: The word with its punctuation.
        start: Seconds from the start of the recording.
        end: Likewise.
        avg_logprob: Of the window it is in.
        no_speech_prob: Likewise.
        confidence: How probable the recogniser holds it, 0 to 1; None where it does not say.
    """

    text: str
    start: float
    end: float
    avg_logprob: float
    no_speech_prob: float
    confidence: float | None = None


DOUBTFUL_CONFIDENCE: Final = 0.4
"""Of clear speech a third of the words below it are wrong, of all two in a hundred."""


@dataclass(frozen=True)
class WordTime:
    """When a recognised word of a cue is said, and how sure the recogniser is of it.

    Attributes:
        start: Seconds from the start of the recording.
        end: Likewise.
        confidence: 0 to 1; None where the recogniser does not say.
    """

    start: float
    end: float
    confidence: float | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the recogniser doubts it."""
        return self.confidence is not None and self.confidence < DOUBTFUL_CONFIDENCE


@dataclass(frozen=True)
class SegmentSettings:
    """How cues are joined; part of a library's fingerprint. All in seconds."""

    min_seconds: float = 15.0
    max_seconds: float = 30.0

    def to_dict(self) -> dict[str, float]:
        """For the fingerprint and for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Segment:
    """Consecutive cues `first_cue:last_cue`; `start` and `end` in seconds.

    A text that nothing times has estimated seconds and `timed` False.
    """

    start: float
    end: float
    text: str
    first_cue: int
    last_cue: int
    timed: bool = True
