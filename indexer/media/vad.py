"""Which stretches of a recording the speech encoder hears: windows of at most 30 seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE

MAX_SECONDS = 30.0
# A window may end this much earlier than it must, where the speaker pauses longest: a cut
# between sentences costs the recogniser less than one within.
_EARLY_SECONDS = 5.0
# Speech longer than this without a pause is cut; room for the padding of a region on each side.
_MAX_SPEECH_SECONDS = 29.0
_SHORT_PAUSE_SECONDS = 1.0
_VAD_SECONDS = 120.0
# Below this level (of full scale) there is nothing to hear: digital silence with dither.
_SILENCE_RMS = 1e-3
# Levels of the loudest samples, of full scale: what speech has usually, what is amplified, and
# what digital silence has with its dither.
_USUAL, _QUIET, _DITHER = 0.25, 0.02, 2e-4
_LOUD = 0.999  # of the samples
_WINDOW_SAMPLES = round(MAX_SECONDS * SAMPLE_RATE)
# Windows of sound that wait in memory for speech to begin (38 MB); more are encoded, perhaps in
# vain.
_MAX_WAITING = 20

Span = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """A stretch of a recording.

    Attributes:
        start: Seconds from the start of the recording.
        samples: 16 kHz mono float32, at most 30 s.
        is_speech: False for sound in which there is no speech as far as is known.
    """

    start: float
    samples: NDArray[np.float32]
    is_speech: bool = True

    @property
    def end(self) -> float:
        """Seconds from the start of the recording."""
        return self.start + len(self.samples) / SAMPLE_RATE


class _Tape:
    """The part of a stream that is still needed, addressed in seconds of the whole."""

    def __init__(self, blocks: Iterable[NDArray[np.float32]]) -> None:
        self._blocks = iter(blocks)
        self._parts: list[NDArray[np.float32]] = []
        self._first = 0  # sample number of the first kept sample
        self._size = 0
        self.ended = False

    @property
    def end(self) -> float:
        return (self._first + self._size) / SAMPLE_RATE

    def read_until(self, seconds: float) -> None:
        while self.end < seconds and not self.ended:
            block = next(self._blocks, None)
            if block is None:
                self.ended = True
            else:
                self._parts.append(block)
                self._size += len(block)

    def skip_to(self, seconds: float) -> None:
        """Forget what lies before, without ever holding the whole of it."""
        self.forget_before(seconds)
        while self.end < seconds and not self.ended:
            self.read_until(self.end + 1.0)
            self.forget_before(seconds)

    def cut(self, start: float, end: float) -> NDArray[np.float32]:
        whole = self._join()
        low = max(0, round(start * SAMPLE_RATE) - self._first)
        return whole[low : max(low, round(end * SAMPLE_RATE) - self._first)]

    def forget_before(self, seconds: float) -> None:
        drop = min(round(seconds * SAMPLE_RATE) - self._first, self._size)
        if drop > 0:
            # A copy, or the view would keep the whole of the old array alive.
            self._parts = [self._join()[drop:].copy()]
            self._first += drop
            self._size -= drop

    def _join(self) -> NDArray[np.float32]:
        if len(self._parts) != 1:
            self._parts = [np.concatenate(self._parts or [np.zeros(0, np.float32)])]
        return self._parts[0]


class _Sound:
    """What was read so far, in windows of 30 s, for the case that there is no speech in it."""

    def __init__(self) -> None:
        self._pending = np.zeros(0, np.float32)
        self._start = 0.0
        self._windows: list[Window] = []
        self.wanted = True

    def of(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        """Pass blocks on, and keep them as long as they are wanted."""
        for block in blocks:
            if self.wanted:
                self._pending = np.concatenate([self._pending, block])
                while len(self._pending) >= _WINDOW_SAMPLES:
                    self._cut()
            yield block

    def drop(self) -> None:
        """Keep nothing any more: there is speech."""
        self.wanted = False
        self._pending = self._pending[:0].copy()
        self._windows.clear()

    def surplus(self) -> Iterator[Window]:
        """Windows that are too many to wait in memory for speech to begin."""
        if len(self._windows) > _MAX_WAITING:
            yield from self._windows
            self._windows.clear()

    def rest(self) -> Iterator[Window]:
        """The windows that are left when everything was read."""
        if len(self._pending):
            self._cut()
        yield from self._windows

    def _cut(self) -> None:
        samples = self._pending[:_WINDOW_SAMPLES].copy()
        self._pending = self._pending[_WINDOW_SAMPLES:].copy()
        if float(np.sqrt(np.mean(np.square(samples)))) > _SILENCE_RMS:
            self._windows.append(Window(self._start, samples, is_speech=False))
        self._start += MAX_SECONDS


def speech_windows(blocks: Iterable[NDArray[np.float32]]) -> Iterator[Window]:
    """Windows that cover what Silero's detector takes for speech, cut at pauses.

    Where it finds none (music, noise), windows of 30 s over everything that is not silent. These
    may come before speech, too, where that begins late: they are void once a window of speech
    follows.
    """
    sound = _Sound()
    tape = _Tape(sound.of(blocks))
    yield from _speech_else_sound(tape, _speech(tape), sound)


def span_windows(blocks: Iterable[NDArray[np.float32]], spans: Sequence[Span]) -> Iterator[Window]:
    """Windows that cover `spans` (seconds, sorted by start), for instance timed cues.

    No words are recognised in them, so a window may end within one: spans that follow each other
    are cut into as few equal windows as there can be. Where nothing lies in the spans, windows
    of 30 s, as in `speech_windows`.
    """
    sound = _Sound()
    tape = _Tape(sound.of(blocks))
    yield from _speech_else_sound(tape, _split_long(_joined(spans)), sound)


def windows_of_spans(spans: Sequence[Span]) -> list[Span]:
    """Return start and end of the windows of `span_windows` in a recording that is long enough."""
    return list(plan(_split_long(_joined(spans))))


def _speech_else_sound(
    tape: _Tape, spans: Iterator[Span | None], sound: _Sound
) -> Iterator[Window]:
    first = None
    for first in spans:
        if first is not None:
            break
        yield from sound.surplus()
    if first is not None:
        while tape.end < first[0] and not tape.ended:
            tape.skip_to(min(first[0], tape.end + MAX_SECONDS))
            yield from sound.surplus()
        for window in _windows(tape, chain([first], spans)):
            sound.drop()
            yield window
    if sound.wanted:
        while not tape.ended:
            tape.skip_to(tape.end + MAX_SECONDS)
            yield from sound.surplus()
        yield from sound.rest()


def plan(spans: Iterable[Span | None]) -> Iterator[Span]:
    """Join spans of at most 30 s, sorted and apart, to as few windows as their pauses allow.

    None among the spans says that a long pause follows: the window ends there.
    """
    pending: list[Span] = []
    for span in spans:
        if span is None:
            if pending:
                yield pending[0][0], pending[-1][1]
            pending = []
            continue
        while pending and span[1] - pending[0][0] > MAX_SECONDS:
            cut = _best_cut([*pending, span])
            yield pending[0][0], pending[cut - 1][1]
            pending = pending[cut:]
        pending.append(span)
    if pending:
        yield pending[0][0], pending[-1][1]


def _best_cut(spans: list[Span]) -> int:
    """How many of the spans but the last to take: up to the longest pause among the late ones."""
    latest = spans[-2][1]
    candidates = [i for i in range(1, len(spans)) if latest - spans[i - 1][1] <= _EARLY_SECONDS]
    return max(candidates, key=lambda i: (spans[i][0] - spans[i - 1][1], i))


def _windows(tape: _Tape, spans: Iterator[Span | None]) -> Iterator[Window]:
    for start, end in plan(spans):
        tape.skip_to(start)
        tape.read_until(end)
        samples = tape.cut(start, end)
        if len(samples):
            yield Window(start, _at_usual_level(samples.copy()))


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans without overlap, those with hardly a pause between them made one."""
    current: Span | None = None
    for start, end in spans:
        if current and start - current[1] <= _SHORT_PAUSE_SECONDS:
            current = (current[0], max(current[1], end))
        else:
            if current:
                yield current
            current = (start, end)
    if current:
        yield current


