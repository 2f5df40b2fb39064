"""Nothing leaves the machine: not in use, not for an address that is named, never offline."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from indexer.cli import run
from indexer.index.library_store import LibraryStore
from tests import warm
from tests.sharing import copy_library

ROOT = Path(__file__).resolve().parents[2]
BEYOND = """
import socket
from hilbert.offline import OfflineError, go_offline

go_offline()
for ask in (
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(("2001:db8::1", 53)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
):
    try:
        ask()
        print("left")
    except OfflineError as error:
        print(str(error).partition(":")[0])
here = socket.create_server(("127.0.0.1", 0))
socket.create_connection(here.getsockname()).close()
print("here")
"""


def test_offline_refuses_what_is_beyond_this_machine() -> None:
    done = warm.run("-c", BEYOND)
    assert done.returncode == 0, done.stderr
    refused = "nothing may leave this machine (--offline)"
    assert done.stdout.splitlines() == [*4 * [refused], "here"]


@pytest.mark.parametrize("arguments", [["--offline", "search"], ["search", "--offline"]])
def test_offline_goes_before_or_behind_a_verb(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr("hilbert.offline.go_offline", lambda: asked.append(True))
    assert run([*arguments, "--help"]) == 0
    assert asked


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """A server that notes what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/clip.wav", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_clip_at_an_address_is_refused_in_words(
    small_library: LibraryStore,
    requests: tuple[str, list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address, asked = requests
    library = ["--library", str(small_library.folder)]
    assert run(["search", "--clip", address, *library]) == 1
    assert "nothing is fetched from the network; download it" in capsys.readouterr().err
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"clip": address}) + "\n" + '{"query": "tide"}\n')
    assert run(["search", "--queries", str(queries), "--json", *library]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert "nothing is fetched from the network" in first["error"] and second["hits"]
    assert asked == []


def test_no_packet_leaves_in_use(
    empty_library_folder: Path,
    demo_folder: Path,
    tmp_path: Path,
    models: None,
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    library = copy_library(empty_library_folder, tmp_path / "library")
    talks, trace = tmp_path / "talks", tmp_path / "trace"
    talks.mkdir()
    shutil.copy(demo_folder / "clips" / "snow-and-celery-other-voice.opus", talks)
    command = ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o", trace]
    hilbert = [sys.executable, "-m", "indexer"]
    for arguments in (["index", talks], ["search", "snow"], ["info"]):
        done = subprocess.run(
            [*command, *hilbert, *arguments, "--library", library],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if "ptrace" in done.stderr or "strace:" in done.stderr:
            pytest.skip(f"strace may not trace here: {done.stderr[:100]}")
        assert done.returncode == 0, done.stderr
        lines = trace.read_text().splitlines()
        assert lines
        assert [line for line in lines if re.search(r"AF_INET|sendto|sendmsg", line)] == []


@pytest.mark.usefixtures("models")
def test_onnx_runtime_does_not_number_this_machine(
    empty_library_folder: Path, demo_folder: Path, tmp_path: Path
) -> None:
    library, home = copy_library(empty_library_folder, tmp_path / "library"), tmp_path / "home"
    talks = tmp_path / "talks"
    talks.mkdir()
    shutil.copy(demo_folder / "clips" / "snow-and-celery-other-voice.opus", talks)
    folders = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), str(home))
    env = {**os.environ, **folders, "PYTHONPATH": str(ROOT)}
    env.pop("ORT_DISABLE_TELEMETRY", None)  # of this process
    for arguments in (["index", talks], ["search", "snow"]):
        subprocess.run(
            [sys.executable, "-m", "indexer", *arguments, "--library", library],
            cwd=ROOT,
            env=env,
            check=True,
        )
    assert [path for path in home.rglob("*") if "onnxruntime" in path.name] == []


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (["s3://bucket/talks", "--engine", "ray"], "s3://bucket/talks is not on this machine"),
        (
            ["TALKS", "--engine", "ray", "--address", "10.0.0.5:6379"],
            "the cluster at 10.0.0.5:6379",
        ),
    ],
)
def test_offline_refuses_remote_files_and_clusters_in_words(
    arguments: list[str],
    refused: str,
    empty_library_folder: Path,
    talks: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("hilbert.offline.go_offline", lambda: None)  # would hold for all tests
    monkeypatch.setenv("HILBERT_OFFLINE", "1")
    library = copy_library(empty_library_folder, tmp_path / "library")
    named = [str(talks) if argument == "TALKS" else argument for argument in arguments]
    assert run(["--offline", "index", *named, "--library", str(library)]) == 1
    error = capsys.readouterr().err
    assert refused in error and "--offline" in error and "Traceback" not in error


def test_remote_files_need_an_engine_that_fetches(
    empty_library_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = copy_library(empty_library_folder, tmp_path / "library")
    assert run(["index", "s3://bucket/talks", "--library", str(library)]) == 2
    assert "add --engine ray" in capsys.readouterr().err
