"""A run that is killed at any point loses nothing, and the next one repeats nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.cli import run
from indexer.index.library_store import LibraryStore
from indexer.search.searcher import Searcher
from tests.sharing import copy_library

COMMAND = Path(sys.executable).with_name("hilbert")
QUERIES = ("ocean basin rocks like tea", "the watch that got to Jamaica", "a stick of celery")

Reached = Callable[[Path], bool]
Doctor = Callable[[Path], list[str]]


def features_at_least(n: int) -> Reached:
    return lambda library: len(list((library / "features").glob("*.safetensors"))) >= n


def writing_a_generation(library: Path) -> bool:
    return any((library / "generations").glob("*.partial"))


def start_index(talks: Path, library: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(COMMAND), "index", str(talks), "--library", str(library), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell starts what it runs in the background with SIGINT ignored, tests and all.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def stop_when(process: subprocess.Popen[str], library: Path, reached: Reached, how: int) -> str:
    """Stop a run as soon as the library looks so, unless it ended; returns its errors."""
    while process.poll() is None and not reached(library):
        time.sleep(0.001)
    if process.poll() is None:
        os.killpg(process.pid, how)
    return process.communicate(timeout=300)[1]


def lexical_answers(folder: Path) -> list[list[tuple[str, float | None, str]]]:
    searcher = Searcher(LibraryStore.open(folder))
    found = [searcher.search(query, channel="lexical", k=5).hits for query in QUERIES]
    return [[(hit.name, hit.start, hit.text) for hit in hits] for hits in found]


def assert_same_vectors(left: Path, right: Path) -> None:
    """Documents that were heard in another order have the same vectors, up to rounding."""
    ours, theirs = (LibraryStore.open(folder).snapshot().indexes for folder in (left, right))
    for key, index in ours.items():
        ids = sorted(index.ids.tolist())
        assert ids == sorted(theirs[key].ids.tolist())
        np.testing.assert_allclose(index.vectors(ids), theirs[key].vectors(ids), atol=1e-3)


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    """`hilbert doctor`, which finds the library healthy; returns its notes."""

    def notes(folder: Path) -> list[str]:
        status = run(["doctor", "--library", str(folder), "--json"])
        found = json.loads(capsys.readouterr().out)
        assert status == 0 and found["healthy"] and found["problems"] == [], found
        return list(found["notes"])

    return notes


@pytest.fixture
def library(empty_library_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    copy_library(empty_library_folder, folder)
    return folder


def test_a_run_stopped_again_and_again_ends_like_one_that_was_not(
    talks: Path, library: Path, small_library: LibraryStore, doctor: Doctor
) -> None:
    stored: dict[str, int] = {}
    for reached, how in (
        (features_at_least(1), signal.SIGKILL),  # before the catalog knows of them
        (features_at_least(3), signal.SIGINT),
        (features_at_least(5), signal.SIGKILL),
    ):
        process = start_index(talks, library)
        errors = stop_when(process, library, reached, how)
        assert "Traceback" not in errors
        if how == signal.SIGINT:
            assert process.returncode == 130
            assert "stopped; what is done is kept, the same command goes on from there" in errors
        assert any("interrupted run" in note for note in doctor(library))
        opened = LibraryStore.open(library)
        done = {d.features for d in opened.catalog.documents()}
        opened.close()
        times = {n: (library / "features" / n).stat().st_mtime_ns for n in done}
        assert {n: times.get(n) for n in stored} == stored, "a finished document was repeated"
        stored = times
    assert len(stored) >= 4
    last = start_index(talks, library)
    output, errors = last.communicate(timeout=300)
    assert last.returncode == 0, errors
    summary = json.loads(output)
    assert summary["documents"] == 6 and not summary["failed"]
    assert len(summary["unchanged"]) == len(stored)
    for name, time_before in stored.items():
        assert (library / "features" / name).stat().st_mtime_ns == time_before
    assert lexical_answers(library) == lexical_answers(small_library.folder)
    assert_same_vectors(library, small_library.folder)
    assert doctor(library) == []


def test_a_kill_while_a_generation_is_written_leaves_the_one_before_serving(
    small_library: LibraryStore, tmp_path: Path, doctor: Doctor
) -> None:
    expected = lexical_answers(small_library.folder)
    more = tmp_path / "more"
    more.mkdir()
    (more / "again.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:05.000\nThe ocean basin rocks like tea, again.\n"
    )
    for attempt in range(10):  # on a busy machine the write may be over before the kill
        folder = tmp_path / f"library{attempt}"
        copy_library(small_library.folder, folder)
        stop_when(start_index(more, folder), folder, writing_a_generation, signal.SIGKILL)
        reader = LibraryStore.open(folder)
        number = reader.catalog.current_generation()
        reader.close()
        if number == 1:
            break
    assert number == 1
    assert lexical_answers(folder) == expected
    assert any("not searchable yet" in note for note in doctor(folder))
    again = start_index(more, folder)
    output, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    assert json.loads(output)["unchanged"] == ["again"]
    assert "again" in {name for name, *_ in lexical_answers(folder)[0]}
    assert doctor(folder) == []
