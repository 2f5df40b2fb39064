"""What is heard in a recording: audio tokens for every window and, where wanted, its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import Guide
from hilbert.stage_times import StageTimes
from indexer.base.read_ahead import read_ahead
from indexer.base.types import HeardWord
from indexer.ingest.window_batches import BATCH_WINDOWS, Request, hear_windows, in_batches
from indexer.media.decode import Recording
from indexer.media.vad import Span, Window, span_windows, speech_windows

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder, WindowTranscript

# Shorter than this, whatever a recogniser says is a guess.
MIN_SPEECH_SECONDS = 0.5

_ENGLISH = Guide()

OnSeconds = Callable[[float], None]


@dataclass(frozen=True)
class AudioAnalysis:
    """What was heard in one recording.

    Attributes:
        seconds: length of the recording as decoded.
        tokens: `[n, width]` float16 audio tokens at the encoder's fixed rate.
        token_times: `[n]` float32, the middle of each token in seconds of the recording.
        windows: what the encoder heard, in seconds.
        words: recognised words, of all windows or of those with `moments`; None where no
            recogniser was given.
        speech: whether any speech was found (True where a timed transcript told where).
        damage: what is wrong with the file, in words, or None.
        notes: what was guessed or filled in, in words.
        tags: the container's tags.
        announced: length by the header, in seconds, where that names one.
        language: spoken in most of it.
        languages: stretches with their languages, in order, where these were found out.
        language_probability: of the languages in which the words were recognised, the mean over
            the words of which it is known; None where there are none.
    """

    seconds: float
    tokens: NDArray[np.float16]
    token_times: NDArray[np.float32]
    windows: tuple[Span, ...]
    words: tuple[HeardWord, ...] | None
    speech: bool
    damage: str | None
    notes: tuple[str, ...]
    tags: dict[str, str]
    announced: float | None = None
    language: str = "en"
    languages: tuple[tuple[Span, str], ...] = ()
    language_probability: float | None = None

    @property
    def whole_seconds(self) -> float:
        """Length of the whole recording, of which a damaged file may have lost a part."""
        return max(self.seconds, self.announced or 0.0) if self.damage else self.seconds

    def words_by_window(self) -> list[list[HeardWord]]:
        """Return the recognised words of each window that has any."""
        starts = np.array([start for start, _ in self.windows])
        middles = [(word.start + word.end) / 2 for word in self.words or ()]
        numbers = np.searchsorted(starts, middles, side="right")
        found: dict[int, list[HeardWord]] = {}
        for number, word in zip(numbers.tolist(), self.words or (), strict=True):
            found.setdefault(number, []).append(word)
        return list(found.values())


@dataclass
class Hearing:
    """A recording to be heard, by whom and where, and what was heard of it so far.

    Attributes:
        recording: The recording, just opened.
        encoder: Gives the audio tokens.
        recogniser: Gives the words, None for tokens only. Where it is the encoder itself, one
            encoder pass serves both.
        guide: What is known of it, for the recogniser: the spoken language, or that it is to be
            found out, and names that may come up.
        spans: Timed cues that say where speech is; None to let the detector find it.
        moments: Seconds; words are recognised only in the windows that hold one of them, where
            there are several only the first words of each. None for words everywhere.
        times: Counts the time of decoding and of the detector.
    """

    recording: Recording
    encoder: SpeechEncoder
    recogniser: Recogniser | None = None
    guide: Guide = _ENGLISH
    spans: Sequence[Span] | None = None
    moments: Sequence[float] | None = None
    times: StageTimes = field(default_factory=StageTimes)

    _windows: list[Span] = field(default_factory=list, init=False)
    _tokens: list[NDArray[np.float16]] = field(default_factory=list, init=False)
    _token_times: list[NDArray[np.float64]] = field(default_factory=list, init=False)
    _words: list[HeardWord] = field(default_factory=list, init=False)
    _is_speech: bool = field(default=False, init=False)
    _languages: list[tuple[Span, str]] = field(default_factory=list, init=False)
    _sure: list[float] = field(default_factory=list, init=False)

    def windows(self) -> Iterator[Window]:
        """Decode the recording to its end, and yield its windows.

        Raises:
            AudioError: It cannot be decoded.
        """
        blocks = self.times.over("decoding", self.recording.blocks())
        spans = self.spans
        found = speech_windows(blocks) if spans is None else span_windows(blocks, spans)
        yield from self.times.over("speech detection", found)
        for _ in blocks:  # to the end: only then its length and its damage are known
            pass

    def request(self, window: Window) -> Request:
        """Return what is to be found out about a window."""
        # Music, noise or a very short clip: searchable by its sound, without invented words.
        wanted = window.is_speech and (
            self.moments is None or any(window.start <= m < window.end for m in self.moments)
        )
        return Request(
            window.samples,
            self.encoder,
            self.recogniser if wanted else None,
            self.guide,
            only_beginning=self.moments is not None and len(self.moments) > 1,
            exact_tokens=self.moments is not None,
        )

    def add(
        self, window: Window, tokens: NDArray[np.float32], transcript: WindowTranscript | None
    ) -> None:
        """Note what was heard in the next window."""
        if window.is_speech and not self._is_speech:  # the sound before it is not needed
            self._is_speech = True
            self._windows, self._tokens, self._token_times = [], [], []
        self._windows.append((window.start, window.end))
        self._tokens.append(tokens.astype(np.float16))
        middles = (np.arange(len(tokens)) + 0.5) / self.encoder.tokens_per_second
        # The last token may stand for less than its share: its middle stays in the window.
        last = max(0.0, window.end - window.start - 0.01)
        self._token_times.append(window.start + np.minimum(middles, last))
        if transcript:
            self._note_languages(window, transcript)
            self._words.extend(
                HeardWord(
                    w.text,
                    window.start + w.start,
                    min(window.start + w.end, window.end),
                    transcript.avg_logprob,
                    transcript.no_speech_prob,
                    w.probability,
                )
                for w in transcript.words
            )

    def _note_languages(self, window: Window, transcript: WindowTranscript) -> None:
        """Note the stretches of a window in which words are, by their language."""
        if transcript.language_probability is not None:
            self._sure += [transcript.language_probability] * len(transcript.words)
        for word in transcript.words:
            language = word.language or transcript.language or self.guide.language
            start, end = window.start + word.start, window.start + word.end
            if self._languages and self._languages[-1][1] == language:
                start = self._languages.pop()[0][0]
            self._languages.append(((start, end), language))

    def _language(self) -> str:
        """Return the language of most of the words, by their time."""
        seconds: dict[str, float] = {}
        for (start, end), language in self._languages:
            seconds[language] = seconds.get(language, 0.0) + end - start
        return max(seconds, key=lambda each: seconds[each], default=self.guide.language)

    def result(self) -> AudioAnalysis:
        """Return what was heard, once all windows were."""
        recording = self.recording
        words = self._words if recording.seconds >= MIN_SPEECH_SECONDS else []
        return AudioAnalysis(
            seconds=recording.seconds,
            tokens=_joined(self._tokens, self.encoder.width),
            token_times=np.concatenate(self._token_times or [np.zeros(0)]).astype(np.float32),
            windows=tuple(self._windows),
            words=tuple(words) if self.recogniser is not None else None,
            speech=self._is_speech,
            damage=recording.damage,
            notes=tuple(recording.notes),
            tags=recording.tags,
            announced=recording.facts.announced,
            language=self._language() if self.guide.detect else self.guide.language,
            languages=tuple(self._languages) if self.guide.detect else (),
            language_probability=float(np.mean(self._sure)) if self._sure else None,
        )


def transcribe(
    recording: Recording,
    encoder: SpeechEncoder,
    *,
    recogniser: Recogniser | None = None,
    guide: Guide = _ENGLISH,
    spans: Sequence[Span] | None = None,
    moments: Sequence[float] | None = None,
    on_seconds: OnSeconds | None = None,
) -> AudioAnalysis:
    """Decode a recording as a stream and encode it window by window.

    Args:
        recording: See `Hearing`, as all but the last.
        encoder: See there.
        recogniser: See there.
        guide: See there.
        spans: See there.
        moments: See there.
        on_seconds: Called with the seconds of the recording that are done.

    Raises:
        AudioError: The recording cannot be decoded.
    """
    hearing = Hearing(recording, encoder, recogniser, guide, spans, moments)
    return hear(hearing, on_seconds)


def hear(hearing: Hearing, on_seconds: OnSeconds | None = None) -> AudioAnalysis:
    """Hear one recording; see `transcribe`."""
    # Whatever is raised here, the thread has ended before the caller closes the recording: that
    # would raise an error in place of it while the thread decodes, also of a user's interrupt.
    with closing(read_ahead(hearing.windows(), 2 * BATCH_WINDOWS, "decode")) as ahead:
        for batch in in_batches(ahead, lambda window: True):
            heard = hear_windows([hearing.request(window) for window in batch])
            for window, (tokens, transcript) in zip(batch, heard, strict=True):
                hearing.add(window, tokens, transcript)
            if on_seconds:
                on_seconds(batch[-1].end)
    return hearing.result()


def _joined(parts: list[NDArray[np.float16]], width: int) -> NDArray[np.float16]:
    return np.concatenate(parts) if parts else np.zeros((0, width), np.float16)
