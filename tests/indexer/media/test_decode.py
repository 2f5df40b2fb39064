"""Every common container becomes 16 kHz mono, and what cannot be read says why."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base.errors import AudioError
from indexer.media.decode import SAMPLE_RATE, Part, decode_part, open_recording
from indexer.media.decoder import decode
from indexer.media.stream import Block, StreamFacts

Samples = NDArray[np.float32]
WriteSound = Callable[..., Path]
ReadSound = Callable[[Path], Samples]


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(
        np.float32
    )


@contextlib.contextmanager
def without_rights() -> Iterator[None]:
    """The superuser may read everything, so it becomes somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 44_100),
        ("b.wav", "pcm_f32le", 96_000),
        ("a.flac", "flac", 48_000),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.m4a", "aac", 44_100),
        ("a.ogg", "vorbis", 48_000),
        ("a.opus", "libopus", 48_000),
        ("a.webm", "libopus", 48_000),
    ],
)
def test_every_audio_container_decodes_to_its_length_and_its_sound(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound, name: str, codec: str, rate: int
) -> None:
    sound = tone(4.0, rate)
    # FFmpeg's own Vorbis encoder makes stereo only.
    channels = [sound, sound] if codec == "vorbis" else [sound]
    decoded = read_sound(write_sound(tmp_path / name, np.stack(channels), rate, codec))
    assert len(decoded) / SAMPLE_RATE == pytest.approx(4.0, abs=0.1)
    spectrum = np.abs(np.fft.rfft(decoded))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(decoded) == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(decoded**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize("name", ["talk.mp4", "talk.mkv", "talk.mov"])
def test_the_sound_of_a_video_is_read(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound, name: str
) -> None:
    path = write_sound(tmp_path / name, tone(3.0, 48_000), 48_000, "aac", video=True)
    assert len(read_sound(path)) / SAMPLE_RATE == pytest.approx(3.0, abs=0.1)


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    import av

    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=5, width=16, height=16)
        container.mux(picture.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(picture.encode(None))
    with pytest.raises(AudioError, match="no sound in this file"):
        open_recording(path)


def test_stereo_becomes_the_mean_of_its_channels(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound
) -> None:
    left, right = tone(1.0, SAMPLE_RATE, 300), tone(1.0, SAMPLE_RATE, 900)
    decoded = read_sound(write_sound(tmp_path / "a.wav", np.stack([left, right])))
    np.testing.assert_allclose(decoded, (left + right) / 2, atol=1e-3)


def test_a_recording_that_turns_from_mono_to_stereo_on_the_way_is_read_whole(
    tmp_path: Path, write_sound: WriteSound, read_sound: ReadSound
) -> None:
    mono = write_sound(tmp_path / "talk.mp3", tone(3.0, 44_100), 44_100, "libmp3lame")
    both = np.stack([tone(2.0, 22_050)] * 2)
    stereo = write_sound(tmp_path / "advertisement.mp3", both, 22_050, "libmp3lame")
    joined = tmp_path / "episode.mp3"
    joined.write_bytes(stereo.read_bytes() + mono.read_bytes())
    assert len(read_sound(joined)) / SAMPLE_RATE == pytest.approx(5.0, abs=0.2)


def test_a_long_recording_comes_in_small_blocks(tmp_path: Path, write_sound: WriteSound) -> None:
    path = write_sound(tmp_path / "a.wav", tone(40.0, 8_000), 8_000)
    blocks = [len(block) for block in open_recording(path, block_seconds=5.0).blocks()]
    assert max(blocks) <= 6 * SAMPLE_RATE
    assert sum(blocks) == 40 * SAMPLE_RATE


def test_an_mp3_that_was_cut_off_is_read_as_far_as_it_goes_and_says_so(
    tmp_path: Path, write_sound: WriteSound
) -> None:
    path = write_sound(tmp_path / "a.mp3", tone(20.0, 44_100), 44_100, "libmp3lame")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    recording = open_recording(path)
    seconds = sum(len(block) for block in recording.blocks()) / SAMPLE_RATE
    assert seconds == pytest.approx(10.0, abs=0.5)
    assert recording.seconds == pytest.approx(seconds)
    assert "only 10 s of the 20 s" in str(recording.damage)


def test_a_whole_recording_is_not_called_damaged(tmp_path: Path, write_sound: WriteSound) -> None:
    recording = open_recording(
        write_sound(tmp_path / "a.mp3", tone(5.0, 44_100), 44_100, "libmp3lame")
    )
    list(recording.blocks())
    assert recording.damage is None


def test_what_is_no_recording_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("This is not a recording but a letter.\n" * 200)
    (tmp_path / "empty.mp3").write_bytes(b"")
    (tmp_path / "dangling.mp3").symlink_to(tmp_path / "gone.mp3")
    (tmp_path / "noise.mp3").write_bytes(np.random.default_rng(0).bytes(5000))
    (tmp_path / "folder.mp3").mkdir()
    reasons = {
        "text": "not a sound file",
        "empty": "the file is empty",
        "dangling": "a link to a file that does not exist",
        "missing": "there is no such file",
        "folder": "not a sound file",
    }
    for name, reason in reasons.items():
        with pytest.raises(AudioError, match=rf"^{name}\.mp3: {reason}"):
            open_recording(tmp_path / f"{name}.mp3")
    with pytest.raises(AudioError, match=r"^noise\.mp3: "):
        list(open_recording(tmp_path / "noise.mp3").blocks())


def test_a_file_or_folder_that_may_not_be_read_says_so(
    tmp_path: Path, write_sound: WriteSound
) -> None:
    path = write_sound(tmp_path / "a.wav", tone(1.0, SAMPLE_RATE))
    for locked in (path, tmp_path):
        mode = locked.stat().st_mode
        locked.chmod(0)
        try:
            with without_rights(), pytest.raises(AudioError, match="no permission to read"):
                next(decode(path))
        finally:
            locked.chmod(mode)


def test_tags_come_with_lower_case_names(tmp_path: Path, write_sound: WriteSound) -> None:
    said = {"title": "On Tides", "artist": "Maren Oakes", "date": "2025-03-14", "genre": "science"}
    for name, codec in (("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.opus", "libopus")):
        path = write_sound(tmp_path / name, tone(1.0, 48_000), 48_000, codec, tags=said)
        recording = open_recording(path)
        recording.close()
        assert {key: recording.tags[key] for key in said} == said


def test_the_guarded_process_gives_what_the_decoder_gives_bit_by_bit(
    tmp_path: Path, write_sound: WriteSound
) -> None:
    sound = np.stack([tone(40.0, 44_100), -tone(40.0, 44_100, 300)])
    path = write_sound(tmp_path / "a.m4a", sound, 44_100, "aac", tags={"title": "Ebb"})
    recording = open_recording(path)
    facts, *blocks = decode(path)
    assert facts == recording.facts
    assert isinstance(facts, StreamFacts) and facts.announced == pytest.approx(40.0, abs=0.1)
    whole = np.concatenate([block.samples for block in blocks if isinstance(block, Block)])
    np.testing.assert_array_equal(np.concatenate(list(recording.blocks())), whole)
    part = Part(1.0, 35.0, 48_000)
    _, *pieces = decode(path, part)
    cut = np.concatenate([piece.samples for piece in pieces if isinstance(piece, Block)], axis=1)
    np.testing.assert_array_equal(decode_part(path, part), cut)
