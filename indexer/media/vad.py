"""Which stretches of a recording the speech encoder hears: windows of at most 30 seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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

Span = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """A stretch of a recording; `samples` are 16 kHz mono float32, at most 30 s."""

    start: float
    samples: NDArray[np.float32]

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


def speech_windows(blocks: Iterable[NDArray[np.float32]]) -> Iterator[Window]:
    """Windows that cover what Silero's detector takes for speech, cut at pauses."""
    tape = _Tape(blocks)
    yield from _windows(tape, _speech(tape))


def span_windows(blocks: Iterable[NDArray[np.float32]], spans: Sequence[Span]) -> Iterator[Window]:
    """Windows that cover `spans` (seconds, sorted by start), for instance timed cues.

    Nobody listens for words here, so a window may end within one: spans that follow each other
    are cut into as few equal windows as there can be.
    """
    tape = _Tape(blocks)
    yield from _windows(tape, iter(_split_long(_joined(spans))))


def sound_windows(blocks: Iterable[NDArray[np.float32]]) -> Iterator[Window]:
    """Windows of 30 s over everything that is not silent, for recordings without speech."""
    tape = _Tape(blocks)
    start = 0.0
    while True:
        tape.read_until(start + MAX_SECONDS)
        samples = tape.cut(start, start + MAX_SECONDS)
        if not len(samples):
            return
        if float(np.sqrt(np.mean(np.square(samples)))) > _SILENCE_RMS:
            yield Window(start, samples.copy())
        start += MAX_SECONDS
        tape.forget_before(start)


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
            yield Window(start, samples.copy())


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
