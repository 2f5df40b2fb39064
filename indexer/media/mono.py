"""Sound of any number of channels as mono, so that no channel's speech is lost.

FFmpeg's own mix leaves out the low-frequency channel of a layout that may only be guessed, refuses
layouts without a name, and makes silence of channels that are opposite in phase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.media.frames import TimedFrame

if TYPE_CHECKING:
    import av

# Channels are compared over so long a stretch, on one of so many frames.
_GROUP_SECONDS = 1.0
_COMPARED_FRAMES = 8
# Mean square of a channel with something in it: -60 dB of full scale.
_SILENT = 1e-6
# The mix of channels of which one alone has sound has 1/n² of its power; a mix with less than this
# share of that has lost sound. For stereo that is 5 % of the louder channel's power.
_CANCELLED = 0.2
# Correlation of two channels below which a voice may be opposite in phase under other sound. Then
# the louder channel holds both, and the other is added weakly for what it alone has.
_OPPOSED = -0.3
_LEAK = np.float32(-0.2)
_SILENCE_BLOCK_SECONDS = 10.0
_PACKED_FLOATS = {"flt": np.float32, "dbl": np.float64}
_LOUD = 0.9995  # of the samples of a second


def to_mono(frames: Iterable[TimedFrame]) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Mix frames to mono; the silence before a frame becomes zeros.

    Yields:
        Samples `[n]`, -1 to 1, and their sampling rate.
    """
    import av

    kind, resampler = None, None
    for silence, frame in mixable(frames):
        if silence:
            yield from _zeros(silence, frame.sample_rate)
        if resampler is None or kind_of(frame) != kind:
            kind = kind_of(frame)
            # 16 bit, because only then FFmpeg's mix to mono cannot exceed full scale.
            resampler = av.AudioResampler("s16", "mono", frame.sample_rate)
        for mono in resampler.resample(frame):
            samples = mono.to_ndarray().reshape(-1).astype(np.float32) / np.float32(32768)
            yield samples, mono.sample_rate


def kind_of(frame: av.AudioFrame) -> tuple[str, str, int]:
    """Return what a resampler is made for: spliced-in advertisements change it on the way."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def mixable(frames: Iterable[TimedFrame]) -> Iterator[TimedFrame]:
    """Pass on frames that FFmpeg mixes to mono rightly; the others are mixed here."""
    mixer: _Mixer | None = None
    scale = _FullScale()
    for group in _groups(frames):
        scale.apply([frame for _, frame in group])
        channels = group[0][1].layout.nb_channels
        if channels == 1:
            yield from group
            continue
        if mixer is None or mixer.channels != channels:
            mixer = _Mixer(channels)
        mixer.compare([frame for _, frame in group[::_COMPARED_FRAMES]])
        for silence, frame in group:
            yield silence, frame if mixer.is_plain_stereo else mixer.mix(frame)


def _groups(frames: Iterable[TimedFrame]) -> Iterator[list[TimedFrame]]:
    """Consecutive frames of one kind, about `_GROUP_SECONDS` together."""
    group: list[TimedFrame] = []
    seconds, kind = 0.0, None
    for silence, frame in frames:
        frame_kind = kind_of(frame)
        if group and (seconds >= _GROUP_SECONDS or frame_kind != kind):
            yield group
            group, seconds = [], 0.0
        kind = frame_kind
        group.append((silence, frame))
        seconds += frame.samples / frame.sample_rate
    if group:
        yield group


class _FullScale:
    """Brings samples that floating-point files have above full scale below it.

    Recorders of 32-bit floats write them so, and programs the numbers of 16-bit samples; nothing is
    lost in either until it is clipped. The loudest so far counts, so what comes is not louder.
    """

    def __init__(self) -> None:
        self._level = 1.0

    def apply(self, frames: list[Any]) -> None:
        """Scale frames in place; only PCM has packed floats, all else is within full scale."""
        if frames[0].format.name not in _PACKED_FLOATS:
            return
        samples = [np.frombuffer(f.planes[0], _PACKED_FLOATS[f.format.name]) for f in frames]
        sizes = [frame.samples * frame.layout.nb_channels for frame in frames]
        loud = np.abs(np.concatenate([s[:n] for s, n in zip(samples, sizes, strict=True)]))
        loud = loud[np.isfinite(loud)]
        if len(loud) and float(loud.max()) > 1.0:
            # A few numbers of damage are not what is loud.
            self._level = max(self._level, float(np.quantile(loud, _LOUD)))
        if self._level > 1.0:
            for each in samples:
                each /= self._level


class _Mixer:
    """The mean of all channels that have sound, with signs that keep every voice audible."""

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self._weights = np.ones(channels, np.float32)
        self._audible = np.zeros(channels, bool)

    @property
    def is_plain_stereo(self) -> bool:
        """Whether the mix is what FFmpeg makes of stereo: half of the sum."""
        return self.channels == 2 and bool((self._weights == 1).all())

    def compare(self, frames: list[Any]) -> None:
        """Look for channels that cancel each other; signs stay until the mix cancels again."""
        samples = np.concatenate([channel_samples(frame) for frame in frames], axis=1)
        power = np.mean(np.square(samples), axis=1)
        self._audible |= power > _SILENT
        loudest = int(np.argmax(power))
        if power[loudest] <= _SILENT:
            return
        mixed = np.mean(np.square(self._weights @ samples / self.channels))
        if mixed * self.channels**2 < _CANCELLED * power[loudest]:
            self._weights = np.where(samples @ samples[loudest] < 0, -1, 1).astype(np.float32)
        elif self.channels == 2 and power.min() > _SILENT:
            self._lean(float(np.corrcoef(samples)[0, 1]), loudest)

    def _lean(self, correlation: float, loudest: int) -> None:
        """Take rather one of two channels as long as they are opposed but do not cancel."""
        if self.is_plain_stereo and correlation < _OPPOSED:
            self._weights[1 - loudest] = _LEAK
        elif correlation > 0 and bool((self._weights == _LEAK).any()):
            self._weights = np.ones(2, np.float32)

    def mix(self, frame: av.AudioFrame) -> av.AudioFrame:
        """Return a frame as mono."""
        import av

        weights: NDArray[Any] = self._weights
        if self.channels > 2 and self._audible.any():
            weights = weights * self._audible
        weights = weights / np.abs(weights).sum()
        samples = np.clip(weights @ channel_samples(frame), -1, 1).astype(np.float32)
        mono = av.AudioFrame.from_ndarray(samples[None], "fltp", "mono")
        mono.sample_rate = frame.sample_rate
        return mono


def channel_samples(frame: av.AudioFrame) -> NDArray[np.float32]:
    """Return the samples of a frame, `[channels, n]`, -1 to 1."""
    raw: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, frame.layout.nb_channels).T
    if raw.dtype == np.uint8:
        return (raw.astype(np.float32) - np.float32(128)) / np.float32(128)
    scale = 1.0 if raw.dtype.kind == "f" else float(2 ** (8 * raw.dtype.itemsize - 1))
    return raw.astype(np.float32) / np.float32(scale)


def _zeros(seconds: float, rate: int) -> Iterator[tuple[NDArray[np.float32], int]]:
    left = round(seconds * rate)
    while left > 0:
        size = min(left, round(_SILENCE_BLOCK_SECONDS * rate))
        yield np.zeros(size, np.float32), rate
        left -= size
