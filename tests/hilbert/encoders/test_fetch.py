"""Models are fetched once, go on where they stopped, and are what the hub says they are."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests import warm

COMMIT = "c" * 40
# More than the hub's library writes at once: 10 MiB.
WEIGHTS = bytes(range(256)) * 60_000
FILES = {"model.bin": WEIGHTS, "config.json": b"{}"}
FETCH = """
import sys
from hilbert.encoders.fetch import fetch
from hilbert.errors import HilbertError
try:
    print(fetch("somebody/tiny").path)
except HilbertError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


class Hub(ThreadingHTTPServer):
    """What the hub answers for one model, on loopback.

    Attributes:
        files: Name to content.
        asked: First byte asked for, and file, of each download.
        cut: After so many bytes a download of the weights breaks off; None for not.
        sent: What is sent in place of the weights.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files = dict(FILES)
        self.asked: list[tuple[int, str]] = []
        self.cut: int | None = None
        self.sent = WEIGHTS


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path.startswith("/api/models/"):
            listed = [_entry(file, data) for file, data in self.server.files.items()]
            self._send({}, json.dumps({"id": "somebody/tiny", "sha": COMMIT, "siblings": listed}))
        else:
            self._answer(
                self.server.sent if name == "model.bin" else self.server.files.get(name, b"")
            )

    def _answer(self, data: bytes) -> None:
        name = self.path.rpartition("/")[2]
        if name not in self.server.files:
            self.send_error(404)
            return
        begin = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        headers = {
            "Content-Length": str(len(self.server.files[name]) - begin),
        }
        self.server.asked.append((begin, name))
        end = self.server.cut if name == "model.bin" and self.server.cut else len(data)
        self._send(headers, data[begin:end], 206 if begin else 200)

    def _send(self, headers: dict[str, str], body: bytes | str, status: int = 200) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for header, value in ({"Content-Length": str(len(data))} | headers).items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(data)


def _name(file: str, data: bytes) -> str:
    """How the hub names content: large files by sha256, others as git does."""
    if file.endswith(".bin"):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _entry(file: str, data: bytes) -> dict[str, object]:
    entry: dict[str, object] = {"rfilename": file, "size": len(data), "blobId": _name(file, data)}
    if file.endswith(".bin"):
        entry["lfs"] = {"sha256": _name(file, data), "size": len(data), "pointerSize": 130}
    return entry


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def environment(hub: Hub, tmp_path: Path) -> dict[str, str]:
    return {
        "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}",
        "HILBERT_CACHE": str(tmp_path / "cache"),
        "HF_HUB_DOWNLOAD_TIMEOUT": "2",
    }


def test_a_model_is_fetched_once_and_found_without_the_network(hub, environment) -> None:
    for _ in range(2):
        done = warm.run("-c", FETCH, env=environment)
        assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert sorted(name for _, name in hub.asked) == ["config.json", "model.bin"]
    refused = warm.run("-c", FETCH, env=environment | {"HILBERT_OFFLINE": "1"})
    assert refused.stderr.strip().endswith("nothing may be fetched (--offline): somebody/tiny")


def test_of_a_model_in_several_forms_only_the_files_of_one_are_fetched(hub, environment) -> None:
    wanted = {"encoder-model.int8.onnx": b"i", "vocab.txt": b"a 0", "config.json": b"{}"}
    hub.files = wanted | {"encoder-model.onnx": b"f", "encoder-model.onnx.data": b"ff"}
    known = "from hilbert.encoders.known_models import KNOWN_MODELS\n"
    files = 'KNOWN_MODELS["canary-1b-v2"].files'
    command = known + FETCH.replace('"somebody/tiny"', f'"somebody/tiny", {files}')
    done = warm.run("-c", command, env=environment)
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == wanted


def test_a_fetch_that_broke_off_goes_on_where_it_was(hub, environment) -> None:
    hub.cut = 12_000_000
    broken = warm.run("-c", FETCH, env=environment)
    assert broken.returncode == 1, broken.stdout
    assert "the same command goes on where it stopped" in broken.stderr.splitlines()[-1]
    hub.cut = None
    hub.asked.clear()
    done = warm.run("-c", FETCH, env=environment)
    assert done.returncode == 0, done.stderr
    assert (Path(done.stdout.strip()) / "model.bin").read_bytes() == WEIGHTS
    assert min(begin for begin, name in hub.asked if name == "model.bin") > 0


def test_what_is_not_what_the_hub_says_is_told_and_not_kept(hub, environment) -> None:
    hub.sent = WEIGHTS[::-1]
    wrong = warm.run("-c", FETCH, env=environment)
    assert wrong.returncode == 1
    assert "model.bin of" in wrong.stderr and "was deleted" in wrong.stderr.splitlines()[-1]
    hub.sent = WEIGHTS
    done = warm.run("-c", FETCH, env=environment)
    assert done.returncode == 0, done.stderr
