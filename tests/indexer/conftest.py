"""Sound files and signals made in the tests, and cheap indexing of a few files."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index
from indexer.media.decode import SAMPLE_RATE, open_recording
from indexer.search.searcher import Searcher

Samples = NDArray[np.float32]
WriteSound = Callable[..., Path]


def write_sound_file(
    path: Path,
    samples: Samples,
    rate: int = SAMPLE_RATE,
    codec: str = "pcm_s16le",
    *,
    tags: dict[str, str] | None = None,
    video: bool = False,
) -> Path:
    """Encode `samples`, `[n]` or `[channels, n]`, in the container that the name tells."""
    samples = np.atleast_2d(samples).astype(np.float32)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
    with av.open(str(path), "w") as container:
        container.metadata.update(tags or {})
        options = {"strict": "experimental"} if codec == "vorbis" else {}
        stream = container.add_stream(codec, rate=rate, layout=layout, options=options)
        picture = container.add_stream("mpeg4", rate=5, width=16, height=16) if video else None
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        size = stream.codec_context.frame_size or 1024
        to_codec = av.AudioResampler(stream.format.name, layout, rate, frame_size=size)
        if picture:
            for _ in range(round(5 * samples.shape[1] / rate)):
                container.mux(picture.encode(av.VideoFrame(16, 16, "yuv420p")))
            container.mux(picture.encode(None))
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
    return path


def decode(path: Path) -> Samples:
    """A whole recording, 16 kHz mono."""
    return np.concatenate([np.zeros(0, np.float32), *open_recording(path).blocks()])


@pytest.fixture(scope="session")
def write_sound() -> WriteSound:
    """Write samples to a sound file; see `write_sound_file`."""
    return write_sound_file


@pytest.fixture(scope="session")
def read_sound() -> Callable[[Path], Samples]:
    """Read a whole sound file."""
    return decode


@pytest.fixture(scope="session")
def tides(demo_folder: Path) -> Samples:
    """A minute and a quarter of speech, whose transcript is `why-tides-lag.vtt`."""
    return decode(demo_folder / "recordings" / "why-tides-lag.opus")


@pytest.fixture(scope="session")
def excerpt(tides: Samples) -> Callable[[Path, float, float], Path]:
    """Write a few seconds of real speech, `start` to `end` of the tides talk, as WAV."""

    def write(path: Path, start: float, end: float) -> Path:
        return write_sound_file(path, tides[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)])

    return write


@pytest.fixture(scope="session")
def music() -> Samples:
    """Twelve seconds of chords over soft noise: nobody speaks."""
    rng = np.random.default_rng(1)
    t = np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE
    sound = 0.005 * rng.standard_normal(len(t))
    for bar, root in enumerate((220.0, 174.6, 261.6, 196.0)):
        here = (t >= 3 * bar) & (t < 3 * bar + 3)
        decay = np.exp(-(t[here] - 3 * bar))
        for ratio in (1.0, 1.25, 1.5, 2.0):
            sound[here] += 0.08 * decay * np.sin(2 * np.pi * root * ratio * t[here])
    return sound.astype(np.float32)


@pytest.fixture(scope="session")
def silence() -> Samples:
    """Ten seconds of nothing."""
    return np.zeros(10 * SAMPLE_RATE, np.float32)


@pytest.fixture(scope="session")
def index_into() -> Callable[..., AddReport]:
    """Index files and folders into a library."""

    def run(
        library: LibraryStore, *paths: Path, asr: str = "auto", language: str = "en"
    ) -> AddReport:
        found = scan(paths, exclude=library.folder)
        return index(library, found, ProcessSettings(asr=asr, language=language))

    return run


@pytest.fixture(scope="session")
def searcher(small_library: LibraryStore) -> Searcher:
    """Answers from the small library; its models are loaded once."""
    return Searcher(small_library)
