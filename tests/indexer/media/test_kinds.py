"""What is a recording is seen by its extension and its first bytes; FFmpeg is not asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from indexer.media.kinds import Content, content_of, content_of_bytes, not_a_recording

FORMATS = [
    ("wav", "pcm_s16le"),
    ("w64", "pcm_s16le"),
    ("aiff", "pcm_s16be"),
    ("caf", "pcm_s16le"),
    ("au", "pcm_s16be"),
    ("flac", "flac"),
    ("ogg", "libvorbis"),
    ("mp3", "libmp3lame"),
    ("mp2", "mp2"),
    ("adts", "aac"),
    ("mp4", "aac"),
    ("matroska", "libopus"),
    ("asf", "wmav2"),
    ("avi", "mp2"),
    ("mpegts", "mp2"),
    ("mpeg", "mp2"),
    ("flv", "libmp3lame"),
    ("ac3", "ac3"),
    ("eac3", "eac3"),
    ("latm", "aac"),
]


def write_sound(path: Path, container: str, codec: str) -> None:
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=44100, layout="mono")
        noise = np.random.default_rng(0).normal(0, 3000, (1, 44100)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
        frame.sample_rate = 44100
        stream.codec_context.open()
        to_codec = av.AudioResampler(
            stream.format.name, "mono", 44100, frame_size=stream.codec_context.frame_size or 1024
        )
        for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
            output.mux(stream.encode(encoded))
        output.mux(stream.encode(None))


@pytest.mark.parametrize(("container", "codec"), FORMATS)
def test_sound_without_an_extension_is_a_recording(
    tmp_path: Path, container: str, codec: str
) -> None:
    path = tmp_path / "memo"
    try:
        write_sound(path, container, codec)
    except (ValueError, av.error.FFmpegError) as error:
        pytest.skip(f"this FFmpeg does not write it: {error}")
    assert not_a_recording(path) is None


def test_mp3_without_tags_is_recognised_by_its_frames(tmp_path: Path) -> None:
    write_sound(tmp_path / "memo", "mp3", "libmp3lame")
    data = (tmp_path / "memo").read_bytes()
    start = data.index(b"\xff\xfb")
    assert content_of_bytes(data[start : start + 4096]) is Content.SOUND
    assert content_of_bytes(b"\xff\xfb\x90\x00" + bytes(4000)) is Content.OTHER


def test_frames_of_dts_and_truehd_are_recognised() -> None:
    dts = b"\x7f\xfe\x80\x01\xfc\x3c" + ((1000 - 1) << 4 & 0xFFFF).to_bytes(2) + bytes(992)
    assert content_of_bytes(dts * 4) is Content.SOUND
    assert content_of_bytes(b"\xc0\x50\x00\x00\xf8\x72\x6f\xba" + bytes(4088)) is Content.SOUND


@pytest.mark.parametrize(
    "beginning",
    [
        b"\x0b\x77" + bytes(4094),  # a sync word that no frame follows
        b"\x7f\xfe\x80\x01" + bytes(4092),
        b"\x56\xe0\x10" + bytes(4093),
    ],
)
def test_one_sync_word_is_no_stream(beginning: bytes) -> None:
    assert content_of_bytes(beginning) is Content.OTHER


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("list.m4a", b"#EXTM3U\nhttp://example.org/a.ts\n", "a playlist"),
        ("list.mp3", b"\xef\xbb\xbf#EXTM3U\n", "a playlist"),
        ("list", b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
        ("list.mp4", b'<?xml version="1.0"?>\n<!-- x --><MPD xmlns="a">', "a playlist"),
        ("fork.mp3", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "a resource fork"),
        ("module.ts", b"export const tide = 1;\n" * 40, "text"),
        ("photo", b"\x00\x00\x00\x18ftypheic" + bytes(50), "something else"),
        ("picture", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "something else"),
        ("notes", b"ID3 tags are explained here.\n", "text"),
        ("notes", b"MAC addresses\n", "text"),
        ("paper", b"%PDF-1.7\n", "a document"),
        ("empty", b"", "something else"),
    ],
)
def test_what_is_something_else_is_no_recording(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert (not_a_recording(tmp_path / name) or "").startswith(reason)


@pytest.mark.parametrize("name", ["damaged.mp3", "empty.wav", "capture.ts"])
def test_a_damaged_recording_stays_one_to_be_reported(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\x01\x02" if name != "empty.wav" else b"")
    assert not_a_recording(tmp_path / name) is None


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    subprocess.run(["mkfifo", str(pipe)], check=True)
    assert content_of(pipe) is Content.UNREADABLE
