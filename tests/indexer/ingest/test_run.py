"""Indexing again does only what changed, whatever was renamed, copied, replaced or removed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.base.errors import LibraryError
from indexer.base.progress import SilentProgress
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index
from indexer.maintenance.manage import remove
from indexer.search.searcher import Searcher
from tests.sharing import copy_library

Excerpt = Callable[[Path, float, float], Path]
IndexInto = Callable[..., AddReport]

SECOND_RUN = """
import json, sys
from indexer.cli import run
status = run(["index", *sys.argv[1:], "--json"])
heavy = {"torch", "ctranslate2", "faster_whisper", "sentence_transformers", "onnxruntime"}
print(json.dumps({"status": status, "loaded": sorted(heavy & set(sys.modules))}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "talks"
    made.mkdir()
    return made


def lies_at(library: LibraryStore) -> dict[str, str]:
    """Document id to the file name that the catalog tells for it."""
    return {d.id: Path(d.path).name for d in library.catalog.documents()}


def texts(library: LibraryStore) -> str:
    segments = library.snapshot().lexical.segments()
    return " ".join(segment.text for segment in segments)


def feature_times(library: LibraryStore) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in library.features.folder.iterdir()}


def test_a_file_that_fails_is_logged_with_its_traceback(
    empty_library_folder: Path,
    folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    models: None,
) -> None:
    (folder / "talk.vtt").write_text("WEBVTT and no captions\n")
    (folder / "gone.vtt").symlink_to(folder / "nowhere.vtt")
    library = LibraryStore.open(copy_library(empty_library_folder, tmp_path / "library"))
    with caplog.at_level("DEBUG", logger="indexer"):
        report = index(library, scan([folder]), ProcessSettings())
    library.close()
    logged = [r for r in caplog.records if r.name.startswith("indexer.ingest.") and r.exc_info]
    assert {name.rsplit("/", 1)[-1] for name in report.failed} == {"gone.vtt", "talk.vtt"}
    for name in report.failed:
        assert sum(name in r.getMessage() for r in logged) == 1, name


def test_unchanged_files_cost_nothing_not_even_loading_a_model(
    library_copy: LibraryStore, talks: Path
) -> None:
    before = feature_times(library_copy)
    command = [sys.executable, "-c", SECOND_RUN, str(talks), "-l", str(library_copy.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    answer, _, report = done.stdout.rstrip().rpartition("\n")
    summary = json.loads(answer)
    assert json.loads(report) == {"status": 0, "loaded": []}
    assert len(summary["unchanged"]) == 6
    assert summary["added"] == summary["updated"] == [] and summary["generation"] == 1
    assert feature_times(library_copy) == before


def test_a_touched_file_with_the_same_content_is_unchanged(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    path = excerpt(folder / "a.wav", 0, 8)
    index_into(empty_library, folder, asr="never")
    os.utime(path, (1, 1))
    assert index_into(empty_library, folder, asr="never").unchanged == ["a"]


def test_a_changed_transcript_updates_its_document(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    transcript = folder / "a.vtt"
    transcript.write_text("WEBVTT\n\n00:00.000 --> 00:05.000\nThe schoolbook is wrong.\n")
    assert index_into(empty_library, folder).added == ["a"]
    before = lies_at(empty_library)
    transcript.write_text("WEBVTT\n\n00:00.000 --> 00:05.000\nThe picture is mistaken.\n")
    assert index_into(empty_library, folder).updated == ["a"]
    assert lies_at(empty_library) == before
    assert texts(empty_library) == "The picture is mistaken."
    assert len(feature_times(empty_library)) == 1


def test_a_transcript_that_comes_later_replaces_what_was_recognised(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    index_into(empty_library, folder)
    assert "same picture" in texts(empty_library)
    (folder / "a.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:05.000\nAs written.\n")
    assert index_into(empty_library, folder).updated == ["a"]
    assert texts(empty_library) == "As written."
    (folder / "a.vtt").unlink()
    assert index_into(empty_library, folder).updated == ["a"]
    assert "same picture" in texts(empty_library)


def test_a_changed_recording_at_a_known_path_replaces_the_old_one(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    index_into(empty_library, folder)
    (old,) = lies_at(empty_library)
    excerpt(folder / "a.wav", 32, 44)
    assert index_into(empty_library, folder).updated == ["a"]
    (new,) = lies_at(empty_library)
    assert new != old
    assert "same picture" not in texts(empty_library) and "ocean" in texts(empty_library)


def test_a_renamed_and_a_moved_file_keep_their_documents(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "a.wav", 0, 8)
    excerpt(folder / "b.wav", 32, 44)
    index_into(empty_library, folder, asr="never")
    before, written = lies_at(empty_library), feature_times(empty_library)
    (folder / "sub").mkdir()
    (folder / "a.wav").rename(folder / "tides.wav")
    (folder / "b.wav").rename(folder / "sub" / "b.wav")
    summary = index_into(empty_library, folder, asr="never")
    assert sorted(summary.updated) == ["b", "tides"] and not summary.warnings
    assert sorted(lies_at(empty_library).values()) == ["b.wav", "tides.wav"]
    assert set(lies_at(empty_library)) == set(before)
    assert feature_times(empty_library) == written
    paths = {d.path for d in empty_library.snapshot().lexical.documents()}
    assert paths == {str(folder / "tides.wav"), str(folder / "sub" / "b.wav")}
    assert sorted(index_into(empty_library, folder, asr="never").unchanged) == ["b", "tides"]


def test_episodes_that_were_renumbered_are_each_found_at_their_new_path(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    excerpt(folder / "01.wav", 0, 6)
    excerpt(folder / "02.wav", 8, 14)
    index_into(empty_library, folder, asr="never")
    first, second = (d.id for d in empty_library.catalog.documents())
    (folder / "02.wav").rename(folder / "03.wav")
    (folder / "01.wav").rename(folder / "02.wav")
    excerpt(folder / "01.wav", 32, 38)
    assert not index_into(empty_library, folder, asr="never").warnings
    places = lies_at(empty_library)
    assert len(places) == 3
    assert places[first] == "02.wav" and places[second] == "03.wav"
    assert sorted(index_into(empty_library, folder, asr="never").unchanged) == ["01", "02", "03"]


def test_two_recordings_that_swap_their_names_swap_their_paths(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    a, b = excerpt(folder / "a.wav", 0, 6), excerpt(folder / "b.wav", 8, 14)
    index_into(empty_library, folder, asr="never")
    before = lies_at(empty_library)
    a.rename(folder / "c")
    b.rename(a)
    (folder / "c").rename(b)
    index_into(empty_library, folder, asr="never")
    swap = {"a.wav": "b.wav", "b.wav": "a.wav"}
    assert lies_at(empty_library) == {id_: swap[name] for id_, name in before.items()}


def test_a_second_copy_is_an_alias_and_is_reported(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    a = excerpt(folder / "a.wav", 0, 6)
    shutil.copy(a, folder / "b.wav")
    for _ in range(2):
        summary = index_into(empty_library, folder, asr="never")
        assert not summary.failed and summary.documents == 1
        (warning,) = summary.warnings[str(folder / "b.wav")]
        assert warning == f"the same recording as {a}; kept once"
    assert empty_library.catalog.paths_of(next(iter(lies_at(empty_library)))) == [
        str(a),
        str(folder / "b.wav"),
    ]
    a.unlink()
    assert index_into(empty_library, folder, asr="never").failed == {}
    assert list(lies_at(empty_library).values()) == ["b.wav"]


def test_a_recording_that_is_overwritten_by_a_copy_of_another_is_gone(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    a, b = excerpt(folder / "a.wav", 0, 6), excerpt(folder / "b.wav", 32, 38)
    index_into(empty_library, folder)
    shutil.copy(b, a)
    index_into(empty_library, folder)
    assert list(lies_at(empty_library).values()) == ["b.wav"]
    assert "same picture" not in texts(empty_library)


def test_a_removed_document_is_not_found_and_can_be_added_again(
    library_copy: LibraryStore, talks: Path, index_into: IndexInto
) -> None:
    (gone,) = remove(library_copy, ["why-tides-lag"])
    assert gone.name == "why-tides-lag"
    hits = Searcher(library_copy).search("ocean basin tea cup", channel="lexical", k=50).hits
    assert "why-tides-lag" not in {hit.name for hit in hits}
    assert (talks / "why-tides-lag.opus").exists()
    summary = index_into(library_copy, talks)
    assert summary.added == ["why-tides-lag"] and len(summary.unchanged) == 5
    assert Searcher(library_copy).search("ocean basin tea cup", channel="lexical").hits


def test_removing_an_unknown_name_removes_nothing(library_copy: LibraryStore) -> None:
    with pytest.raises(LibraryError, match="no document is called 'nobody'; 'hilbert list'"):
        remove(library_copy, ["why-tides-lag", "nobody"])
    assert len(library_copy.catalog.documents()) == 6


def test_documents_of_the_same_name_are_told_apart_by_id(
    folder: Path, empty_library: LibraryStore, excerpt: Excerpt, index_into: IndexInto
) -> None:
    (folder / "2").mkdir()
    excerpt(folder / "talk.wav", 0, 6)
    excerpt(folder / "2" / "talk.wav", 32, 38)
    index_into(empty_library, folder, asr="never")
    with pytest.raises(LibraryError, match="several documents are called 'talk'; use an id"):
        remove(empty_library, ["talk"])
    first = empty_library.catalog.documents()[0].id
    assert [d.id for d in remove(empty_library, [first[:10]])] == [first]


# --- writers and readers ----------------------------------------------------------------------


def test_a_second_writer_is_told_to_wait(library_copy: LibraryStore, talks: Path) -> None:
    second = LibraryStore.open(library_copy.folder)
    with library_copy.writing():
        with pytest.raises(LibraryError, match="another hilbert is writing to this library"):
            index(second, scan([talks]), ProcessSettings())
        with pytest.raises(LibraryError, match="another hilbert is writing to this library"):
            remove(second, ["why-tides-lag"])
    assert len(index(second, scan([talks]), ProcessSettings()).unchanged) == 6


class _Reader(SilentProgress):
    """Searches, as another process would, at every step of an indexing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: list[list[str]] = []

    def search(self) -> None:
        searcher = Searcher(LibraryStore.open(self.folder))
        result = searcher.search("ocean basin rocks like tea", channel="lexical", k=1)
        self.found.append([hit.name for hit in result.hits])

    def update(self, done: float, detail: str = "") -> None:
        self.search()


def test_readers_see_the_previous_generation_until_the_new_one_is_whole(
    folder: Path, library_copy: LibraryStore, excerpt: Excerpt
) -> None:
    excerpt(folder / "again.wav", 32, 44)
    reader = _Reader(library_copy.folder)
    index(library_copy, scan([folder]), ProcessSettings(), reader)
    assert len(reader.found) >= 3 + 1  # steps of the recording, and one of the new snapshot
    assert set(map(tuple, reader.found)) == {("why-tides-lag",)}
    hits = Searcher(library_copy).search("ocean basin rocks like tea", channel="lexical").hits
    # Both say the same: it is shown once.
    assert {hits[0].name, *(other.name for other in hits[0].duplicates)} == {
        "why-tides-lag",
        "again",
    }
