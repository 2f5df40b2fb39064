"""One pass over a recording: audio tokens for every window and, where wanted, its words."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE, BeginningsRecogniser
from indexer.base.types import HeardWord
from indexer.media.decode import Recording
from indexer.media.vad import Span, Window, span_windows, speech_windows

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder, WindowTranscript

BATCH_WINDOWS = 16
# Shorter than this, whatever a recogniser says is a guess.
MIN_SPEECH_SECONDS = 0.5

# Of a window, for a recogniser that cannot stop after the first words.
_BEGINNING_SAMPLES = 12 * SAMPLE_RATE

OnSeconds = Callable[[float], None]
T = TypeVar("T")


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


def transcribe(
    recording: Recording,
    encoder: SpeechEncoder,
    *,
    recogniser: Recogniser | None = None,
    language: str = "en",
    spans: Sequence[Span] | None = None,
    moments: Sequence[float] | None = None,
    on_seconds: OnSeconds | None = None,
) -> AudioAnalysis:
    """Decode a recording as a stream and encode it window by window.

    Args:
        recording: the recording, just opened.
        encoder: gives the audio tokens.
        recogniser: gives the words, None for tokens only. Where it is the encoder itself, one
            encoder pass serves both.
        language: spoken language, for the recogniser.
        spans: timed cues that tell where speech is; None to let the detector find it.
        moments: seconds; words are recognised only in the windows that hold one of them, where
            there are several only the first words of each. None for words everywhere.
        on_seconds: called with the seconds of the recording that are done.

    Raises:
        AudioError: the recording cannot be decoded.
    """
    pass_ = _Pass(encoder, recogniser, language, moments, on_seconds)
    blocks = recording.blocks()
    pass_.run(speech_windows(blocks) if spans is None else span_windows(blocks, spans))
    for _ in blocks:  # to the end: only then its length and its damage are known
        pass
    if recording.seconds < MIN_SPEECH_SECONDS:
        pass_.words.clear()
    return AudioAnalysis(
        seconds=recording.seconds,
        tokens=_joined(pass_.tokens, encoder.width),
        token_times=np.concatenate(pass_.times or [np.zeros(0)]).astype(np.float32),
        windows=tuple(pass_.windows),
        words=tuple(pass_.words) if recogniser is not None else None,
        speech=pass_.is_speech,
        damage=recording.damage,
        notes=tuple(recording.notes),
        tags=recording.tags,
        announced=recording.facts.announced,
    )


class _Pass:
    """Collects what the encoder and the recogniser say of a stream of windows."""

    def __init__(
        self,
        encoder: SpeechEncoder,
        recogniser: Recogniser | None,
        language: str,
        moments: Sequence[float] | None,
        on_seconds: OnSeconds | None,
    ) -> None:
        self.encoder = encoder
        self.recogniser = recogniser
        self.language = language
        self.moments = moments
        self.on_seconds = on_seconds
        self.windows: list[Span] = []
        self.tokens: list[NDArray[np.float16]] = []
        self.times: list[NDArray[np.float64]] = []
        self.words: list[HeardWord] = []
        self.is_speech = False

    def run(self, windows: Iterator[Window]) -> None:
        # Whatever is raised here, the thread has ended before the caller closes the recording: that
        # would raise an error in place of it while the thread decodes, also of a user's interrupt.
        with closing(_read_ahead(windows, 2 * BATCH_WINDOWS)) as ahead:
            for is_speech, group in groupby(ahead, lambda window: window.is_speech):
                if is_speech and not self.is_speech:  # the sound before it is not needed
                    self.is_speech = True
                    self.windows, self.tokens, self.times = [], [], []
                while batch := list(islice(group, BATCH_WINDOWS)):
                    self._hear(batch)
                    if self.on_seconds:
                        self.on_seconds(batch[-1].end)

    def _hear(self, batch: list[Window]) -> None:
        transcripts = self._transcribe(batch)
        for window, tokens in zip(batch, self._encode(batch, transcripts), strict=True):
            self.windows.append((window.start, window.end))
            self.tokens.append(tokens.astype(np.float16))
            middles = (np.arange(len(tokens)) + 0.5) / self.encoder.tokens_per_second
            # The last token may stand for less than its share: its middle stays in the window.
            last = max(0.0, window.end - window.start - 0.01)
            self.times.append(window.start + np.minimum(middles, last))
        for i, heard in sorted(transcripts.items()):
            window = batch[i]
            self.words.extend(
                HeardWord(
                    w.text,
                    window.start + w.start,
                    min(window.start + w.end, window.end),
                    heard.avg_logprob,
                    heard.no_speech_prob,
                )
                for w in heard.words
            )

    def _transcribe(self, batch: list[Window]) -> dict[int, WindowTranscript]:
        """Return transcripts of the windows of a batch that are to have one, by their number."""
        # Music, noise or a very short clip: searchable by its sound, without invented words.
        if self.recogniser is None or not self.is_speech:
            return {}
        chosen = [i for i, window in enumerate(batch) if self._wants_words(window)]
        if not chosen:
            return {}
        heard = self._words_of([batch[i].samples for i in chosen])
        return dict(zip(chosen, heard, strict=True))

    def _words_of(self, windows: list[NDArray[np.float32]]) -> list[WindowTranscript]:
        assert self.recogniser is not None
        if self.moments is None or len(self.moments) == 1:
            return self.recogniser.transcribe(windows, self.language)
        if isinstance(self.recogniser, BeginningsRecogniser):
            return self.recogniser.transcribe_beginnings(windows, self.language)
        beginnings = [window[:_BEGINNING_SAMPLES] for window in windows]
        return self.recogniser.transcribe(beginnings, self.language)

    def _wants_words(self, window: Window) -> bool:
        return self.moments is None or any(window.start <= m < window.end for m in self.moments)

    def _encode(
        self, batch: list[Window], transcripts: Mapping[int, WindowTranscript]
    ) -> list[NDArray[np.float32]]:
        """Return the tokens of a batch; those that came with a transcript are not made again."""
        encoder: object = self.encoder  # of another protocol, and maybe the same object
        made = {}
        if self.recogniser is encoder and (
            self.moments is None or isinstance(encoder, BeginningsRecogniser)
        ):
            made = {i: t.tokens for i, t in transcripts.items()}
        rest = [i for i in range(len(batch)) if i not in made]
        if rest:
            encoded = self.encoder.encode([batch[i].samples for i in rest])
            made |= dict(zip(rest, encoded, strict=True))
        return [made[i] for i in range(len(batch))]


def _joined(parts: list[NDArray[np.float16]], width: int) -> NDArray[np.float16]:
    return np.concatenate(parts) if parts else np.zeros((0, width), np.float16)


def _read_ahead(items: Iterator[T], size: int) -> Generator[T, None, None]:
    """Run `items` in a thread, so that decoding goes on while the encoder computes.

    The thread has ended once the generator is closed.
    """
    ahead: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(size)
    stop = threading.Event()

    def put(entry: tuple[T | None, BaseException | None]) -> bool:
        while not stop.is_set():
            try:
                ahead.put(entry, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((None, None))
        except BaseException as error:  # handed to the reader, which raises it
            put((None, error))

    worker = threading.Thread(target=work, name="decode", daemon=True)
    try:
        worker.start()  # an interrupt may come while it waits for the thread to begin
        while True:
            item, error = ahead.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        stop.set()
        if worker.is_alive():
            worker.join()
