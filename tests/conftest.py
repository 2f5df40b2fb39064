"""A small library of real demo talks, made once, and the `hilbert` command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from indexer.base import assets
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from tests import warm
from tests.dropping import Copy
from tests.sharing import copy_library, shared_folder

# Of this user's own settings nothing is read or written, here or in processes that are started.
os.environ["HILBERT_CONFIG"] = tempfile.mkdtemp(prefix="hilbert-config-")

# Half of them with a transcript, half without; every demo clip is about one of them.
TALKS = (
    "fog-on-the-namib",
    "footsteps-of-a-foley-artist",
    "harrison-and-the-longitude",
    "how-a-violin-sings",
    "how-vaccines-teach",
    "why-tides-lag",
)
# The same examples in every run, and as long as they take: a busy machine is no failure.
settings.register_profile("hilbert", deadline=None, derandomize=True)
settings.load_profile("hilbert")

RunHilbert = Callable[..., subprocess.CompletedProcess[str]]


# Imported by what loads an encoder, and by nothing else.
ENCODER_LIBRARIES = {"sentence_transformers", "tokenizers"}
LOADED: set[str] = set()
# Files that take longest. A file stays on one worker, so these come first and short ones fill up.
LONGEST = (
    "test_killed.py",
    "test_search.py",
    "test_search_by_clip.py",
    "test_dropped_channel.py",
    "test_wheel.py",
    "test_moved_and_changed.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, and mark what `make test-fast` leaves out.

    That is whatever depends on the fixture `models`, and whatever runs a copy of the packages.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        if isinstance(item, pytest.Function):
            if "models" in item.fixturenames:
                item.add_marker(pytest.mark.models)
            if getattr(item.module, "Copy", None) is Copy:
                item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Fail a test that is the first of its process to load an encoder without `models`."""
    new = ENCODER_LIBRARIES & sys.modules.keys() - LOADED
    LOADED.update(new)
    if new and not item.get_closest_marker("models"):
        pytest.fail("it loads an encoder: request the fixture `models`")


@pytest.fixture(scope="session")
def models() -> None:
    """Requested by what loads an encoder, here or in a process: never part of the fast lane."""


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """The demo collection: recordings, queries and clips with their answers."""
    folder = assets.demo_folder()
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def talks(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six demo talks and their table, to be read only."""

    def build(folder: Path) -> None:
        folder.mkdir()
        for talk in TALKS:
            for file in (demo_folder / "recordings").glob(f"{talk}.*"):
                shutil.copy(file, folder)
        shutil.copy(demo_folder / "recordings" / "metadata.csv", folder)

    return shared_folder(tmp_path_factory, "talks", build)


@pytest.fixture(scope="session")
def empty_library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library without documents, to be copied."""
    return shared_folder(
        tmp_path_factory, "empty-library", lambda folder: LibraryStore.create(folder).close()
    )


@pytest.fixture(scope="session")
def encoders(empty_library_folder: Path, models: None) -> Encoders:
    """The embedded encoders, loaded once for all tests."""
    library = LibraryStore.open(empty_library_folder)
    library.close()
    return library.encoders


@pytest.fixture(scope="session")
def small_library(
    empty_library_folder: Path,
    encoders: Encoders,
    talks: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> LibraryStore:
    """A library of `talks`, to be read only; `library_copy` is there to be changed."""

    def build(folder: Path) -> None:
        copy_library(empty_library_folder, folder)
        library = LibraryStore.open(folder)
        library.encoders = encoders
        summary = index(library, scan([talks]), ProcessSettings())
        library.close()
        assert not summary.failed

    library = LibraryStore.open(shared_folder(tmp_path_factory, "small-library", build))
    library.encoders = encoders
    return library


@pytest.fixture
def library_copy(small_library: LibraryStore, encoders: Encoders, tmp_path: Path) -> LibraryStore:
    """The small library once more, to be changed."""
    folder = tmp_path / "copy"
    copy_library(small_library.folder, folder)
    library = LibraryStore.open(folder)
    library.encoders = encoders
    return library


@pytest.fixture
def empty_library(empty_library_folder: Path, encoders: Encoders, tmp_path: Path) -> LibraryStore:
    """A library without documents, to be filled."""
    folder = tmp_path / "library"
    copy_library(empty_library_folder, folder)
    library = LibraryStore.open(folder)
    library.encoders = encoders
    return library


@pytest.fixture(scope="session")
def run_hilbert(models: None) -> RunHilbert:
    """Run `hilbert` with arguments in a process of its own; returns its output and exit status.

    For a behaviour that is the same in this process, call `indexer.cli.run`.
    """
    return partial(warm.run, "-m", "indexer")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real recordings to measure on, which are no part of the project."""
    named = os.environ.get("HILBERT_DATA")
    if not named:
        pytest.skip("HILBERT_DATA is not set: it names the folder of real recordings")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder}, which HILBERT_DATA names")
    return folder
