"""A file that takes more than its share is remembered, and no run tries it again unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.base.limits import VARIABLE
from indexer.guard.children import processor_seconds
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.followed import ScannedFolders
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index_folders
from tests.trust import hostile_media as hostile

Run = Callable[..., AddReport]
_SLOW_MARKDOWN = "*_`[(" * 80_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Good files, and three on which their reader passes a limit of a second."""
    folder = tmp_path / "folder"
    folder.mkdir()
    hostile.write_wav(folder / "a.wav", hostile.noise(48_000), 16_000)
    hostile.write_wav(folder / "m.wav", hostile.noise(48_000, seed=2), 16_000)
    hostile.write_wav(folder / "z.wav", hostile.noise(48_000, seed=3), 16_000)
    (folder / "m.md").write_text(_SLOW_MARKDOWN)
    (folder / "n.md").write_text(_SLOW_MARKDOWN + "!")
    hostile.long_flac(folder, seconds=600.0, rate=655_350)  # long to compute, soon heard
    return folder


@pytest.fixture
def index(folder: Path, empty_library: LibraryStore, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Index the folder with a limit of a second."""
    monkeypatch.setenv(VARIABLE, "processor_seconds=0.1 processor_seconds_per_megabyte=0.1")

    def run(*, retry_failed: bool = False) -> AddReport:
        found = scan([folder], exclude=empty_library.folder)
        scanned = [ScannedFolders(found, ProcessSettings(asr="never"))]
        return index_folders(empty_library, scanned, retry_failed=retry_failed)

    return run


def reasons(report: AddReport) -> dict[str, str]:
    return {Path(path).name: reason for path, reason in report.failed.items()}


def test_the_others_are_stored_and_the_culprits_are_not_tried_again_until_they_change(
    folder: Path, empty_library: LibraryStore, index: Run
) -> None:
    first = index()
    failed = reasons(first)
    assert set(failed) == {"m.md", "n.md", "long.flac"}
    assert all("of processor time; not tried again" in reason for reason in failed.values())
    assert sorted(first.added) == ["a", "m", "z"]
    assert empty_library.catalog.current_generation() == first.snapshot

    before = sum(processor_seconds().values())
    second = index()
    assert set(reasons(second)) == set(failed)
    assert all("--retry-failed" in reason for reason in reasons(second).values())
    assert sorted(second.unchanged) == ["a", "m", "z"]
    assert sum(processor_seconds().values()) - before < 0.5

    (folder / "n.md").write_text("Good words, and no more than that.")
    third = index()
    assert third.added == ["n"]
    assert set(reasons(third)) == {"m.md", "long.flac"}


def test_they_are_tried_again_when_that_is_asked_for(
    folder: Path, index: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "long.flac").unlink()
    (folder / "n.md").unlink()
    assert set(reasons(index())) == {"m.md"}
    monkeypatch.delenv(VARIABLE)
    assert set(reasons(index())) == {"m.md"}
    assert reasons(index(retry_failed=True)) == {}
