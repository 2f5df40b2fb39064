"""Shards of different kinds of vector index answer together; `info` says which and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.commands.info import command as info
from indexer.index import vector_choice
from indexer.index.library_store import LibraryStore
from indexer.index.manifest import read_manifest
from indexer.index.vector_choice import VectorSettings
from indexer.index.vector_indexes import rabitq
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild
from indexer.search.searcher import Searcher
from tests.made_documents import put


def kinds(library: LibraryStore) -> list[str]:
    manifest = library.snapshot().manifest
    return [manifest.vector_index_of(entry) for entry in manifest.shards]


def found(library: LibraryStore) -> list[tuple[str, float, float]]:
    hits = Searcher(library).search("the rising tides of the river", channel="text", k=10).hits
    return [(hit.document, hit.start, pytest.approx(hit.score, abs=2e-3)) for hit in hits]


def set_kind(library: LibraryStore, kind: str) -> None:
    with library.writing():
        library.put_vector_settings(library.vector_settings.changed(kind))


@pytest.fixture
def grown(empty_library: LibraryStore, monkeypatch: pytest.MonkeyPatch) -> LibraryStore:
    """A library of three shards, each of another kind."""
    monkeypatch.setattr(rabitq, "_LEAST_FOR_CODES", 1)
    for seed, kind in enumerate(("flat", "rabitq", "auto"), 1):
        put(empty_library, seed)
        set_kind(empty_library, kind)
        empty_library.commit()
    return empty_library


def test_shards_of_several_kinds_answer_as_one_kind_does(grown: LibraryStore) -> None:
    assert kinds(grown) == ["flat", "rabitq", "sqfp16"]
    mixed = found(grown)
    assert mixed and examine(grown.folder).healthy
    for kind in ("flat", "rabitq", "sqfp16", "auto"):
        rebuild(grown, vectors=VectorSettings(kind))
        assert grown.vector_settings.kind == kind
        assert kinds(grown) == ["sqfp16" if kind == "auto" else kind]
        assert found(grown) == mixed


def test_sums_follow_the_vectors_that_are_stored(grown: LibraryStore) -> None:
    put(grown, 4)
    grown.commit()  # merges shards of three kinds
    assert kinds(grown) == ["sqfp16"]
    before = grown.snapshot().background
    put(grown, 2, version=1)
    grown.commit()
    put(grown, 2)
    grown.commit()
    for pair, background in grown.snapshot().background.items():
        assert background.mean == pytest.approx(before[pair].mean, abs=1e-9)
        assert background.std == pytest.approx(before[pair].std, abs=1e-9)


def test_a_manifest_without_kinds_of_shards_is_of_the_one_that_it_names(
    empty_library: LibraryStore,
) -> None:
    set_kind(empty_library, "flat")
    put(empty_library, 1)
    empty_library.commit()
    path = empty_library.snapshot().folder / "manifest.json"
    written = json.loads(path.read_text())
    for entry in written["shards"]:
        del entry["vector_index"]
    path.write_text(json.dumps(written))
    manifest = read_manifest(path.parent)
    assert manifest.vector_index_of(manifest.shards[0]) == "flat"
    expected = found(empty_library)
    set_kind(empty_library, "auto")
    put(empty_library, 2)
    empty_library.commit()
    assert kinds(empty_library) == ["flat", "sqfp16"]
    assert {row[0] for row in expected} <= {row[0] for row in found(empty_library)}


def test_shards_written_before_a_library_grew_stay_until_a_rebuild(
    empty_library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_choice, "LEAST_APPROXIMATE", 1)
    put(empty_library, 1)
    empty_library.commit()
    monkeypatch.setattr(vector_choice, "MOST_EXACT", empty_library.snapshot().manifest.segments)
    put(empty_library, 2)
    empty_library.commit()
    assert kinds(empty_library) == ["sqfp16", "rabitq"]
    assert empty_library.info()["vector_index"]["other_kind"] == 1
    rebuild(empty_library)
    assert kinds(empty_library) == ["rabitq"]


def test_info_shows_what_was_chosen_and_why(
    grown: LibraryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    described = grown.info()["vector_index"]
    assert (described["setting"], described["chosen"]) == ("auto", "sqfp16")
    assert described["shards"] == {"flat": 1, "rabitq": 1, "sqfp16": 1}
    assert described["other_kind"] == 2
    assert "text to joint" in described["recall"] and "text to text" in described["recall"]
    info(["-l", str(grown.folder)], standalone_mode=False)
    (line,) = [x for x in capsys.readouterr().out.splitlines() if "vector index" in x]
    assert "auto: sqfp16" in line and "1 rabitq" in line and "text to text" in line


def test_a_library_without_a_snapshot_is_described(empty_library: LibraryStore) -> None:
    described = empty_library.info()["vector_index"]
    assert described["shards"] == {} and described["chosen"] == "sqfp16"


def test_a_limit_of_memory_is_that_of_mapped_files(empty_library: LibraryStore) -> None:
    from indexer.index import mapped_file

    put(empty_library, 1)
    with empty_library.writing():
        settings = replace(empty_library.vector_settings, max_memory=5.0)
        empty_library.put_vector_settings(settings)
    empty_library.commit()
    empty_library.snapshot()
    assert mapped_file._BUDGET.limit == 5_000_000
    with empty_library.writing():
        empty_library.put_vector_settings(settings.changed(max_memory=0))
    empty_library.snapshot()
    assert mapped_file._BUDGET.limit is None


def test_vectors_lie_in_the_folder_of_their_shard(grown: LibraryStore) -> None:
    names = {path.name for path in Path(grown.folder).glob("shards/*/segments.text.*")}
    assert names == {"segments.text.faiss", "segments.text.fp16", "segments.text.rabitq"}
