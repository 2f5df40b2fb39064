"""The outline of a recording: how loud each stretch of it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE, open_recording

POINTS = 600
"""Stretches of a whole recording."""
_FRAME = SAMPLE_RATE // 10


def waveform(
    recording: Path, language: str | None, progress: Callable[[float], None]
) -> NDArray[np.uint8]:
    """Measure the loudest tenth of a second of each stretch of a recording.

    Args:
        recording: Decoded in a guarded process; memory does not grow with its length, but for
            four bytes a tenth of a second.
        language: Of several sound tracks this language's is measured.
        progress: Called with the seconds that are done.

    Returns:
        `[POINTS]`, or fewer where there are fewer tenths of a second: root mean square as a share
        of the loudest, 0 to 255.

    Raises:
        AudioError: The recording cannot be decoded.
    """
    powers = [np.zeros(0, np.float32)]
    rest = np.zeros(0, np.float32)
    opened = open_recording(recording, language=language)
    for block in opened.blocks():
        samples = np.concatenate([rest, block])
        whole = len(samples) - len(samples) % _FRAME
        frames = samples[:whole].reshape(-1, _FRAME)
        powers.append(np.mean(np.square(frames), axis=1))
        rest = samples[whole:]
        progress(opened.seconds)
    power = np.concatenate(powers)
    if not len(power):
        return np.zeros(0, np.uint8)
    count = min(POINTS, len(power))
    starts = np.arange(count) * len(power) // count
    loudness = np.sqrt(np.maximum.reduceat(power, starts))
    return np.round(255 * loudness / max(float(loudness.max()), 1e-9)).astype(np.uint8)
