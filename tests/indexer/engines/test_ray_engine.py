"""A cluster of this machine gives what the local engine gives, whatever happens to its workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.index.library_store import LibraryStore
from tests.sharing import copy_library

pytestmark = [pytest.mark.extras, pytest.mark.usefixtures("models")]
pytest.importorskip("ray", reason="needs the extra 'ray': make test-extras")

ROOT = Path(__file__).resolve().parents[3]


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "indexer", "index", *map(str, arguments), "--engine", "ray"],
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


@pytest.fixture
def library(empty_library_folder: Path, tmp_path: Path) -> Path:
    return copy_library(empty_library_folder, tmp_path / "library")


@pytest.fixture
def some_talks(talks: Path, tmp_path: Path) -> Path:
    """Three talks, some with a transcript, and their table."""
    folder = tmp_path / "some"
    folder.mkdir()
    for name in ("fog-on-the-namib", "how-vaccines-teach", "why-tides-lag"):
        for file in talks.glob(f"{name}.*"):
            shutil.copy(file, folder)
    shutil.copy(talks / "metadata.csv", folder)
    return folder


def test_features_are_byte_equal_and_a_bad_file_is_alone(
    talks: Path, small_library: LibraryStore, library: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(talks, tmp_path / "talks")
    (folder / "broken.mp3").write_bytes(b"ID3" + bytes(range(256)) * 40)
    done = run(folder, "--library", library, "--json")
    assert done.returncode == 1, done.stderr
    summary = json.loads(done.stdout)
    assert len(summary["added"]) == 6
    assert [Path(path).name for path in summary["failed"]] == ["broken.mp3"]
    assert features(library) == features(small_library.folder)
    assert "Traceback" not in done.stderr and "ray" not in done.stderr.lower()
    with_ray = LibraryStore.open(library)
    for ours in small_library.catalog.documents():
        theirs = with_ray.catalog.document(ours.id)
        assert theirs is not None
        assert (theirs.title, theirs.text_source, theirs.transcript_sha, theirs.seconds) == (
            ours.title, ours.text_source, ours.transcript_sha, ours.seconds
        )  # fmt: skip
        assert with_ray.catalog.cues(ours.id) == small_library.catalog.cues(ours.id)
        assert with_ray.catalog.segments(ours.id) == small_library.catalog.segments(ours.id)
    with_ray.close()
    again = run(folder, "--library", library, "--json")
    assert len(json.loads(again.stdout)["unchanged"]) == 6


class Killer(threading.Thread):
    """Kills workers of a run as soon as they work, as many as are wanted."""

    def __init__(self, pid: int, most: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most = pid, most
        self.killed: list[int] = []

    def run(self) -> None:
        while len(self.killed) < self.most and Path(f"/proc/{self.pid}").exists():
            below = list(processes_below(self.pid))
            for pid, command in below:
                # One that decodes has a guarded process.
                works = any("indexer.guard.child" in line for _, line in processes_below(pid))
                if command.startswith("ray::MapWorker") and works and pid not in self.killed:
                    os.kill(pid, signal.SIGKILL)
                    self.killed.append(pid)
                    break
            time.sleep(0.05)


def run_and_kill(most: int, *arguments: object) -> tuple[int, dict[str, Any], int]:
    process = start(*arguments, "--json")
    killer = Killer(process.pid, most)
    killer.start()
    out, err = process.communicate()
    killer.join()
    assert "Traceback" not in err
    return process.returncode, json.loads(out), len(killer.killed)


@pytest.mark.skipif(sys.platform != "linux", reason="looks through /proc")
def test_what_a_killed_worker_had_goes_to_another(
    some_talks: Path, small_library: LibraryStore, library: Path
) -> None:
    status, summary, killed = run_and_kill(1, some_talks, "--library", library)
    assert killed == 1
    assert status == 0 and len(summary["added"]) == 3
    expected = features(small_library.folder)
    assert all(expected[name] == content for name, content in features(library).items())


@pytest.mark.skipif(sys.platform != "linux", reason="looks through /proc")
def test_what_kills_every_worker_fails_in_words_and_the_next_run_goes_on(
    some_talks: Path, library: Path
) -> None:
    status, summary, killed = run_and_kill(1000, some_talks, "--library", library)
    assert killed > 1 and status == 1
    assert summary["failed"]
    assert all("the worker that processed it ended" in why for why in summary["failed"].values())
    assert len(summary["failed"]) + len(summary["added"]) == 3
    again = run(some_talks, "--library", library, "--json")
    assert again.returncode == 0, again.stderr
    rest = json.loads(again.stdout)
    assert len(rest["added"]) == len(summary["failed"])
    assert len(rest["unchanged"]) == len(summary["added"])
