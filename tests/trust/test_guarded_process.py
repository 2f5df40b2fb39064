"""What happens in a guarded process stays there: crashes, memory, time, network, writing."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hilbert.errors import HilbertError
from indexer.base.limits import VARIABLE
from indexer.guard.children import FileFaultError, missing_guards, processor_seconds, run_guarded

HAS_FILTER = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
needs_filter = pytest.mark.skipif(not HAS_FILTER, reason="no filter of system calls here")


def run(task: str, file: Path, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Run a task of `misbehaving`."""
    for values, _ in run_guarded(f"tests.trust.misbehaving:{task}", file, arguments):
        yield values


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small file, so that the limits are the smallest."""
    path = tmp_path / "old"
    path.write_text("words")
    return path


def assert_serves(path: Path) -> None:
    """Check that the next file is read as if nothing had been."""
    items = run("count_up", path)
    assert [next(items)["number"] for _ in range(3)] == [0, 1, 2]


@needs_posix
def test_a_crash_is_the_files_failure_and_the_next_is_read(small: Path) -> None:
    with pytest.raises(FileFaultError, match=r"crashed \(SIGSEGV\)"):
        list(run("crash", small))
    assert_serves(small)


@needs_posix
def test_what_came_before_a_crash_is_kept(small: Path) -> None:
    items = run("abort_after_an_item", small)
    assert next(items) == {"number": 1}
    with pytest.raises(FileFaultError, match="SIGABRT"):
        next(items)
    assert_serves(small)


@needs_posix
def test_processor_time_is_limited(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "processor_seconds=1")
    with pytest.raises(FileFaultError, match="more than 1 s of processor time"):
        list(run("compute_for_ever", small))
    assert_serves(small)


def test_time_by_the_clock_is_limited(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "wall_seconds=1")
    with pytest.raises(FileFaultError, match="nothing could be read of it for 1 s"):
        list(run("wait_for_ever", small))
    assert_serves(small)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_memory_is_limited(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "memory_gigabytes=1.5")
    with pytest.raises(FileFaultError, match=r"more than 1\.5 GB of memory"):
        list(run("allocate", small))
    assert_serves(small)


@needs_posix
def test_open_files_are_limited(small: Path) -> None:
    with pytest.raises(OSError, match="Too many open files"):
        list(run("open_files", small, path=str(small)))
    assert_serves(small)


@needs_filter
def test_network_programs_and_writing_are_refused(small: Path) -> None:
    (found,) = run("reach_out", small, folder=str(small.parent))
    assert found["refused"] == found["tried"]
    assert found["read"] == "words"
    assert [path.name for path in small.parent.iterdir()] == ["old"]
    assert missing_guards() == []


def test_a_process_that_sends_no_messages_is_ended(small: Path) -> None:
    with pytest.raises((FileFaultError, HilbertError)):
        list(run("flood", small))
    assert_serves(small)


def test_one_process_serves_many_files(small: Path) -> None:
    processes = set()
    for _ in range(5):
        items = run("count_up", small)
        processes.add(next(items)["process"])
        items.close()  # type: ignore[attr-defined]
    assert len(processes) == 1


def test_its_processor_time_is_counted(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = "tests.trust.misbehaving:count_up"
    before = processor_seconds().get(task, 0.0)
    items = run("count_up", small)
    for _ in range(200):
        next(items)
    assert 0 < processor_seconds()[task] - before < 10


@needs_posix
@pytest.mark.parametrize("task", ["compute_for_ever", "wait_for_ever"])
def test_it_ends_with_its_parent(small: Path, task: str) -> None:
    code = (
        "import os, sys, threading, time; from pathlib import Path\n"
        "from indexer.guard import children\n"
        f"path = Path({str(small)!r})\n"
        f"def work(): list(children.run_guarded('tests.trust.misbehaving:{task}', path, {{}}))\n"
        "threading.Thread(target=work, daemon=True).start()\n"
        "real = children._Child.start\n"
        "def noted(child, *rest): real(child, *rest); print(child.process.pid, flush=True)\n"
        "children._Child.start = noted\n"
        "time.sleep(60)"
    )
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while _is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")  # one that has ended and waits to be reaped
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
