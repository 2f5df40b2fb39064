"""The sound of a moment as a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base.errors import AudioError
from indexer.media.cut import FORMATS, cut

WriteSound = Callable[..., Path]
ReadSound = Callable[[Path], NDArray[np.float32]]


@pytest.fixture(scope="module")
def staircase(tmp_path_factory: pytest.TempPathFactory, write_sound: WriteSound) -> Path:
    """Ten seconds; in second `n` a tone of `200 + 100 n` Hz."""
    t = np.arange(16_000 * 10) / 16_000
    tone = 0.5 * np.sin(2 * np.pi * np.cumsum(200 + 100 * np.floor(t)) / 16_000)
    return write_sound(tmp_path_factory.mktemp("cut") / "stairs.flac", tone, codec="flac")


def pitch(samples: NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 16_000 / len(samples))


@pytest.mark.parametrize("extension", FORMATS)
def test_the_wanted_seconds_are_cut_into_every_format(
    staircase: Path, tmp_path: Path, read_sound: ReadSound, extension: str
) -> None:
    out = tmp_path / f"part{extension}"
    assert cut(staircase, 3.0, 5.0, out) == pytest.approx(2.0, abs=0.01)
    samples = read_sound(out)
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.1)
    assert pitch(samples[4_000:12_000]) == pytest.approx(500, abs=10)
    assert pitch(samples[20_000:28_000]) == pytest.approx(600, abs=10)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_part_that_reaches_past_the_end_ends_with_the_recording(
    staircase: Path, tmp_path: Path
) -> None:
    assert cut(staircase, 9.0, 30.0, tmp_path / "a.wav") == pytest.approx(1.0, abs=0.01)


def test_the_sound_is_cut_to_the_sample(
    staircase: Path, tmp_path: Path, read_sound: ReadSound
) -> None:
    cut(staircase, 4.9, 5.1, tmp_path / "a.wav")
    whole, part = read_sound(staircase), read_sound(tmp_path / "a.wav")
    wanted = whole[round(4.9 * 16_000) :][: len(part)]
    assert np.corrcoef(wanted[100:-100], part[100:-100])[0, 1] > 0.999


def test_stereo_stays_stereo(write_sound: WriteSound, tmp_path: Path) -> None:
    left = np.sin(np.arange(48_000) / 20)
    source = write_sound(tmp_path / "in.wav", np.stack([left, 0 * left]), 48_000)
    cut(source, 0.2, 0.8, tmp_path / "out.flac")
    with av.open(str(tmp_path / "out.flac")) as container:
        assert container.streams.audio[0].channels == 2


@pytest.mark.parametrize(
    ("start", "end", "name", "reason"),
    [
        (5.0, 3.0, "a.wav", "nothing lies between 5 and 3 s; the start comes first"),
        (0.0, 9999.0, "a.wav", "at most 60 minutes are cut at a time"),
        (1.0, 2.0, "a.txt", r"a\.txt: the file's name must end in \.opus"),
        (60.0, 61.0, "a.wav", "ends before 60 s; there is nothing to cut"),
    ],
)
def test_what_cannot_be_cut_says_why(
    staircase: Path, tmp_path: Path, start: float, end: float, name: str, reason: str
) -> None:
    with pytest.raises(AudioError, match=reason):
        cut(staircase, start, end, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_is_no_recording_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("no sound")
    with pytest.raises(AudioError, match=r"text\.mp3: not a sound file"):
        cut(tmp_path / "text.mp3", 0, 1, tmp_path / "a.wav")


def test_the_recording_itself_is_never_replaced(staircase: Path) -> None:
    before = staircase.read_bytes()
    with pytest.raises(AudioError, match="is the recording itself"):
        cut(staircase, 0.0, 1.0, staircase)
    assert staircase.read_bytes() == before
