"""Decoded seconds are a player's: late sound, pauses and damage leave silence, never a shift."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.media.decode import SAMPLE_RATE, Part, decode_part, open_recording
from indexer.media.resample import join_frames, resampled
from tests.tone_steps import RATE, remux, staircase, step

pytestmark = pytest.mark.slow  # FFmpeg writes a file in every container

Samples = NDArray[np.float32]
WriteSound = Callable[..., Path]
ReadSound = Callable[[Path], Samples]
SECONDS = 12
CONTAINERS = {
    "a.webm": "libopus",
    "a.mkv": "aac",
    "a.m4a": "aac",
    "a.ogg": "libopus",
    "a.mka": "libopus",
}
ELEMENTARY = {"a.mp3": "libmp3lame", "a.aac": "aac", "a.flac": "flac"}


def steps(samples: Samples) -> list[float | None]:
    """The steps in the middle of each second."""
    return [
        step(samples[begin + 5_000 : begin + 11_000])
        for begin in range(0, len(samples) - 11_000, SAMPLE_RATE)
    ]


def steps_of_parts(path: Path, seconds: int) -> list[float | None]:
    """The same by cuts of the recording."""
    cuts = [decode_part(path, Part(s + 0.3, s + 0.7, SAMPLE_RATE)) for s in range(seconds)]
    return [step(cut[0]) for cut in cuts if cut.shape[1]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, write_sound: WriteSound) -> Path:
    """A folder with the staircase in every container."""
    folder = tmp_path_factory.mktemp("stairs")
    for name, codec in (CONTAINERS | ELEMENTARY).items():
        write_sound(folder / name, staircase(SECONDS), RATE, codec)
    return folder


def decoded_without_times(path: Path) -> Samples:
    """All frames one after the other, as features of older libraries were made."""

    def frames() -> Iterator[tuple[Samples, int]]:
        to_mono = None
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                frame.pts = None
                to_mono = to_mono or av.AudioResampler("s16", "mono", frame.sample_rate)
                for mono in to_mono.resample(frame):
                    samples = mono.to_ndarray().reshape(-1).astype(np.float32)
                    yield samples / np.float32(32768), mono.sample_rate

    return np.concatenate(list(resampled(join_frames(frames(), 30.0))))


@pytest.mark.parametrize("rate", [RATE, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    "name", [*CONTAINERS, *ELEMENTARY, "a.wav", "a.mp4", "a.mov", "v.ogg", "a.aiff"]
)
def test_samples_of_an_undamaged_recording_are_the_same_to_the_bit_as_without_times(
    tmp_path: Path,
    write_sound: WriteSound,
    read_sound: ReadSound,
    name: str,
    channels: int,
    rate: int,
) -> None:
    codec = (CONTAINERS | ELEMENTARY).get(name, "aac" if name[2] == "m" else "pcm_s16le")
    codec = {"v.ogg": "vorbis", "a.aiff": "pcm_s16be"}.get(name, codec)
    if codec == "libopus":
        rate = RATE
    if codec == "vorbis":
        channels = 2
    rng = np.random.default_rng(0)
    samples = 0.1 * rng.standard_normal((channels, 5 * rate)) + staircase(5)[: 5 * rate]
    path = write_sound(tmp_path / name, samples, rate, codec)
    np.testing.assert_array_equal(read_sound(path), decoded_without_times(path))


@pytest.mark.parametrize("name", CONTAINERS)
def test_sound_that_begins_late_stands_where_a_player_plays_it(
    sound: Path, tmp_path: Path, read_sound: ReadSound, name: str
) -> None:
    late = remux(sound / name, tmp_path / name, shift=5.0)
    expected = [None] * 5 + [float(s) for s in range(SECONDS)]
    assert steps(read_sound(late)) == expected
    assert steps_of_parts(late, SECONDS + 5) == expected


@pytest.mark.parametrize("name", CONTAINERS)
def test_packets_that_are_missing_leave_silence(sound: Path, tmp_path: Path, name: str) -> None:
    path = remux(sound / name, tmp_path / name, without=(4.0, 7.0))
    recording = open_recording(path)
    found = steps(np.concatenate(list(recording.blocks())))
    expected = [None if 4 <= s < 7 else float(s) for s in range(SECONDS)]
    assert found == expected
    assert steps_of_parts(path, SECONDS) == expected
    assert recording.notes == ["a gap of 3 s in the sound at 0:04: silence was put there"]


@pytest.mark.parametrize("name", ["a.webm", "a.ogg", "a.mkv"])
def test_a_clock_that_begins_at_ten_hours_is_taken_off(
    sound: Path, tmp_path: Path, name: str
) -> None:
    recording = open_recording(remux(sound / name, tmp_path / name, shift=36_000.0))
    assert steps(np.concatenate(list(recording.blocks()))) == [float(s) for s in range(SECONDS)]
    assert recording.damage is None and recording.notes == []


@pytest.mark.parametrize("name", [*CONTAINERS, *ELEMENTARY])
@pytest.mark.parametrize("share", [0.08, 0.2])
def test_damage_in_the_middle_moves_nothing_after_it(
    sound: Path, tmp_path: Path, name: str, share: float
) -> None:
    raw = bytearray((sound / name).read_bytes())
    begin, end = round(0.35 * len(raw)), round((0.35 + share) * len(raw))
    raw[begin:end] = random.Random(name).randbytes(end - begin)
    path = tmp_path / name
    path.write_bytes(raw)
    recording = open_recording(path)
    found = steps(np.concatenate(list(recording.blocks())))
    wrong = [s for s, heard in enumerate(found) if heard is not None and heard != s]
    assert len(found) >= SECONDS - 1
    # Bytes are no exact measure of time, and at the edges of the damage anything is heard.
    assert len([s for s in wrong if s < 3 or s > 12 * (0.35 + share) + 2]) == 0
    assert found[:3] == [0.0, 1.0, 2.0] and found[-2] == len(found) - 2
    assert recording.damage or recording.notes


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("libopus", 48_000, 1), ("libopus", 48_000, 2)),
        (("libopus", 48_000, 1), ("vorbis", 22_050, 2)),
        (("vorbis", 48_000, 2), ("vorbis", 22_050, 2)),
        (("vorbis", 22_050, 2), ("libopus", 48_000, 1)),
    ],
)
def test_all_links_of_a_chained_ogg_are_decoded(
    tmp_path: Path,
    write_sound: WriteSound,
    first: tuple[str, int, int],
    second: tuple[str, int, int],
) -> None:
    whole = staircase(8)
    raw = []
    for sound, (codec, rate, channels) in ((whole[: 4 * RATE], first), (whole[4 * RATE :], second)):
        places = np.arange(4 * rate) * RATE / rate
        samples = np.stack([np.interp(places, np.arange(len(sound)), sound)] * channels)
        raw.append(write_sound(tmp_path / "link.ogg", samples, rate, codec).read_bytes())
    path = tmp_path / "radio.ogg"
    path.write_bytes(raw[0] + raw[1] + raw[0])
    recording = open_recording(path)
    expected = [float(s) for s in [*range(8), *range(4)]]
    assert steps(np.concatenate(list(recording.blocks()))) == expected
    assert steps_of_parts(path, 12) == expected
    assert recording.damage is None


def test_tags_between_joined_mp3_files_are_neither_damage_nor_time(
    tmp_path: Path, sound: Path
) -> None:
    picture = bytes(200_000)
    size = len(picture)
    tag = b"ID3\x04\0\0" + bytes((size >> shift) & 127 for shift in (21, 14, 7, 0)) + picture
    old = b"TAG" + bytes(125)
    raw = (sound / "a.mp3").read_bytes()
    path = tmp_path / "joined.mp3"
    path.write_bytes(raw + old + tag + raw)
    recording = open_recording(path)
    found = steps(np.concatenate(list(recording.blocks())))
    assert found[:SECONDS] == [float(s) for s in range(SECONDS)]
    assert recording.seconds == pytest.approx(2 * SECONDS, abs=0.2)
    assert recording.damage is None and recording.notes == []


def test_comfort_noise_of_a_telephone_is_a_pause_and_no_damage(tmp_path: Path) -> None:
    sound = staircase(12)
    sound[4 * RATE : 8 * RATE] = 0.0
    path = tmp_path / "call.amr"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libopencore_amrnb", rate=8_000, layout="mono")
        stream.options = {"dtx": "1"}
        stream.bit_rate = 12_200
        frame = av.AudioFrame.from_ndarray(sound[None], "fltp", "mono")
        frame.sample_rate = RATE
        to_codec = av.AudioResampler("s16", "mono", 8_000, frame_size=160)
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
    recording = open_recording(path)
    found = steps(np.concatenate(list(recording.blocks())))
    assert recording.seconds == pytest.approx(12.0, abs=0.1)
    assert found[:4] == [0.0, 1.0, 2.0, 3.0] and found[9:] == [9.0, 10.0, 11.0]
    assert found[5:8] == [None] * 3
    assert recording.damage is None and recording.notes == []


def test_sound_before_second_zero_is_not_played(
    sound: Path, tmp_path: Path, read_sound: ReadSound
) -> None:
    cut = remux(sound / "a.ogg", tmp_path / "a.ogg", shift=-3.0)
    assert steps(read_sound(cut)) == [float(s) for s in range(3, SECONDS)]
    recording = open_recording(cut)
    assert sum(len(block) for block in recording.blocks())
    [note] = recording.notes
    assert note == "sound before its second 0, which players do not play, is left out"
