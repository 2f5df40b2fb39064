"""Libraries that several files of this room search, evaluate or train on, each made once a run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from tests.sharing import copy_library, shared_folder
from tests.training_library import SETTINGS, CopyOf, Trained, fill

RunHilbert = Callable[..., subprocess.CompletedProcess[str]]


def _opened(folder: Path, encoders: Encoders) -> LibraryStore:
    library = LibraryStore.open(folder)
    library.encoders = encoders
    return library


@pytest.fixture(scope="session")
def twins_text() -> str:
    """What three documents of `twins` say."""
    return "the lighthouse keeper counted seven ships before the storm came in"


@pytest.fixture(scope="session")
def twins(
    empty_library_folder: Path,
    encoders: Encoders,
    twins_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> LibraryStore:
    """Three documents that say the same, and one that says something short; read only."""

    def build(folder: Path) -> None:
        talks = tmp_path_factory.mktemp("twins")
        for name in ("one", "two", "three"):
            cue = f"00:10.000 --> 00:20.000\n{twins_text}.\n"
            (talks / f"{name}.vtt").write_text(f"WEBVTT\n\nNOTE {name}\n\n{cue}")
        (talks / "short.txt").write_text("Nothing at all.\n")
        copy_library(empty_library_folder, folder)
        library = _opened(folder, encoders)
        summary = index(library, scan([talks]), ProcessSettings())
        assert not summary.failed and len(library.catalog.documents()) == 4
        library.close()

    return _opened(shared_folder(tmp_path_factory, "twins-library", build), encoders)


@pytest.fixture(scope="session")
def made(
    empty_library_folder: Path, encoders: Encoders, tmp_path_factory: pytest.TempPathFactory
) -> LibraryStore:
    """A library to train on, to be read only."""

    def build(folder: Path) -> None:
        copy_library(empty_library_folder, folder)
        library = _opened(folder, encoders)
        fill(library)
        library.close()

    return _opened(shared_folder(tmp_path_factory, "made-library", build), encoders)


@pytest.fixture(scope="session")
def trained(
    made: LibraryStore,
    encoders: Encoders,
    run_hilbert: RunHilbert,
    tmp_path_factory: pytest.TempPathFactory,
) -> Trained:
    """The library `made` after `hilbert train`, to be read only."""

    def build(folder: Path) -> None:
        folder.mkdir()
        copy_library(made.folder, folder / "library")
        settings = folder / "settings.json"
        settings.write_text(json.dumps(SETTINGS))
        command = ("train", "--library", folder / "library", "--config", settings, "--json")
        # In a process of its own, whose end leaves nothing in the write-ahead log.
        done = run_hilbert(*command)
        assert done.returncode == 0, done.stderr
        (folder / "summary.json").write_text(done.stdout)
        (folder / "log.txt").write_text(done.stderr)

    folder = shared_folder(tmp_path_factory, "trained-library", build)
    summary = json.loads((folder / "summary.json").read_text())
    library = _opened(folder / "library", encoders)
    return Trained(library, summary, (folder / "log.txt").read_text())


@pytest.fixture
def copy_of(encoders: Encoders, tmp_path: Path) -> CopyOf:
    """Copy a library, to be changed."""

    def copy(library: LibraryStore) -> LibraryStore:
        folder = tmp_path / f"copy-{len(list(tmp_path.iterdir()))}"
        return _opened(copy_library(library.folder, folder), encoders)

    return copy
