"""A run that is killed at any point loses nothing, and the next one repeats nothing."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.cli import run
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.search.searcher import Searcher
from tests import warm
from tests.sharing import copy_library

# Sentences of one talk, each a recording.
SENTENCES = ((0.3, 6.3), (6.5, 10.8), (10.9, 16.0), (24.5, 32.3), (32.4, 37.6), (37.7, 44.2))
QUERIES = ("ocean basin rocks like tea", "a beach with a watch", "three hours after the moon")

Reached = Callable[[Path], bool]
Doctor = Callable[[Path], list[str]]


def features_at_least(n: int) -> Reached:
    return lambda library: len(list((library / "features").glob("*.safetensors"))) >= n


def writing_a_generation(library: Path) -> bool:
    return any((library / "generations").glob("*.partial"))


def start_index(recordings: Path, library: Path) -> warm.Process:
    return warm.Process("-m", "indexer", "index", recordings, "--library", library, "--json")


def stop_when(process: warm.Process, library: Path, reached: Reached, how: int) -> str:
    """Stop a run as soon as the library looks so, unless it ended; returns its errors."""
    while process.returncode is None and not reached(library):
        time.sleep(0.005)
    if process.returncode is None:
        process.send(how)
    return process.communicate()[1]


def lexical_answers(folder: Path) -> list[list[tuple[str, float | None, str]]]:
    searcher = Searcher(LibraryStore.open(folder))
    found = [searcher.search(query, channel="lexical", k=5).hits for query in QUERIES]
    return [[(hit.name, hit.start, hit.text) for hit in hits] for hits in found]


def assert_same_vectors(left: Path, right: Path) -> None:
    """Documents that were heard in another order have the same vectors, up to rounding."""
    ours, theirs = (LibraryStore.open(folder).snapshot().indexes for folder in (left, right))
    for key, vectors in ours.items():
        ids = sorted(vectors.ids.tolist())
        assert ids == sorted(theirs[key].ids.tolist())
        np.testing.assert_allclose(vectors.vectors(ids), theirs[key].vectors(ids), atol=1e-3)


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
def sentences(excerpt: Callable[[Path, float, float], Path], tmp_path: Path) -> Path:
    folder = tmp_path / "sentences"
    folder.mkdir()
    for start, end in SENTENCES:
        excerpt(folder / f"from-{start}.wav", start, end)
    return folder


@pytest.fixture
def library(empty_library_folder: Path, tmp_path: Path) -> Path:
    return copy_library(empty_library_folder, tmp_path / "killed")


def test_a_run_stopped_again_and_again_ends_like_one_that_was_not(
    sentences: Path, library: Path, empty_library: LibraryStore, doctor: Doctor
) -> None:
    index(empty_library, scan([sentences]), ProcessSettings())
    expected = empty_library.folder
    stored: dict[str, int] = {}
    for reached, how in (
        (features_at_least(1), signal.SIGKILL),  # before the catalog knows of them
        (features_at_least(3), signal.SIGINT),
        (features_at_least(5), signal.SIGKILL),
    ):
        process = start_index(sentences, library)
        errors = stop_when(process, library, reached, how)
        assert "Traceback" not in errors
        if how == signal.SIGINT:
            assert process.returncode == 130, errors
            assert "stopped; what is done is kept, the same command goes on from there" in errors
        assert any("interrupted run" in note for note in doctor(library))
        opened = LibraryStore.open(library)
        done = {d.features for d in opened.catalog.documents()}
        opened.close()
        times = {n: (library / "features" / n).stat().st_mtime_ns for n in done}
        assert {n: times.get(n) for n in stored} == stored, "a finished document was repeated"
        stored = times
    assert len(stored) >= 4
    last = start_index(sentences, library)
    output, errors = last.communicate()
    assert last.returncode == 0, errors
    summary = json.loads(output)
    assert summary["documents"] == 6 and not summary["failed"]
    assert len(summary["unchanged"]) == len(stored)
    for name, time_before in stored.items():
        assert (library / "features" / name).stat().st_mtime_ns == time_before
    assert all(lexical_answers(expected))
    assert lexical_answers(library) == lexical_answers(expected)
    assert_same_vectors(library, expected)
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
    output, errors = again.communicate()
    assert again.returncode == 0, errors
    assert json.loads(output)["unchanged"] == ["again"]
    assert "again" in {name for name, *_ in lexical_answers(folder)[0]}
    assert doctor(folder) == []
