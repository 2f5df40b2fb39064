"""What a clip looks like: its waveform and its mel spectrogram, small enough to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE, open_recording

Floats = NDArray[np.float32]

# More of a clip is not drawn; it is heard all the same.
LONGEST_SECONDS = 120.0
_COLUMNS = 600
_BANDS = 64
_WINDOW = 1024
# Everything so far below the loudest is silence.
_RANGE_DB = 80.0


@dataclass(frozen=True)
class ClipPicture:
    """What is drawn.

    Attributes:
        times: `[n]`, seconds.
        low: `[n]`, the lowest sample of each stretch, -1 to 1.
        high: `[n]`, the highest.
        mel_times: `[m]`, seconds.
        mel_hertz: `[bands]`, middles of the mel bands.
        mel: `[bands, m]`, decibels below the loudest.
    """

    times: Floats
    low: Floats
    high: Floats
    mel_times: Floats
    mel_hertz: Floats
    mel: Floats


def picture_of(clip: Path) -> ClipPicture:
    """Draw a clip.

    Raises:
        AudioError: it cannot be decoded, or is empty.
    """
    samples = _samples(clip)
    hop = max(_WINDOW // 4, len(samples) // _COLUMNS)
    mel, hertz = _mel(samples, hop)
    columns = np.array_split(samples, min(_COLUMNS, len(samples)))
    seconds = len(samples) / SAMPLE_RATE
    return ClipPicture(
        times=np.linspace(0, seconds, len(columns), dtype=np.float32),
        low=np.array([part.min() for part in columns], np.float32),
        high=np.array([part.max() for part in columns], np.float32),
        mel_times=(np.arange(mel.shape[1]) * hop / SAMPLE_RATE).astype(np.float32),
        mel_hertz=hertz,
        mel=mel,
    )


def _samples(clip: Path) -> Floats:
    recording = open_recording(clip)
    parts: list[Floats] = []
    try:
        for block in recording.blocks():
            parts.append(block)
            if sum(map(len, parts)) > LONGEST_SECONDS * SAMPLE_RATE:
                break
    finally:
        recording.close()
    samples = np.concatenate([np.zeros(0, np.float32), *parts])
    # At least one window, so that the shortest click has a spectrum.
    return np.pad(samples, (0, max(0, _WINDOW - len(samples))))


def _mel(samples: Floats, hop: int) -> tuple[Floats, Floats]:
    import torch
    from torchaudio.functional import melscale_fbanks
    from torchaudio.transforms import MelSpectrogram

    window = max(_WINDOW, 2 ** math.ceil(math.log2(2 * hop)))  # nothing lies between two of them
    spectrogram = MelSpectrogram(SAMPLE_RATE, n_fft=window, hop_length=hop, n_mels=_BANDS)
    power = spectrogram(torch.from_numpy(samples)).numpy()  # [bands, m]
    decibels = 10 * np.log10(np.maximum(power, 1e-10))
    banks = melscale_fbanks(window // 2 + 1, 0.0, SAMPLE_RATE / 2, _BANDS, SAMPLE_RATE).numpy()
    frequencies = np.linspace(0, SAMPLE_RATE / 2, window // 2 + 1)
    hertz = (banks * frequencies[:, None]).sum(0) / np.maximum(banks.sum(0), 1e-9)
    below = np.maximum(decibels - decibels.max(), -_RANGE_DB)
    used = hertz > 0  # a band too narrow for the window has no frequency
    return below[used].astype(np.float32), hertz[used].astype(np.float32)
