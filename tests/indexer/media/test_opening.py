"""What cannot be decoded says its true reason; no name is taken for something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.base.errors import AudioError
from indexer.media.cut import cut
from indexer.media.decode import SAMPLE_RATE, open_recording

WriteSound = Callable[..., Path]


@pytest.fixture(scope="module")
def m4a(tmp_path_factory: pytest.TempPathFactory, write_sound: WriteSound) -> bytes:
    sound = np.sin(np.arange(3 * 48_000) / 20)
    path = write_sound(tmp_path_factory.mktemp("m4a") / "a.m4a", sound, 48_000, "aac")
    return path.read_bytes()


def reason(path: Path, raw: bytes) -> str:
    path.write_bytes(raw)
    with pytest.raises(AudioError) as raised:
        list(open_recording(path).blocks())
    return str(raised.value)


def test_an_m4a_without_its_index_was_not_finished(tmp_path: Path, m4a: bytes) -> None:
    index = m4a.index(b"moov") - 4
    for raw in (m4a[:index], m4a[: index // 2], m4a[: index + 40]):
        said = reason(tmp_path / "a.m4a", raw)
        assert "its index (moov) is " in said
        assert said.endswith("the recording or download was not finished")


@pytest.mark.parametrize("kind", [b"drms", b"enca"])
def test_a_protected_file_is_called_protected(tmp_path: Path, m4a: bytes, kind: bytes) -> None:
    place = m4a.rindex(b"mp4a")
    said = reason(tmp_path / "a.m4p", m4a[:place] + kind + m4a[place + 4 :])
    assert "protected (DRM)" in said


def test_sound_in_an_unknown_format_is_named_so(tmp_path: Path, write_sound: WriteSound) -> None:
    path = write_sound(tmp_path / "a.webm", np.zeros(48_000), 48_000, "libopus")
    raw = path.read_bytes().replace(b"A_OPUS", b"A_0PUS")
    assert "format (codec) that cannot be decoded" in reason(path, raw)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>404 Not Found</body></html>",
        "\ufeff\n  <HTML lang='de'><head><title>Anmeldung</title></head></HTML>",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>Log in</p></html>",
    ],
)
def test_an_error_page_is_a_failed_download(tmp_path: Path, page: str) -> None:
    assert "a web page (HTML): the download failed" in reason(tmp_path / "a.mp3", page.encode())


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile real.wav\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nreal.wav\n#EXT-X-ENDLIST\n",
        "[playlist]\nFile1=http://127.0.0.1:9/a.mp3\n",
    ],
)
def test_a_playlist_opens_none_of_the_files_that_it_names(
    tmp_path: Path, write_sound: WriteSound, text: str
) -> None:
    write_sound(tmp_path / "real.wav", np.zeros(48_000), 48_000)
    assert reason(tmp_path / "clip.wav", text.encode()) == "clip.wav: a playlist, not a recording"


def test_a_file_of_zeros_was_not_finished(tmp_path: Path) -> None:
    assert "nothing but zeros" in reason(tmp_path / "a.mp3", bytes(50_000))


@pytest.mark.parametrize(
    "name", ["Q: what? 10:30.wav", "-dash.wav", "http:x.wav", "two\nlines.wav", "\x1b[31mred.wav"]
)
def test_any_name_can_be_opened_and_cut_to(
    tmp_path: Path, write_sound: WriteSound, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_sound(tmp_path / "plain.wav", np.sin(np.arange(3 * SAMPLE_RATE) / 9)).rename(
        tmp_path / name
    )
    monkeypatch.chdir(tmp_path)
    recording = open_recording(Path(name))
    assert sum(map(len, recording.blocks())) == 3 * SAMPLE_RATE
    assert cut(Path(name), 1.0, 2.0, Path(f"part {name}")) == pytest.approx(1.0)
    assert (tmp_path / f"part {name}").stat().st_size > 90_000


def test_tags_in_latin_1_are_read_as_such(tmp_path: Path, write_sound: WriteSound) -> None:
    path = write_sound(tmp_path / "a.mp3", np.zeros(48_000), 48_000, "libmp3lame")
    fields = ["Café du Nord", "Zoë", "Ça", "1999"]
    old = "".join(f.ljust(n, "\0") for f, n in zip(fields, (30, 30, 30, 4), strict=True))
    tag = b"TAG" + old.encode("latin-1") + bytes(30) + b"\x0c"
    raw = path.read_bytes()
    raw = raw[raw.index(b"\xff\xfb", 45) :]  # without its ID3v2
    path.write_bytes(raw + tag)
    recording = open_recording(path)
    recording.close()
    assert recording.tags["title"] == "Café du Nord"
    assert recording.tags["artist"] == "Zoë"
