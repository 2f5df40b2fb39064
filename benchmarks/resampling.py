"""What changes when FFmpeg resamples to 16 kHz instead of torchaudio, as up to 0.1.

    python -m benchmarks.resampling [--recordings FILE ...] [--seconds 120]

Each recording is resampled both ways from its own sampling rate and, made with a long filter, from
8 and 22.05 kHz. Printed by rate: the signal over the difference, the least and the median cosine
of the Whisper encoder's tokens of half a second and of their mean over a segment of 15 seconds, the
words that the shipped recogniser recognises differently, and processor seconds an hour of sound. A
second row gives the same for torchaudio's output with white noise as strong as the difference: what
any change of that size does to a recogniser that decodes greedily.
Without --recordings those of $HILBERT_DATA that are not 16 kHz are used. It needs torchaudio.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from hilbert.encoders.protocols import SAMPLE_RATE, WindowTranscript
from indexer.encoders import DEFAULT_SPEECH, Encoders, EncoderSettings
from indexer.media.frames import Frames
from indexer.media.mono import to_mono
from indexer.media.opening import open_container
from indexer.media.resample import join_frames, resampled

Samples = NDArray[np.float32]
_RATES = (8_000, 22_050)
_WINDOW = 30 * SAMPLE_RATE
_SEGMENT_TOKENS = 30  # 15 seconds
_RECORDINGS = ("lj/*.opus", "short/p*.mp3", "changelog-speech/*.opus")
_MOST_OF_A_FOLDER = 4


@dataclass
class Differences:
    """What was measured at one sampling rate."""

    sounds: list[tuple[Samples, Samples]] = field(default_factory=list)  # ours and theirs
    seconds: list[float] = field(default_factory=lambda: [0.0, 0.0])  # of processor time
    tokens: list[NDArray[Any]] = field(default_factory=list)  # cosines
    segments: list[NDArray[Any]] = field(default_factory=list)
    edits: int = 0
    words: int = 0

    def row(self) -> str:
        """Return the row of the table."""
        snr = [10 * np.log10(_power(b) / max(_power(a - b), 1e-20)) for a, b in self.sounds]
        tokens, segments = np.concatenate(self.tokens), np.concatenate(self.segments)
        hours = sum(len(a) for a, _ in self.sounds) / SAMPLE_RATE / 3600
        ours, theirs = (seconds / hours for seconds in self.seconds)
        return (
            f"{3600 * hours:.0f} s | {min(snr):.1f} / {np.median(snr):.1f} dB | "
            f"{tokens.min():.4f} / {np.median(tokens):.6f} | "
            f"{segments.min():.5f} / {np.median(segments):.6f} | "
            f"{self.edits} of {self.words} ({self.edits / max(self.words, 1):.2%}) | "
            f"{ours:.1f}, {theirs:.1f} s"
        )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=120.0, help="of each (default 120)")
    options = parser.parse_args()
    try:
        import torchaudio  # noqa: F401
    except ImportError:
        sys.exit("torchaudio is not installed; install it with: pip install torchaudio")
    recordings = options.recordings or _shared_recordings()
    if not recordings:
        sys.exit("no recordings; name some with --recordings")
    recogniser: Any = Encoders(EncoderSettings(speech=DEFAULT_SPEECH)).recogniser
    found: dict[int, tuple[Differences, Differences]] = {}
    for path in recordings:
        samples, rate = _read(path, options.seconds)
        for at in sorted({rate, *_RATES} - {SAMPLE_RATE}):
            sound = samples if at == rate else _long_filter(samples, rate, at)
            _compare(found.setdefault(at, (Differences(), Differences())), sound, at, recogniser)
    for at in sorted(found):
        for name, differences in zip(("FFmpeg", "white noise"), found[at], strict=True):
            print(f"| {at / 1000:g} kHz, {name} | {differences.row()} |")


def _shared_recordings() -> list[Path]:
    folder = Path(os.environ.get("HILBERT_DATA", ""))
    return [p for glob in _RECORDINGS for p in sorted(folder.glob(glob))[:_MOST_OF_A_FOLDER]]


def _read(path: Path, seconds: float) -> tuple[Samples, int]:
    with open_container(path) as container:
        parts: list[Samples] = []
        rate = size = 0
        for samples, rate in to_mono(Frames(path, container, container.streams.audio[0])):
            parts.append(samples)
            size += len(samples)
            if size >= seconds * rate:
                break
    return np.concatenate(parts)[: round(seconds * rate)], rate


def _long_filter(samples: Samples, rate: int, at: int) -> Samples:
    from torch import from_numpy
    from torchaudio.functional import resample

    out: Samples = resample(from_numpy(samples), rate, at, lowpass_filter_width=64).numpy()
    return out


def _ours(samples: Samples, rate: int) -> Samples:
    def frames() -> Iterator[tuple[Samples, int]]:
        for start in range(0, len(samples), 1024):
            yield samples[start : start + 1024], rate

    return np.concatenate(list(resampled(join_frames(frames(), 30.0))))


def _theirs(samples: Samples, rate: int) -> Samples:
    from torch import from_numpy
    from torchaudio.functional import resample

    out: Samples = resample(from_numpy(samples), rate, SAMPLE_RATE).numpy()
    return out


def _timed(resample: Callable[[Samples, int], Samples], samples: Samples, rate: int) -> Any:
    started = time.process_time()
    out = resample(samples, rate)
    return out, time.process_time() - started


def _compare(
    found: tuple[Differences, Differences], samples: Samples, rate: int, recogniser: Any
) -> None:
    both = [_timed(resample, samples, rate) for resample in (_ours, _theirs)]
    ours, theirs = both[0][0], both[1][0]
    noise = np.random.default_rng(0).standard_normal(len(theirs)).astype(np.float32)
    noise *= np.sqrt(_power(ours - theirs) / _power(noise))
    wanted = _transcribed(theirs, recogniser)
    for differences, sound in zip(found, (ours, theirs + noise), strict=True):
        for number, (_, seconds) in enumerate(both):
            differences.seconds[number] += seconds
        differences.sounds.append((sound, theirs))
        for x, y in zip(_transcribed(sound, recogniser), wanted, strict=True):
            differences.tokens.append(_cosines(x.tokens, y.tokens))
            differences.segments.append(_cosines(_means(x.tokens), _means(y.tokens)))
            words, right = ([w.text.strip().lower() for w in t.words] for t in (x, y))
            differences.edits += Levenshtein.distance(words, right)
            differences.words += len(right)


def _transcribed(sound: Samples, recogniser: Any) -> list[WindowTranscript]:
    starts = range(0, max(1, len(sound) - SAMPLE_RATE), _WINDOW)  # a rest of a second is no window
    windows = [sound[start : start + _WINDOW] for start in starts]
    transcripts: list[WindowTranscript] = recogniser.transcribe(windows)
    return transcripts


def _means(tokens: Samples) -> Samples:
    starts = np.arange(0, len(tokens), _SEGMENT_TOKENS)
    sums: Samples = np.add.reduceat(tokens, starts, axis=0)
    return sums


def _cosines(a: Samples, b: Samples) -> NDArray[Any]:
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines: NDArray[Any] = (a * b).sum(1) / lengths
    return cosines


def _power(samples: Samples) -> float:
    return float(np.square(samples, dtype=np.float64).sum())


if __name__ == "__main__":
    main()
