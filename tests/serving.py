"""The real `hilbert app` on a loopback port, and requests to it that no browser would make."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

HILBERT = [str(Path(sys.executable).with_name("hilbert"))]
# A name of somebody else that leads to this machine, in the browser of the tests.
REBOUND = "rebound.example"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(*options: object, folder: Path) -> Iterator[str]:
    """Run `hilbert app` in a folder, on a free port; the address that it prints."""
    port = free_port()
    with started([*HILBERT, "app", "--port", str(port), *map(str, options)], port, folder) as log:
        [address] = re.findall(r"at (http://\S+)", log.read_text())
        yield address


@contextmanager
def started(command: Sequence[str], port: int, folder: Path) -> Iterator[Path]:
    """Run a server in a folder until the block ends; the file of what it prints."""
    log = folder / "served.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True
        )
    try:
        for _ in range(240):
            if process.poll() is not None:
                pytest.fail(f"hilbert app did not start: {log.read_text()}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield log
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the command and the server below it, as Ctrl-C does."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(port: int, path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    """Send just these headers; `Host` is this machine's where it is not among them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    if not any(name == "Host" for name, _ in headers):
        connection.putheader("Host", f"127.0.0.1:{port}")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    # A WebSocket that is open has no end to read to.
    body = b"" if response.status == 101 else response.read()
    connection.close()
    return Answer(response.status, response.headers, body)


def open_websocket(port: int, *headers: tuple[str, str]) -> int:
    """Ask for the app's WebSocket (RFC 6455, section 4.1); the status: 101 where it opens."""
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    return ask(port, "/_stcore/stream", *wanted.items(), *headers).status


def cookie_of(address: str) -> tuple[str, str]:
    """Exchange the token of a printed address for the header that lets a browser in."""
    port, path = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)", address).groups()  # type: ignore[union-attr]
    return "Cookie", ask(int(port), path).headers["Set-Cookie"].partition(";")[0]
