"""Recordings over HTTP: by range, of the documents of open libraries and of nothing else."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import av
import numpy as np
import pytest

from indexer.index.library_store import LibraryStore
from tests.made_documents import put_recording
from tests.serving import Answer, ask, cookie_of, serving
from tests.tone_steps import FIRST_HERTZ, STEP_HERTZ, write_staircase

pytestmark = pytest.mark.slow

Ask = Callable[..., Answer]
NAMES = ("tones.wav", "tones.aiff", "broken.mp3", "gone.wav", "huge.mp3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, models: None) -> Path:
    """A library with a wave file, one that no browser plays, one that is no sound, one gone."""
    folder = tmp_path_factory.mktemp("served")
    library = LibraryStore.create(folder / "library")
    for seed, name in enumerate(NAMES, 1):
        put_recording(library, seed, folder / name, 20.0)
    write_staircase(folder / "tones.wav", 20, "pcm_s16le")
    write_staircase(folder / "tones.aiff", 20, "pcm_s16be")
    (folder / "broken.mp3").write_bytes(b"ID3 and then nothing that sounds")
    with write_staircase(folder / "huge.mp3", 20, "libmp3lame").open("r+b") as file:
        file.truncate(6 << 30)  # sparse: no disk is used
        file.seek(-4, 2)
        file.write(b"last")
    (folder / "secret.wav").write_bytes((folder / "tones.wav").read_bytes())
    library.commit()
    library.close()
    return folder


@pytest.fixture(scope="module")
def documents(folder: Path) -> dict[str, str]:
    """Name of the file to id of its document."""
    library = LibraryStore.open(folder / "library")
    found = {Path(d.path).name: d.id for d in library.catalog.documents()}
    library.close()
    return found


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Ask]:
    """Ask for a part of the address of the library's recordings, with the cookie."""
    with serving("--library", folder / "library", folder=folder) as address:
        yield asking_at(address, folder)


def address_of(folder: Path) -> str:
    key = hashlib.sha256(str(folder / "library").encode()).hexdigest()[:16]
    return f"/recordings/{key}"


def asking_at(address: str, folder: Path) -> Ask:
    port, cookie = port_of(address), cookie_of(address)

    def asking(path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
        where = path if path.startswith("/") else f"{address_of(folder)}/{path}"
        return ask(port, where, cookie, *headers, method=method)

    until(lambda: asking("x").body.startswith(b"This recording is not"))  # the library is open
    return asking


def port_of(address: str) -> int:
    return int(address.split(":")[2].partition("/")[0])


def until(is_so: Callable[[], object]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it never was so")


def made(served: Ask, path: str) -> Answer:
    """Ask until it is made."""
    until(lambda: served(path).status != 202)
    return served(path)


def test_a_recording_is_sent_whole_or_by_range(
    served: Ask, folder: Path, documents: dict[str, str]
) -> None:
    raw, name = (folder / "tones.wav").read_bytes(), documents["tones.wav"]
    whole = served(name)
    assert (whole.status, whole.body) == (200, raw)
    assert whole.headers["Content-Type"] == "audio/wav"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "no-store"
    assert whole.headers["Content-Encoding"] is None
    head = served(name, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(raw))
    assert head.headers["ETag"] == whole.headers["ETag"]
    for wanted, first, last in (
        ("bytes=0-0", 0, 0),
        ("bytes=1000-1999", 1000, 1999),
        ("bytes=1000-", 1000, len(raw) - 1),
        ("bytes=-500", len(raw) - 500, len(raw) - 1),
        (f"bytes=5-{len(raw) + 9}", 5, len(raw) - 1),
    ):
        part = served(name, ("Range", wanted))
        assert (part.status, part.body) == (206, raw[first : last + 1]), wanted
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(raw)}"
    beyond = served(name, ("Range", f"bytes={len(raw)}-"))
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(raw)}")
    changed = served(name, ("Range", "bytes=0-9"), ("If-Range", '"of-another-version"'))
    assert (changed.status, len(changed.body)) == (200, len(raw))
    kept = served(name, ("Range", "bytes=0-9"), ("If-Range", whole.headers["ETag"]))
    assert (kept.status, kept.body) == (206, raw[:10])
    for method in ("POST", "PUT", "DELETE"):
        assert served(name, method=method).status in (403, 405)


def test_a_recording_of_any_size_is_sent_without_being_held(
    served: Ask, documents: dict[str, str]
) -> None:
    name, last = documents["huge.mp3"], (6 << 30) - 1
    part = served(name, ("Range", f"bytes={last - 7}-"))
    assert (part.status, part.body) == (206, b"\0\0\0\0last")
    assert part.headers["Content-Range"] == f"bytes {last - 7}-{last}/{last + 1}"
    assert served(name, method="HEAD").headers["Content-Length"] == str(last + 1)


