"""Long runs commit now and then: what is indexed is searchable before the run ends."""

from __future__ import annotations

import pytest

from indexer.base.progress import SilentProgress
from indexer.index.library_store import LibraryStore
from indexer.ingest.commits import CommitSchedule
from indexer.ingest.followed import scan_followed
from indexer.ingest.run import index_folders
from tests.indexer.ingest.conftest import TEXTS, Collection, vtt

NEW = ("comets", "dunes", "eels")
ALWAYS = CommitSchedule(min_seconds=0.0, times_cost=0.0)


class Reader(SilentProgress):
    """A reader that opens the library anew whenever the run reports progress."""

    def __init__(self, library: LibraryStore) -> None:
        self._folder = library.folder
        self.seen: list[int] = []

    def update(self, done: float, detail: str = "") -> None:
        """Count the documents that a search sees."""
        library = LibraryStore.open(self._folder)
        n = len(library.snapshot().lexical.documents())
        library.close()
        if not self.seen or self.seen[-1] != n:
            self.seen.append(n)


class Stopping(SilentProgress):
    """A user who stops the run at the end of a document."""

    def __init__(self, documents: int) -> None:
        self._left = documents

    def update(self, done: float, detail: str = "") -> None:
        """Stop after so many documents; each reports when it begins and when it ends."""
        self._left -= detail.startswith("eels")
        if not self._left:
            raise KeyboardInterrupt


@pytest.fixture
def grown(collection: Collection) -> Collection:
    """A collection with three talks that the library does not know yet."""
    for name in NEW:
        collection.write(f"{name}.vtt", TEXTS["clocks"] + f" So much for {name}.")
    return collection


def run(grown: Collection, progress: SilentProgress, schedule: CommitSchedule) -> None:
    scanned = scan_followed(grown.library, [grown.folder])
    index_folders(grown.library, scanned, progress, schedule=schedule)


def test_each_commit_shows_what_is_indexed_and_disturbs_no_reader(grown: Collection) -> None:
    opened = grown.library.snapshot()
    before = sorted(d.name for d in opened.lexical.documents())
    reader = Reader(grown.library)
    run(grown, reader, ALWAYS)
    assert reader.seen == [3, 4, 5, 6]
    assert sorted(d.name for d in opened.lexical.documents()) == before
    assert sorted(grown.found()) == sorted([*before, *NEW])


def test_a_run_that_is_stopped_has_committed_what_came_before(grown: Collection) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(grown, Stopping(1), ALWAYS)
    assert {"comets", "dunes"} <= set(grown.found())
    report = grown.index(grown.folder)
    assert set(report.added) <= {"eels"} and not report.failed
    assert set(NEW) <= set(grown.found())


def test_a_short_run_commits_once(grown: Collection) -> None:
    before = grown.library.catalog.current_generation()
    run(grown, SilentProgress(), CommitSchedule())
    assert grown.library.catalog.current_generation() == (before or 0) + 1


def test_a_commit_is_due_after_a_multiple_of_what_the_last_one_cost() -> None:
    times = iter([0.0, 0.0, 0.0, 2.0, 7.9, 8.0])
    schedule = CommitSchedule(min_seconds=0.0, times_cost=3.0, clock=lambda: next(times))
    assert schedule.is_due
    with schedule.measured():
        pass  # from 0 to 2
    assert not schedule.is_due  # at 7.9
    assert schedule.is_due
    assert not CommitSchedule(min_seconds=60.0, times_cost=0.0).is_due


def test_documents_of_the_run_are_the_same_however_often_it_commits(
    grown: Collection,
) -> None:
    run(grown, SilentProgress(), ALWAYS)
    often = {d.id: d.features for d in grown.library.catalog.documents()}
    grown.write("foxes.vtt", vtt(TEXTS["bees"]))
    run(grown, SilentProgress(), CommitSchedule())
    kept = {d.id: d.features for d in grown.library.catalog.documents()}
    assert often.items() <= kept.items() and len(kept) == len(often) + 1
