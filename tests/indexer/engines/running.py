"""The `index` of a Ray cluster in a process of its own, and what it left."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# A shell that runs the tests in the background has what they start ignore interrupts.
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from indexer.__main__ import main
main()
"""


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, "index", "--engine", "ray", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    process = start(*arguments)
    out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@contextmanager
def started_cluster(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a cluster on loopback, as its users do, in a process of its own; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    quiet = ["--include-dashboard", "false", "--disable-usage-stats", "--temp-dir", folder]
    where = ["--node-ip-address", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    memory = ["--object-store-memory", str(200 << 20)]
    process = subprocess.Popen(
        [*command, *where, *quiet, *memory, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(1200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, "the cluster does not start"
            time.sleep(0.1)
        yield f"127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def processes_below(pid: int) -> Iterator[tuple[int, str]]:
    """Ids and command lines of the children of a process, and of theirs."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    waiting = parents.get(pid, [])
    while waiting:
        child = waiting.pop()
        waiting += parents.get(child, [])
        try:
            yield child, Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ").strip()
        except OSError:
            continue


def features(library: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (library / "features").iterdir()}


def some_talks(talks: Path, folder: Path) -> Path:
    """Three talks, some with a transcript, and their table."""
    folder.mkdir()
    for name in ("fog-on-the-namib", "how-vaccines-teach", "why-tides-lag"):
        for file in talks.glob(f"{name}.*"):
            shutil.copy(file, folder)
    shutil.copy(talks / "metadata.csv", folder)
    return folder
