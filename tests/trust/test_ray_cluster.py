"""A cluster that hilbert starts listens on loopback only, sends nothing, and ends with the run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexer.engines.running import processes_below, start
from tests.sharing import copy_library

pytestmark = [
    pytest.mark.extras,
    pytest.mark.usefixtures("models"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks through /proc"),
]
pytest.importorskip("ray", reason="needs the extra 'ray': make test-extras")

LISTENING = "0A"
LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")
NOWHERE = ("00000000", "0000000000000000FFFF000000000000", "0" * 32)


def sockets(pid: int) -> Iterator[tuple[str, str, str]]:
    """Local and remote address (hex, as the kernel writes them) and state of sockets of TCP."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        if found := re.match(r"socket:\[(\d+)\]", os.readlink(entry)):
            inodes.add(found[1])
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            values = line.split()
            if values[9] in inodes:
                local, remote = (value.partition(":")[0] for value in values[1:3])
                yield local, remote, values[3]


def wait_for_a_worker(process: subprocess.Popen[str]) -> list[int]:
    while process.poll() is None:
        below = list(processes_below(process.pid))
        if any(command.startswith("ray::MapWorker") for _, command in below):
            return [pid for pid, _ in below]
        time.sleep(0.1)
    raise AssertionError(f"no worker was seen: {process.communicate()}")


@pytest.fixture
def talk(demo_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "talk"
    folder.mkdir()
    shutil.copy(demo_folder / "recordings" / "why-tides-lag.opus", folder)
    return folder


@pytest.fixture
def talks(talk: Path, demo_folder: Path) -> Path:
    """Many, so that a run is still at work when it is interrupted."""
    for path in sorted((demo_folder / "recordings").glob("*.opus"))[:12]:
        shutil.copy(path, talk)
    return talk


def test_it_listens_on_loopback_and_speaks_to_nobody_else(
    empty_library_folder: Path, talk: Path, tmp_path: Path
) -> None:
    library = copy_library(empty_library_folder, tmp_path / "library")
    process = start(talk, "--library", library)
    wait_for_a_worker(process)
    seen, beyond = 0, set()
    while process.poll() is None:
        for pid in [process.pid, *(pid for pid, _ in processes_below(process.pid))]:
            try:
                found = list(sockets(pid))
            except OSError:  # it has just ended
                continue
            for local, remote, state in found:
                seen += state == LISTENING
                if local not in LOOPBACK or remote not in (*LOOPBACK, *NOWHERE):
                    beyond.add((pid, local, remote, state))
        time.sleep(0.1)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert seen > 3 and beyond == set()


def test_usage_reports_are_off_and_no_folder_is_sent(
    empty_library_folder: Path, talks: Path, tmp_path: Path
) -> None:
    library = copy_library(empty_library_folder, tmp_path / "library")
    process = start(talks, "--library", library)
    commands = {pid: Path(f"/proc/{pid}") for pid in wait_for_a_worker(process)}
    environments = []
    for folder in commands.values():
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"" not in environment[:-1]:  # some write their title over a part of it
            environments.append(environment)
    assert len(environments) > 1
    for environment in environments:
        assert b"RAY_USAGE_STATS_ENABLED=0" in environment
        assert b"RAY_ENABLE_UV_RUN_RUNTIME_ENV=0" in environment
    process.send_signal(signal.SIGINT)  # as Ctrl-C does
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "the same command goes on from there" in errors and "Traceback" not in errors
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(map(_is_alive, commands)):
        time.sleep(0.1)
    assert [pid for pid in commands if _is_alive(pid)] == []


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
