"""However a library is cut into shards, it answers as one that was written at once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from indexer.index import snapshot_writer
from indexer.index.library_store import LibraryStore
from indexer.index.manifest import read_manifest
from indexer.index.snapshot_names import snapshot_folder
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild, remove
from indexer.search.filters import Filters
from indexer.search.results import SearchResult
from indexer.search.searcher import Searcher
from tests.made_documents import ADVERT, SPEAKERS, document_id, put, shards_of

TYPED = (
    "the rising tides of the river",
    "database",
    "data base",
    "wildlife queue",
    "cafe we're naive",
    '"data base" river',
    '"the water"',
    "keepers -tide",
    'running -"the river"',
    "light*",
    "kuber* signal",
    "zanzibaar",  # misspelt
    "postgrse queue",
    "datbase frontend",
    "talk 7",
    "macarthur",
    "nothing that anybody says",
    'speaker:"Bo Li" water',
)
SEEDS = 14


def summary(result: SearchResult) -> dict[str, Any]:
    return {
        "hits": [(hit.segment, hit.words, hit.reasons, hit.repeat) for hit in result.hits],
        "documents": [document.document for document in result.documents],
        "scores": [h.score for h in result.hits] + [d.score for d in result.documents],
        "duplicates": [sorted((d.document, d.start) for d in h.duplicates) for h in result.hits],
        "confidence": result.confidence,
    }


def answers(searcher: Searcher) -> Iterator[tuple[Any, dict[str, Any]]]:
    for typed in TYPED:
        for channel in ("auto", "lexical", "rrf"):
            yield (typed, channel), summary(searcher.search(typed, channel=channel, k=20))
    only = Filters(speakers=(SPEAKERS[0],))
    yield "speaker", summary(searcher.search("the water", filters=only, k=20))
    for seed in (2, 7):
        for seconds in (None, 5.0):
            for channel in ("auto", "audio", "joint", "text", "lexical"):
                if seconds is None and channel == "lexical":
                    continue
                found = searcher.similar(document_id(seed), seconds, channel=channel, k=20)
                yield (seed, seconds, channel), summary(found)


def assert_equal_answers(left: Searcher, right: Searcher) -> None:
    for (asked, one), (_, other) in zip(answers(left), answers(right), strict=True):
        scores = one.pop("scores"), other.pop("scores")
        assert scores[0] == pytest.approx(scores[1], rel=1e-6, abs=2e-6), asked
        confidence = one.pop("confidence"), other.pop("confidence")
        assert confidence[0] == pytest.approx(confidence[1], abs=2e-4), asked
        assert one == other, asked


@pytest.fixture
def grown(empty_library: LibraryStore) -> LibraryStore:
    """A library that grew document by document, some of which were replaced or removed."""
    library = empty_library
    for seed in range(SEEDS):
        put(library, seed)
        library.commit()
        if seed == 6:
            put(library, 2, version=1)  # replaced
        if seed == 8:
            (title,) = (d for d in library.catalog.documents() if d.name == "made-4")
            with library.catalog.transaction():
                library.catalog.update_document(replace(title, title="Renamed: wild life"))
        if seed == 9:
            remove(library, ["made-0"])
        if seed == 12:
            put(library, 5, version=1)
            put(library, 7, version=1)
    library.commit()
    return library


def test_a_library_that_grew_answers_as_one_that_was_written_at_once(grown: LibraryStore) -> None:
    assert len(shards_of(grown)) > 1
    removed = [id_ for entry in grown.snapshot().manifest.shards for id_ in entry.removed]
    assert removed  # else the test shows nothing
    before = Searcher(grown)
    rebuild(grown)
    after = Searcher(grown)
    assert len(shards_of(grown)) == 1
    for pair, background in after.snapshot.background.items():
        assert background.mean == pytest.approx(before.snapshot.background[pair].mean, abs=1e-9)
        assert background.std == pytest.approx(before.snapshot.background[pair].std, abs=1e-9)
    assert_equal_answers(before, after)
    assert examine(grown.folder).healthy


def test_a_commit_writes_what_is_new_and_leaves_the_other_shards(
    empty_library: LibraryStore,
) -> None:
    written: dict[str, int] = {}
    for seed in range(8):
        put(empty_library, seed)
        empty_library.commit()
        for name in shards_of(empty_library):
            place = empty_library.folder / "shards" / name / "lexical.sqlite"
            changed = place.stat().st_mtime_ns
            assert written.setdefault(name, changed) == changed
    assert 1 < len(shards_of(empty_library)) < 5  # small ones are merged
    searcher = Searcher(empty_library)
    assert len(searcher.documents) == 8


def test_a_commit_without_changes_writes_no_shard(empty_library: LibraryStore) -> None:
    put(empty_library, 1)
    empty_library.commit()
    before = shards_of(empty_library)
    empty_library.commit()
    assert shards_of(empty_library) == before
    assert Searcher(empty_library).snapshot.number == 2


def test_a_copied_library_trusts_its_files_again_after_a_commit(
    empty_library: LibraryStore,
) -> None:
    put(empty_library, 1)
    number = empty_library.commit()
    path = empty_library.folder / "shards" / f"{number:06d}-00" / "lexical.sqlite"
    os.utime(path, ns=(1, 1))  # as a copy that keeps no times has others
    manifest = read_manifest(snapshot_folder(empty_library.folder, empty_library.commit()))
    assert manifest.shards[0].files["lexical.sqlite"].mtime_ns == path.stat().st_mtime_ns


def test_a_removed_document_is_in_no_file(empty_library: LibraryStore) -> None:
    for seed in (1, 2):
        put(empty_library, seed)
        empty_library.commit()
    put(empty_library, 1, version=1)
    empty_library.commit()
    library, title = empty_library, b"Talk 1: "
    files = [p for p in library.folder.rglob("*") if p.is_file()]
    assert [p for p in files if title in p.read_bytes()]
    reader = Searcher(library)
    remove(library, ["made-1"])
    left = [p for p in library.folder.rglob("*") if p.is_file() and title in p.read_bytes()]
    assert left == []
    assert reader.search("water", channel="lexical").hits  # goes on with what it opened
    assert document_id(1) not in Searcher(library).documents


def test_what_the_catalog_does_not_have_is_not_found(empty_library: LibraryStore) -> None:
    for seed in (1, 2):
        put(empty_library, seed)
    empty_library.commit()
    with empty_library.catalog.transaction():
        empty_library.catalog.remove_document(document_id(1))
    searcher = Searcher(empty_library)
    assert set(searcher.documents) == {document_id(2)}
    assert {hit.document for hit in searcher.search("the water", k=50).hits} == {document_id(2)}


def test_a_damaged_shard_alone_is_written_anew(empty_library: LibraryStore) -> None:
    for seed in (1, 2):
        put(empty_library, seed)
        empty_library.commit()
    first, second = shards_of(empty_library)
    path = empty_library.folder / "shards" / first / "segments.text.fp16"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert not examine(empty_library.folder).healthy
    empty_library.commit()
    left, _ = shards_of(empty_library)
    assert left == second and examine(empty_library.folder).healthy


def test_a_manifest_names_no_file_outside_of_its_shard(empty_library: LibraryStore) -> None:
    put(empty_library, 1)
    empty_library.commit()
    path = empty_library.snapshot().folder / "manifest.json"
    found = json.loads(path.read_text())
    found["shards"][0]["name"] = "../features"
    path.write_text(json.dumps(found))
    assert not examine(empty_library.folder).healthy


def test_a_large_library_that_grows_finds_the_repeats_of_what_is_new(
    empty_library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to `MOST_COMPARED` segments, everything is compared with everything."""
    library = empty_library
    for seed in range(4):
        put(library, seed)
    library.commit()
    monkeypatch.setattr(snapshot_writer, "MOST_COMPARED", 0)
    for seed in range(4, SEEDS):
        put(library, seed)
        library.commit()
    put(library, 2, version=1)
    remove(library, ["made-6"])
    grown = library.snapshot()
    adverts = {s.id for s in grown.lexical.segments() if s.text == ADVERT}
    assert len(adverts) > 4
    assert adverts <= set(grown.repeats.marked.tolist())
    for id_ in adverts:
        assert adverts - {id_} <= set(grown.repeats.elsewhere([id_]))
    said_once = {s.id for s in grown.lexical.segments()} - adverts
    rebuild(library)
    for repeats in (grown.repeats, library.snapshot().repeats):
        assert not said_once & set(repeats.marked.tolist())
