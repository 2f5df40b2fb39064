"""A recording is called cut off when it is, and only then."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.media.decode import open_recording
from tests.tone_steps import remux

pytestmark = pytest.mark.slow  # FFmpeg writes a file in every container

WriteSound = Callable[..., Path]
RATE = 48_000
Samples = NDArray[np.float32]


def speechlike(seconds: float) -> Samples:
    """Noise whose level changes, so that a variable bit rate varies."""
    rng = np.random.default_rng(0)
    loud = np.repeat(rng.uniform(0, 0.3, round(seconds * 4)), RATE // 4)
    return (loud * rng.standard_normal(len(loud))).clip(-1, 1).astype(np.float32)


def write(
    path: Path, samples: Samples, codec: str, options: dict[str, str], video: float = 0.0
) -> Path:
    """Encode with options of the muxer, and with pictures for some seconds."""
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        if codec == "libmp3lame":
            stream.codec_context.global_quality = 2 * 118  # FF_QP2LAMBDA: variable bit rate
            stream.codec_context.flags |= av.codec.context.Flags.qscale
        if codec == "wmav2":
            stream.bit_rate = 64_000
        picture = container.add_stream("mpeg4", rate=5, width=16, height=16) if video else None
        frame = av.AudioFrame.from_ndarray(samples[None], "fltp", "mono")
        frame.sample_rate = RATE
        size = stream.codec_context.frame_size or 1024
        to_codec = av.AudioResampler(stream.format.name, "mono", RATE, frame_size=size)
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
        if picture:
            for _ in range(round(5 * video)):
                container.mux(picture.encode(av.VideoFrame(16, 16, "yuv420p")))
            container.mux(picture.encode(None))
    return path


def damage_of(path: Path) -> str | None:
    recording = open_recording(path)
    for _ in recording.blocks():
        pass
    return recording.damage


WHOLE: list[tuple[str, str, dict[str, str], float]] = [
    ("a.wav", "pcm_s16le", {}, 0),
    ("a.mp3", "libmp3lame", {"write_xing": "0"}, 0),
    ("b.mp3", "libmp3lame", {}, 0),
    ("a.aac", "aac", {}, 0),
    ("a.ogg", "libopus", {}, 0),
    ("a.flac", "flac", {}, 0),
    ("a.mp4", "aac", {}, 40),
    ("a.mkv", "aac", {}, 40),
    ("a.webm", "libopus", {}, 0),
    ("live.webm", "libopus", {"live": "1"}, 0),
    ("parts.m4a", "aac", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "1000000"}, 0),
    ("a.avi", "libmp3lame", {}, 40),
    ("a.w64", "pcm_s16le", {}, 0),
    ("a.au", "pcm_s16be", {}, 0),
    ("a.caf", "pcm_s16le", {}, 0),
    ("a.wma", "wmav2", {}, 0),
]


@pytest.mark.parametrize(("name", "codec", "options", "video"), WHOLE)
@pytest.mark.parametrize("quiet_first", [True, False])
def test_a_whole_recording_is_not_called_cut_off(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], video: float, quiet_first: bool
) -> None:
    quiet = np.zeros(RATE * 15, np.float32)
    parts = [quiet, speechlike(10.0)] if quiet_first else [speechlike(10.0), quiet]
    path = write(tmp_path / name, np.concatenate(parts), codec, options, video)
    assert damage_of(path) is None


@pytest.mark.parametrize(
    ("name", "codec", "options", "video"),
    [
        ("a.wav", "pcm_s16le", {}, 0),
        ("b.mp3", "libmp3lame", {}, 0),
        ("a.ogg", "libopus", {}, 0),
        ("a.flac", "flac", {}, 0),
        ("a.m4a", "aac", {"movflags": "faststart"}, 0),
        ("a.mkv", "aac", {}, 12),
        ("a.webm", "libopus", {}, 0),
        ("a.aiff", "pcm_s16be", {}, 0),
        ("a.aac", "aac", {}, 0),
        ("n.mp3", "libmp3lame", {"write_xing": "0"}, 0),
        ("a.avi", "libmp3lame", {}, 12),
        ("a.w64", "pcm_s16le", {}, 0),
        ("a.au", "pcm_s16be", {}, 0),
        ("a.caf", "pcm_s16le", {}, 0),
        ("a.wma", "wmav2", {}, 0),
        ("p.m4a", "aac", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "1000000"}, 0),
    ],
)
def test_a_recording_that_ends_too_early_is_called_cut_off(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], video: float
) -> None:
    path = write(tmp_path / name, speechlike(12.0), codec, options, video)
    raw = path.read_bytes()
    path.write_bytes(raw[: round(0.61 * len(raw))])
    assert str(damage_of(path)).startswith("cut off: ")


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFF000, 0])
def test_a_wav_written_as_a_stream_has_no_length_to_be_cut_from(
    tmp_path: Path, write_sound: WriteSound, size: int
) -> None:
    path = write_sound(tmp_path / "a.wav", speechlike(4.0), RATE)
    raw = bytearray(path.read_bytes())
    place = raw.index(b"data") + 4
    raw[place : place + 4] = struct.pack("<I", size)
    raw[4:8] = struct.pack("<I", size)
    path.write_bytes(raw)
    assert damage_of(path) is None


def test_joined_mp3_files_are_whole_though_the_first_header_knows_of_one(tmp_path: Path) -> None:
    one = write(tmp_path / "a.mp3", speechlike(6.0), "libmp3lame", {}).read_bytes()
    two = write(tmp_path / "b.mp3", speechlike(8.0), "libmp3lame", {"write_xing": "0"}).read_bytes()
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(one + two + one)
    recording = open_recording(joined)
    for _ in recording.blocks():
        pass
    assert recording.seconds == pytest.approx(20.0, abs=0.3)
    assert recording.damage is None


def test_flac_that_was_cut_without_encoding_it_anew_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", speechlike(8.0), "flac", {})
    part = remux(path, tmp_path / "part.flac", without=(0.0, 3.0))
    recording = open_recording(part)
    for _ in recording.blocks():
        pass
    assert recording.seconds == pytest.approx(8.0, abs=0.1)  # players keep its times as well
    assert recording.damage is None


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def wav(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
PCM = (speechlike(2) * 30_000).astype("<i2").tobytes()
HALF = len(PCM) // 2


def notes_of(path: Path, data: bytes) -> tuple[list[str], float]:
    path.write_bytes(data)
    recording = open_recording(path)
    for _ in recording.blocks():
        pass
    return recording.notes, recording.seconds


def test_sound_in_several_parts_of_a_wav_is_not_left_out_without_a_word(tmp_path: Path) -> None:
    path, info = tmp_path / "a.wav", chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"abc"))
    parts = wav(FORMAT, chunk(b"data", PCM[:HALF]), info, chunk(b"data", PCM[HALF:]))
    (note,), seconds = notes_of(path, parts)
    assert seconds == pytest.approx(1.0) and f"{HALF:,} bytes" in note and "2 parts" in note
    first, second = (wav(FORMAT, chunk(b"data", half)) for half in (PCM[:HALF], PCM[HALF:]))
    (note,), seconds = notes_of(path, first + second)
    assert seconds == pytest.approx(1.0) and "joined to its end" in note


def test_sound_behind_the_length_in_the_header_of_a_wav_is_told(tmp_path: Path) -> None:
    named = chunk(b"data", PCM[:HALF])
    (note,), seconds = notes_of(tmp_path / "a.wav", wav(FORMAT, named) + PCM[HALF:])
    assert seconds == pytest.approx(1.0) and f"{len(PCM) - HALF:,} bytes" in note
    padded = wav(FORMAT, named) + bytes(len(PCM))
    assert notes_of(tmp_path / "b.wav", padded) == ([], pytest.approx(1.0))


def test_chunks_around_the_sound_of_a_wav_are_no_parts_of_it(tmp_path: Path) -> None:
    data = wav(
        chunk(b"JUNK", bytes(40_001)),
        FORMAT,
        chunk(b"PAD ", b"\1" * 333),
        chunk(b"data", PCM),
        chunk(b"bext", bytes(40_000)),
    )
    assert notes_of(tmp_path / "a.wav", data) == ([], pytest.approx(2.0))
    assert notes_of(tmp_path / "b.wav", data + bytes(40_000)) == ([], pytest.approx(2.0))