def test_nothing_else_on_the_disk_has_an_address(
    served: Ask, folder: Path, documents: dict[str, str]
) -> None:
    secret = (folder / "secret.wav").read_bytes()
    path = str(folder / "secret.wav")
    name = documents["tones.wav"]
    for tried in (
        *(path, quote(path, safe=""), path.lstrip("/"), "secret.wav", "tones.wav"),
        *(f"{name}/../secret.wav", f"{name}%2F..%2Fsecret.wav", f"..%2F{name}", f"{name}/secret"),
        *(f"{name}/facts/../../{path}", f"{name}%00", f"{name}/copy", f"{name}/copy.wav", "%ff"),
        *(documents["gone.wav"], f"/recordings/{quote(str(folder), safe='')}/{name}"),
        *(f"/recordings/{'0' * 16}/{name}", f"/recordings/{name}", "/recordings//secret.wav"),
    ):
        answer = served(tried)
        assert secret[44:] not in answer.body, tried
        is_front_page = b'<div id="root">' in answer.body
        assert is_front_page or answer.status in (202, 400, 403, 404), tried
    gone = served(documents["gone.wav"])
    assert gone.status == 404 and b"no longer at" in gone.body
    other = served(f"/recordings/{'0' * 16}/{name}")
    assert other.status == 404 and b"load it again" in other.body


def test_what_a_player_needs_to_know_is_told(served: Ask, documents: dict[str, str]) -> None:
    facts = json.loads(served(f"{documents['tones.wav']}/facts").body)
    assert facts["title"].startswith("Talk 1") and facts["seconds"] == 20.0
    assert (facts["type"], facts["video"], facts["offset"]) == ("audio/wav", False, 0.0)
    assert facts["chapters"] == [{"start": 0.0, "title": "Opening"}]
    assert json.loads(served(f"{documents['tones.aiff']}/facts").body)["type"] == ""
    outline = made(served, f"{documents['tones.wav']}/waveform")
    loud = json.loads(outline.body)
    assert outline.status == 200 and len(loud) == 200  # a tenth of a second each
    assert min(loud) > 200 and max(loud) == 255  # a sound of one loudness


def test_a_copy_has_the_times_of_the_recording(
    served: Ask, documents: dict[str, str], tmp_path: Path
) -> None:
    name = documents["tones.aiff"]
    first = served(f"{name}/copy")
    assert first.status in (200, 202)
    assert json.loads(made(served, f"{name}/copy").body) == "copy.flac"
    copy = served(f"{name}/copy.flac", ("Range", "bytes=0-"))
    assert (copy.status, copy.headers["Content-Type"]) == (206, "audio/flac")
    (tmp_path / "copy.flac").write_bytes(copy.body)
    with av.open(str(tmp_path / "copy.flac")) as container:
        rate = container.streams.audio[0].rate
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    samples = np.concatenate(frames).astype(np.float32)
    assert len(samples) == 20 * rate
    # The steps of the tones are where they were: to a hundredth of a second.
    for second in (1, 7, 19):
        for side, expected in ((-0.06, second - 1), (0.01, second)):
            begin = round((second + side) * rate)
            # A tone lasts for longer than these 0.05 s.
            heard = samples[begin : begin + rate // 20] / 32768
            spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 8 * len(heard)))
            hertz = np.argmax(spectrum) * rate / (8 * len(heard))
            assert round((hertz - FIRST_HERTZ) / STEP_HERTZ) == expected


def test_a_recording_that_cannot_be_read_says_why(served: Ask, documents: dict[str, str]) -> None:
    name = documents["broken.mp3"]
    assert json.loads(served(f"{name}/facts").body)["type"] == ""
    for what in ("copy", "waveform"):
        failed = made(served, f"{name}/{what}")
        assert failed.status == 422 and b"broken.mp3: " in failed.body
    assert served(f"{name}/copy.flac").status == 404
    # Whatever a library names as its recording: what is none is not sent.
    answer = served(name)
    assert answer.status == 415 and answer.body == b"This file is no recording that can be read"


def test_many_are_served_at_once(served: Ask, folder: Path, documents: dict[str, str]) -> None:
    raw, name = (folder / "tones.wav").read_bytes(), documents["tones.wav"]
    right = []

    def listen(start: int) -> None:
        part = served(name, ("Range", f"bytes={start}-{start + 99_999}"))
        right.append(part.body == raw[start : start + 100_000])

    threads = [threading.Thread(target=listen, args=(50_000 * n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 20


def test_the_server_ends_while_a_player_has_stopped_reading_and_leaves_no_copy(
    folder: Path, documents: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving("--library", folder / "library", folder=tmp_path) as address:
        asking = asking_at(address, folder)
        assert made(asking, f"{documents['tones.aiff']}/copy").status == 200
        assert list(tmp_path.glob("hilbert-copies-*/*.flac"))
        name, value = cookie_of(address)
        player = socket.create_connection(("127.0.0.1", port_of(address)))
        path = f"{address_of(folder)}/{documents['huge.mp3']}"
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{name}: {value}\r\n\r\n"
        player.sendall(asked.encode())
        assert player.recv(12) == b"HTTP/1.1 200"
        begun = time.monotonic()
    assert time.monotonic() - begun < 15  # it is killed after 20
    player.close()
    assert not list(tmp_path.glob("hilbert-copies-*"))
