"""What the server of the app does before anybody visits it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from tests.dropping import ROOT

SERVER = ROOT / "app" / "start" / "hilbert_server.py"

METADATA = """
import gc, importlib.metadata
before = {each.name: each.metadata.get_all("Requires-Dist")
          for each in importlib.metadata.distributions()}
import app.start.hilbert_server as server
assert not gc.isenabled()
server._read_package_metadata_once()
after = list(importlib.metadata.distributions())
assert {each.name: each.metadata.get_all("Requires-Dist") for each in after} == before
assert all(each.metadata is each.metadata for each in after)
assert importlib.metadata.version("click")
"""

SENDING = """
import socket
import app.start.hilbert_server as server
server._send_at_once()
with socket.socket() as listener, socket.socket() as visitor:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    visitor.connect(listener.getsockname())
    accepted, _ = listener.accept()
    with accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
"""

# Runs the server with a thread that says, once the library is open, what the process has ready, and
# then that models are being loaded.
WATCH = """
import gc, logging, runpy, sys, threading, time

def watch():
    while "app.state.open_library" not in sys.modules or not gc.isenabled():
        time.sleep(0.05)
    print("ready:", gc.get_freeze_count() > 0, "app.pages.search" in sys.modules, flush=True)
    end = time.monotonic() + 60
    while "Warming up" not in {each.name for each in threading.enumerate()}:
        if time.monotonic() > end:
            return print("ready: but loads no models", flush=True)
        time.sleep(0.05)
    print("ready: loads models", flush=True)

threading.Thread(target=watch, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(*arguments: object, library: Path | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", *map(str, arguments)],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "HILBERT_LIBRARY": str(library or ""),
            "HILBERT_WARM_UP": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_metadata_of_packages_is_parsed_once_and_says_the_same() -> None:
    process = run("-c", METADATA)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


@pytest.mark.slow
def test_answers_do_not_wait_for_the_visitor_to_acknowledge_their_first_part() -> None:
    process = run("-c", SENDING)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


@pytest.mark.slow
def test_a_server_without_a_token_is_not_started_by_accident() -> None:
    process = run(SERVER, "--port", 1)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2 and "start the app with `hilbert app`" in errors
    process = run(SERVER, "--port", 1, "--no-token", "--allow-host", "two words")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2 and "'two words' is no host name" in errors


@pytest.mark.slow
def test_pages_and_library_are_ready_before_the_first_visit(
    small_library: LibraryStore, tmp_path: Path
) -> None:
    watch = tmp_path / "watch.py"
    watch.write_text(WATCH)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-token", "--port", port]
    server = run(watch, SERVER, *options, library=small_library.folder)
    try:
        assert server.stdout is not None
        lines = iter(server.stdout.readline, "")
        ready = (line.strip() for line in lines if line.startswith("ready:"))
        assert next(ready) == "ready: True True"
        assert next(ready) == "ready: loads models"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
            assert answer.status == 200
    finally:
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=60)
    assert "ScriptRunContext" not in errors and "Traceback" not in errors
