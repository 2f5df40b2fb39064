"""A cluster of this machine gives what the local engine gives, whatever happens to its workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from indexer.index.library_store import LibraryStore
from tests.indexer.engines.running import features, processes_below, run, some_talks, start
from tests.sharing import copy_library

pytestmark = [pytest.mark.extras, pytest.mark.usefixtures("models")]
pytest.importorskip("ray", reason="needs the extra 'ray': make test-extras")


@pytest.fixture
def library(empty_library_folder: Path, tmp_path: Path) -> Path:
    return copy_library(empty_library_folder, tmp_path / "library")


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
    talks: Path, tmp_path: Path, small_library: LibraryStore, library: Path
) -> None:
    status, summary, killed = run_and_kill(
        1, some_talks(talks, tmp_path / "some"), "--library", library
    )
    assert killed == 1
    assert status == 0 and len(summary["added"]) == 3
    expected = features(small_library.folder)
    assert all(expected[name] == content for name, content in features(library).items())


@pytest.mark.skipif(sys.platform != "linux", reason="looks through /proc")
def test_what_kills_every_worker_fails_in_words_and_the_next_run_goes_on(
    talks: Path, tmp_path: Path, library: Path
) -> None:
    folder = some_talks(talks, tmp_path / "some")
    status, summary, killed = run_and_kill(1000, folder, "--library", library)
    assert killed > 1 and status == 1
    assert summary["failed"]
    assert all("the worker that processed it ended" in why for why in summary["failed"].values())
    assert len(summary["failed"]) + len(summary["added"]) == 3
    again = run(folder, "--library", library, "--json")
    assert again.returncode == 0, again.stderr
    rest = json.loads(again.stdout)
    assert len(rest["added"]) == len(summary["failed"])
    assert len(rest["unchanged"]) == len(summary["added"])


def test_an_address_where_nothing_answers_is_told_at_once(talks: Path, library: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    refused = run(talks, "--library", library, "--address", address)
    assert refused.returncode == 1 and "does not answer" in refused.stderr
