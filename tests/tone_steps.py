"""Sound that says which second it is: a staircase of tones, one a second; and its copies."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE

Samples = NDArray[np.float32]
RATE = 48_000
FIRST_HERTZ = 400
STEP_HERTZ = 60


def staircase(seconds: int) -> Samples:
    """Return a sound whose second `n` is a tone of `400 + 60 n` Hz."""
    t = np.arange(RATE * seconds) / RATE
    hertz = FIRST_HERTZ + STEP_HERTZ * np.floor(t)
    return (0.4 * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)).astype(np.float32)


def write_staircase(path: Path, seconds: int, codec: str) -> Path:
    """Encode a staircase in the container that the name says."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(staircase(seconds)[None], "fltp", "mono")
        frame.sample_rate = RATE
        size = stream.codec_context.frame_size
        to_codec = av.AudioResampler(stream.format.name, "mono", RATE, frame_size=size)
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
    return path


def step(samples: Samples) -> float | None:
    """Return which second of the staircase this is, None for silence (16 kHz)."""
    if np.sqrt(np.mean(np.square(samples))) < 1e-3:
        return None
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return round(
        (float(np.argmax(spectrum)) * SAMPLE_RATE / len(samples) - FIRST_HERTZ) / STEP_HERTZ
    )


def remux(
    source: Path,
    target: Path,
    *,
    shift: float = 0.0,
    without: tuple[float, float] = (0.0, 0.0),
) -> Path:
    """Copy packets with other times, leaving some out."""
    with av.open(str(source)) as read, av.open(str(target), "w") as write:
        stream = read.streams.audio[0]
        copy = write.add_stream_from_template(stream)
        for packet in read.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            time = float(packet.pts * packet.time_base)
            if without[0] <= time < without[1]:
                continue
            moved = round(shift / packet.time_base)
            packet.pts, packet.dts = packet.pts + moved, packet.dts + moved
            packet.stream = copy
            write.mux(packet)
    return target
