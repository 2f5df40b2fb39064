"""Tasks that do in a guarded process what a file may make a library do."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Item = tuple[dict[str, Any], None]


def crash() -> Iterator[Item]:
    """Read where nothing is."""
    ctypes.string_at(0)
    yield {}, None


def abort_after_an_item() -> Iterator[Item]:
    """End by a signal on the way."""
    yield {"number": 1}, None
    os.abort()


def compute_for_ever() -> Iterator[Item]:
    """Compute."""
    while True:
        pass
    yield {}, None


def wait_for_ever() -> Iterator[Item]:
    """Wait."""
    time.sleep(1e6)
    yield {}, None


def allocate() -> Iterator[Item]:
    """Ask for more and more memory."""
    held = []
    while True:
        held.append(np.ones(1 << 25))
    yield {}, None


def count_up() -> Iterator[Item]:
    """Yield numbers without an end."""
    number = 0
    while True:
        yield {"number": number, "process": os.getpid()}, None
        number += 1


def flood() -> Iterator[Item]:
    """Write what is no message into all pipes."""
    for handle in range(3, 20):
        try:
            os.write(handle, b"\xff" * 4096)
        except OSError:
            continue
    yield {}, None


def reach_out(folder: str) -> Iterator[Item]:
    """Try what a program does that was taken over; yields what was refused."""
    tries = {
        "socket": lambda: socket.socket(),
        "socket pair": lambda: socket.socketpair(),
        "program": lambda: subprocess.run(["true"], check=False),
        "process": lambda: os.fork(),
        "signal": lambda: os.kill(os.getppid(), 0),
        "new file": lambda: Path(folder, "new").write_text("a"),
        "written file": lambda: Path(folder, "old").open("r+").close(),
        "deleted file": lambda: Path(folder, "old").unlink(),
        "renamed file": lambda: Path(folder, "old").rename(Path(folder, "new")),
        "folder": lambda: Path(folder, "made").mkdir(),
    }
    refused = []
    for name, attempt in tries.items():
        try:
            attempt()
        except PermissionError:
            refused.append(name)
    yield {"tried": list(tries), "refused": refused, "read": Path(folder, "old").read_text()}, None


def open_files(path: str) -> Iterator[Item]:
    """Open a file again and again, as a list that names itself does."""
    held = []
    while True:
        held.append(open(path, "rb"))  # noqa: SIM115
    yield {}, None


def stop_by_signal(number: int) -> Iterator[Item]:
    """End by a signal."""
    os.kill(os.getpid(), signal.Signals(number))
    yield {}, None