def _split_long(spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        pieces = max(1, int(np.ceil((end - start) / MAX_SECONDS)))
        edges = np.linspace(start, end, pieces + 1)
        yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _at_usual_level(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples as loud as speech usually is, where they are very quiet.

    The detector takes speech that is 50 dB below full scale for silence, and features of the
    recogniser end at a floor.
    """
    level = float(np.quantile(np.abs(samples), _LOUD))
    return samples * np.float32(_USUAL / level) if _DITHER < level < _QUIET else samples


def _speech(tape: _Tape) -> Iterator[Span | None]:
    """Regions of speech as they become certain, each at most 30 s long."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        max_speech_duration_s=_MAX_SPEECH_SECONDS, min_silence_duration_ms=160, speech_pad_ms=120
    )
    start = 0.0
    while True:
        tape.read_until(start + _VAD_SECONDS)
        samples = tape.cut(start, tape.end)
        if len(samples):
            samples = _at_usual_level(samples)
            found = [
                (start + region["start"] / SAMPLE_RATE, start + region["end"] / SAMPLE_RATE)
                for region in get_speech_timestamps(samples, options)
            ]
        else:
            found = []
        if tape.ended:
            yield from _split_long(found)
            return
        # The last region may go on in what was not read yet: look at it again.
        start = tape.end - 1.0
        if found and found[-1][1] > start:
            start = found.pop()[0]
        elif not found:
            yield None
            tape.forget_before(start)  # hours of silence are not kept in memory
        yield from _split_long(found)
