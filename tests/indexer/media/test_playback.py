"""What browsers are said to play: types by what is in a file, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from indexer.base.errors import AudioError
from indexer.media.encode import encode
from indexer.media.playback import Playback, playback
from indexer.media.waveform import POINTS, waveform
from tests.indexer.conftest import write_sound_file
from tests.tone_steps import remux, write_staircase

SOUND = (0.3 * np.sin(np.arange(32_000) / 10)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "codec", "media_type"),
    [
        ("a.mp3", "libmp3lame", "audio/mpeg"),
        ("a.wav", "pcm_s16le", "audio/wav"),
        ("a.wav", "pcm_mulaw", ""),
        ("a.flac", "flac", "audio/flac"),
        ("a.ogg", "libopus", 'audio/ogg; codecs="opus"'),
        ("a.m4a", "aac", 'audio/mp4; codecs="mp4a.40.2"'),
        ("a.m4a", "alac", 'audio/mp4; codecs="alac"'),
        ("a.webm", "libopus", 'audio/webm; codecs="opus"'),
        ("a.mka", "aac", 'audio/x-matroska; codecs="mp4a.40.2"'),
        # Without an index a player guesses where a second is.
        ("a.aac", "aac", ""),
        ("a.ac3", "ac3", ""),
        # No browser has these.
        ("a.aiff", "pcm_s16be", ""),
        ("a.caf", "pcm_s16be", ""),
        ("a.mov", "pcm_s16le", ""),
        ("a.ts", "aac", ""),
    ],
)
def test_the_type_is_that_of_container_and_codec(
    tmp_path: Path, name: str, codec: str, media_type: str
) -> None:
    path = write_sound_file(tmp_path / name, SOUND, 48_000, codec)
    assert playback(path) == Playback(media_type, False, 0.0)
    renamed = path.rename(tmp_path / "a.wma")
    assert playback(renamed).media_type == media_type


def test_an_mp3_of_a_varying_bit_rate_is_left_to_a_copy(tmp_path: Path) -> None:
    """Players find its seconds by a coarse table, or by the mean rate."""
    samples = np.concatenate([np.tile(SOUND, 9), np.zeros(9 * len(SOUND), np.float32)])[None]
    varying = {"flags": "+qscale", "global_quality": "472"}
    encode(tmp_path / "a.mp3", [samples], 48_000, "mp3", "libmp3lame", varying)
    encode(tmp_path / "b.mp3", [samples], 48_000, "mp3", "libmp3lame")
    assert playback(tmp_path / "a.mp3").media_type == ""
    assert playback(tmp_path / "b.mp3").media_type == "audio/mpeg"
    cover = b"ID3\x04\0\0\0\x06\0\0" + bytes(6 << 14)  # a tag as long as a picture
    (tmp_path / "c.mp3").write_bytes(cover + (tmp_path / "b.mp3").read_bytes())
    assert playback(tmp_path / "c.mp3").media_type == "audio/mpeg"
    joined = (tmp_path / "b.mp3").read_bytes()
    encode(tmp_path / "d.mp3", [samples], 48_000, "mp3", "libmp3lame", {"b": "128000"})
    (tmp_path / "e.mp3").write_bytes(joined + (tmp_path / "d.mp3").read_bytes())
    assert playback(tmp_path / "e.mp3").media_type == ""


def test_a_picture_counts_where_browsers_show_it(tmp_path: Path) -> None:
    path = write_sound_file(tmp_path / "a.mp4", SOUND, codec="aac", video=True)  # MPEG-4 part 2
    assert playback(path) == Playback('audio/mp4; codecs="mp4a.40.2"', False, 0.0)
    with av.open(str(tmp_path / "b.webm"), "w") as container:
        sound = container.add_stream("libopus", rate=48_000, layout="mono")
        picture = container.add_stream("libvpx", rate=5, width=16, height=16)
        container.mux(picture.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), "flt", "mono")
        frame.sample_rate = 48_000
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    found = playback(tmp_path / "b.webm")
    assert found == Playback('video/webm; codecs="vp8, opus"', True, 0.0)


def test_a_clock_that_begins_at_ten_hours_is_told(tmp_path: Path) -> None:
    begun = write_staircase(tmp_path / "a.webm", 2, "libopus")
    late = remux(begun, tmp_path / "b.webm", shift=36_000.0)
    assert playback(late).offset == pytest.approx(36_000.0, abs=0.05)


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("a letter")
    with pytest.raises(AudioError, match=r"a\.mp3: "):
        playback(tmp_path / "a.mp3")


def test_an_outline_is_loud_where_the_sound_is(tmp_path: Path) -> None:
    quiet, loud = np.zeros(16_000 * 60, np.float32), np.tile(SOUND, 30)
    path = write_sound_file(tmp_path / "a.flac", np.concatenate([quiet, loud]), codec="flac")
    told: list[float] = []
    found = waveform(path, None, told.append)
    assert found.shape == (POINTS,)
    assert found[: POINTS // 2 - 1].max() <= 1 and found[POINTS // 2 + 1 :].min() > 240
    assert told == sorted(told) and told[-1] == pytest.approx(120, abs=0.1)
    short = write_sound_file(tmp_path / "b.flac", SOUND, codec="flac")
    assert waveform(short, None, told.append).shape == (20,)
