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
    """Return decibels below the loudest, `[bands, m]`, and the middle of each band in hertz."""
    window = max(_WINDOW, 2 ** math.ceil(math.log2(2 * hop)))  # nothing lies between two of them
    banks = mel_filter_banks(window // 2 + 1, _BANDS)
    power = _power(samples, window, hop) @ banks  # [m, bands]
    decibels = 10 * np.log10(np.maximum(power.T, 1e-10))
    frequencies = np.linspace(0, SAMPLE_RATE / 2, window // 2 + 1)
    hertz = (banks * frequencies[:, None]).sum(0) / np.maximum(banks.sum(0), 1e-9)
    below = np.maximum(decibels - decibels.max(), -_RANGE_DB)
    used = hertz > 0  # a band too narrow for the window has no frequency
    return below[used].astype(np.float32), hertz[used].astype(np.float32)


def _power(samples: Floats, window: int, hop: int) -> Floats:
    """Return the power spectrum of Hann windows centred on every `hop`th sample, `[m, bins]`."""
    # The sound is mirrored at its ends, so that the first and last windows are whole.
    padded = np.pad(samples, window // 2, mode="reflect")
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)).astype(np.float32)
    framed = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    # Row by row: all windows at once would take hundreds of megabytes.
    rows = [np.square(np.abs(np.fft.rfft(frame * hann))) for frame in framed]
    return np.array(rows, np.float32)


def mel_filter_banks(bins: int, bands: int) -> Floats:
    """Return triangles that overlap by half, evenly spaced in mel from 0 to the Nyquist frequency.

    mel = 2595 log10(1 + hertz / 700): O'Shaughnessy, Speech Communication, 1987, as in HTK; each
    triangle is 1 at its middle.

    Args:
        bins: Frequencies of the spectrum, from 0 to the Nyquist frequency.
        bands: How many triangles.

    Returns:
        `[bins, bands]`, the share of each frequency in each band.
    """
    nyquist = SAMPLE_RATE / 2
    mels = np.linspace(0, 2595 * np.log10(1 + nyquist / 700), bands + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)  # [bands + 2]
    distances = corners - np.linspace(0, nyquist, bins)[:, None]  # [bins, bands + 2]
    widths = np.diff(corners)
    rising, falling = -distances[:, :-2] / widths[:-1], distances[:, 2:] / widths[1:]
    banks: Floats = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return banks
