"""What is damaged, half done or broken later is told, mended, and costs nothing that was there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.base.errors import LibraryError
from indexer.base.languages import language_code
from indexer.index.library_store import LibraryStore
from indexer.index.vector_indexes.sqfp16 import HalfFloatIndex
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.report import AddReport
from indexer.ingest.run import index
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild
from indexer.search.searcher import Searcher

IndexInto = Callable[..., AddReport]


def test_a_pattern_that_names_every_file_gives_each_recording_once(talks: Path) -> None:
    named = scan(sorted(talks.iterdir()))
    assert named.failures == {}
    assert named.sources == scan([talks]).sources


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_transcript_in_the_spoken_language_is_taken(tmp_path: Path, language: str) -> None:
    for name in ("talk.mp3", "talk.de.vtt", "talk.en.vtt"):
        (tmp_path / name).touch()
    for named in (tmp_path, tmp_path / "talk.mp3"):
        (source,) = scan([named], language=language).sources
        assert source.transcript == tmp_path / f"talk.{language}.vtt"


def test_damaged_features_are_told_and_indexing_again_mends_them(
    library_copy: LibraryStore, talks: Path
) -> None:
    document = library_copy.catalog.documents()[0]
    file = library_copy.features.folder / document.features
    before = library_copy.features.read(document.features)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert any(document.name in problem for problem in examine(library_copy.folder).problems)
    summary = index(library_copy, scan([talks]), ProcessSettings())
    assert summary.updated == [document.name] and len(summary.unchanged) == 5
    assert examine(library_copy.folder).healthy
    assert examine(library_copy.folder, deep=True).problems == []
    again = library_copy.features.read(document.features)
    np.testing.assert_array_equal(again.audio_tokens, before.audio_tokens)
    # Texts are embedded in other batches than before, whose sums differ in their last bits.
    np.testing.assert_allclose(again.text, before.text, atol=1e-6)
    np.testing.assert_allclose(again.sentences, before.sentences, atol=1e-3)  # half precision


def test_a_rebuild_makes_the_vectors_anew_and_copies_none(library_copy: LibraryStore) -> None:
    number = library_copy.catalog.current_generation()
    assert number is not None
    path = library_copy.folder / "shards" / f"{number:06d}-00" / "segments.text.fp16"
    stored = HalfFloatIndex.read(path)
    ids, right = stored.ids, stored.matrix().copy()
    HalfFloatIndex.build(ids.tolist(), np.roll(right, 1, axis=0)).write(path)
    rebuild(library_copy)
    made = library_copy.snapshot().index("segments", "text").vectors(ids.tolist())
    np.testing.assert_allclose(made, right, atol=1e-3)  # half precision


def test_a_transcript_that_breaks_later_does_not_cost_its_words(
    empty_library: LibraryStore, talks: Path, tmp_path: Path, index_into: IndexInto
) -> None:
    folder = tmp_path / "talk"
    folder.mkdir()
    for ending in ("opus", "vtt"):
        shutil.copy(talks / f"how-a-violin-sings.{ending}", folder)
    assert not index_into(empty_library, folder).failed
    (document,) = empty_library.catalog.documents()
    cues = empty_library.catalog.cues(document.id)
    (folder / "how-a-violin-sings.vtt").write_text("WEBVTT\n\n00:00:05.000 --> 00:00:01.000\nx\n")
    for _ in range(2):
        summary = index_into(empty_library, folder)
        assert list(summary.failed) == [str(folder / "how-a-violin-sings.vtt")]
        assert summary.unchanged == ["how-a-violin-sings"]
    assert empty_library.catalog.cues(document.id) == cues


def test_a_removal_that_was_killed_before_its_commit_is_told_and_rebuilt_away(
    library_copy: LibraryStore,
) -> None:
    gone = library_copy.catalog.documents()[0]
    with library_copy.catalog.transaction():
        library_copy.catalog.remove_document(gone.id)
    assert any("removed" in note for note in examine(library_copy.folder).notes)
    rebuild(library_copy)
    assert gone.id not in Searcher(library_copy).documents
    assert not examine(library_copy.folder).notes


def test_a_library_killed_while_being_made_is_healthy_and_can_be_made_again(
    tmp_path: Path, models: None
) -> None:
    (tmp_path / "writer.lock").touch()
    checkup = examine(tmp_path)
    assert checkup.healthy and "never finished" in checkup.notes[0]
    LibraryStore.create(tmp_path).close()
    assert examine(tmp_path).notes == ["the library is empty"]


def test_neighbours_are_as_many_documents_as_were_asked_for(searcher: Searcher) -> None:
    document = next(iter(searcher.documents))
    found = searcher.similar(document, 20.0, k=3).documents
    assert len(found) == 3 and document not in {d.document for d in found}


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("en-US", "en"),
        ("eng", "en"),
        ("ger", "de"),
        ("spa", "es"),
        ("und", None),
        ("Klingon!", None),
    ],
)
def test_languages_are_told_by_two_letters_however_they_are_named(
    named: str, code: str | None
) -> None:
    assert language_code(named) == code


@pytest.mark.parametrize("damage", ["cut off", "one bit"])
def test_a_rebuild_encodes_damaged_features_again_and_indexes_nothing_damaged(
    library_copy: LibraryStore, damage: str
) -> None:
    document = library_copy.catalog.documents()[0]
    file = library_copy.features.folder / document.features
    before, data = library_copy.features.read(document.features), bytearray(file.read_bytes())
    data[len(data) // 2] ^= 64
    file.write_bytes(data[: len(data) // 2] if damage == "cut off" else data)
    found = examine(library_copy.folder, deep=True).problems
    assert any(document.name in problem for problem in found)
    rebuild(library_copy)
    assert examine(library_copy.folder, deep=True).problems == []
    again = library_copy.features.read(document.features)
    np.testing.assert_array_equal(again.audio_tokens, before.audio_tokens)
    np.testing.assert_allclose(again.text, before.text, atol=1e-6)


def test_a_rebuild_without_the_recording_tells_and_leaves_the_index(
    library_copy: LibraryStore,
) -> None:
    document = library_copy.catalog.documents()[0]
    with library_copy.catalog.transaction():
        moved = replace(document, recording="/gone/talk.opus", transcript=None)
        library_copy.catalog.update_document(moved)
        for path in library_copy.catalog.paths_of(document.id):
            library_copy.catalog.forget_path(path)
    number = library_copy.catalog.current_generation()
    file = library_copy.features.folder / document.features
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(LibraryError, match=f"{document.name}.*/gone/talk.opus is not there"):
        rebuild(library_copy)
    assert library_copy.catalog.current_generation() == number
    assert document.id in Searcher(library_copy).documents
