"""The catalog and the feature files give back what was put in, and a broken one is told."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hilbert.files import PARTIAL_SUFFIX
from hilbert.model.features import Features
from indexer.base.errors import LibraryError
from indexer.base.types import Cue, Segment
from indexer.store.catalog import Catalog, Document, KnownPath, document_key, segment_id
from indexer.store.feature_store import FeatureStore

ID = "ab" * 32


def document(**changes: object) -> Document:
    made = Document(
        id=ID,
        name="talk",
        title="On tides",
        date="2025-03-14",
        speaker="Maren Oakes",
        label="science",
        language="en",
        seconds=76.5,
        recording="/talks/talk.opus",
        transcript=None,
        transcript_sha=None,
        text_source="asr",
        features="x.safetensors",
        warnings=("the file is cut off",),
    )
    return replace(made, **changes)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog.sqlite", create=True)


def test_a_document_comes_back_with_its_cues_and_segments(catalog: Catalog) -> None:
    cues = [Cue("Hi.", 0.0, 1.5, "Ann", -0.2, 0.01), Cue("Untimed.", None, None)]
    segments = [Segment(0.0, 20.0, "Hi.", 0, 1), Segment(20.0, 31.0, "Untimed.", 1, 2, False)]
    with catalog.transaction():
        catalog.put_document(document(), cues, segments)
    assert catalog.documents() == [document()]
    assert catalog.cues(ID) == cues
    assert catalog.segments(ID) == segments
    assert catalog.count_segments(ID) == 2 and catalog.segment_counts() == {ID: 2}


def test_a_document_put_again_replaces_its_cues_and_keeps_its_paths(catalog: Catalog) -> None:
    known = KnownPath(100, 5, ID, ID)
    with catalog.transaction():
        catalog.put_document(document(), [Cue("a", 0, 1), Cue("b", 1, 2)], [])
        catalog.put_path("/talks/talk.opus", known)
        catalog.put_document(document(title="New"), [Cue("c", 0, 1)], [])
    assert [cue.text for cue in catalog.cues(ID)] == ["c"]
    assert catalog.documents()[0].title == "New"
    assert catalog.known_path("/talks/talk.opus") == known


def test_a_removed_document_takes_everything_of_its_own_along(catalog: Catalog) -> None:
    with catalog.transaction():
        catalog.put_document(document(), [Cue("a", 0, 1)], [Segment(0, 1, "a", 0, 1)])
        catalog.put_path("/talks/talk.opus", KnownPath(100, 5, ID, ID))
        catalog.remove_document(ID)
    assert catalog.documents() == [] and catalog.cues(ID) == [] and catalog.segments(ID) == []
    assert catalog.known_path("/talks/talk.opus") is None


def test_copies_of_a_recording_are_told_from_its_transcript(catalog: Catalog) -> None:
    with catalog.transaction():
        catalog.put_document(document(), [], [])
        catalog.put_path("/b/copy.opus", KnownPath(100, 5, ID, ID))
        catalog.put_path("/a/talk.opus", KnownPath(100, 5, ID, ID))
        catalog.put_path("/a/talk.vtt", KnownPath(9, 5, "cd" * 32, ID))
    assert catalog.paths_of(ID) == ["/a/talk.opus", "/b/copy.opus"]


def test_a_transaction_that_fails_leaves_nothing(catalog: Catalog) -> None:
    with catalog.transaction():
        catalog.put_document(document(), [], [Segment(0, 1, "a", 0, 1)])

    def remove_then_fail() -> None:
        with catalog.transaction():
            catalog.remove_document(ID)
            catalog.put_path("/x", KnownPath(1, 1, ID, "no such document"))

    with pytest.raises(sqlite3.IntegrityError):
        remove_then_fail()
    assert catalog.documents() == [document()] and catalog.count_segments(ID) == 1


def test_one_generation_is_current_and_numbers_are_not_used_twice(catalog: Catalog) -> None:
    assert catalog.current_generation() is None and catalog.last_generation() == 0
    catalog.make_current(1)
    catalog.make_current(2)
    assert catalog.current_generation() == 2 and catalog.last_generation() == 2


def test_failures_of_files_that_were_tried_again_are_forgotten(catalog: Catalog) -> None:
    catalog.put_failures(["/a", "/b"], {"/a": "empty", "/b": "broken"})
    catalog.put_failures(["/a", "/c"], {"/c": "gone"})
    assert catalog.failures() == {"/b": "broken", "/c": "gone"}


def test_settings_survive_reopening(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    first = Catalog(path, create=True)
    first.put_settings({"encoders": {"speech": "x"}, "segments": {"min_seconds": 15.0}})
    first.close()
    assert Catalog(path).get_settings()["segments"] == {"min_seconds": 15.0}


def test_segment_ids_depend_on_document_and_place_only() -> None:
    ids = {segment_id(document, i) for document in (ID, "cd" * 32) for i in range(100)}
    assert len(ids) == 200
    assert segment_id(ID, 3) == segment_id(ID, 3)
    assert all(0 <= id_ < 2**63 for id_ in [*ids, document_key(ID), document_key("f" * 64)])


def test_a_file_that_is_no_catalog_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with pytest.raises(
        LibraryError, match="there is no library here; make one with 'hilbert index"
    ):
        Catalog(path)
    path.write_bytes(b"This is not a database. " * 100)
    with pytest.raises(LibraryError, match=r"not a readable catalog .* run 'hilbert doctor"):
        Catalog(path)


def test_a_catalog_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path, create=True).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="catalog version 99, this program reads version 1"):
        Catalog(path)


# --- features ---------------------------------------------------------------------------------


def features(seed: int = 0) -> Features:
    rng = np.random.default_rng(seed)
    return Features(
        audio_tokens=rng.standard_normal((60, 8)).astype(np.float16),
        audio_bounds=np.array([[0, 30], [30, 60]], np.int64),
        text=rng.standard_normal((2, 4)).astype(np.float32),
        sentences=np.zeros((0, 4), np.float16),
        sentence_segments=np.zeros(0, np.int64),
        times=np.array([[0, 15], [15, 30]], np.float32),
    )


def test_features_come_back_bit_by_bit_but_for_audio_tokens(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "features")
    store.write("a.safetensors", features())
    read = store.read("a.safetensors")
    for name, array in vars(features()).items():
        if name == "audio_tokens":  # within half a step: see test_token_codes
            np.testing.assert_allclose(read.audio_tokens, array, atol=0.02)
        else:
            np.testing.assert_array_equal(getattr(read, name), array)
        if array is not None:
            assert getattr(read, name).dtype == array.dtype
    assert store.is_whole("a.safetensors") and not store.is_whole("b.safetensors")


@pytest.mark.parametrize("keep", [0, 7, 100, -10])
def test_truncated_features_are_refused(tmp_path: Path, keep: int) -> None:
    store = FeatureStore(tmp_path / "features")
    store.write("a.safetensors", features())
    path = store.folder / "a.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(LibraryError, match=r"missing or damaged .* run 'hilbert doctor"):
        store.read("a.safetensors")


def test_the_name_of_features_changes_with_what_they_were_made_of() -> None:
    names = {
        FeatureStore.file_name(ID, *inputs)
        for inputs in (
            ("vtt", "whisper", "minilm"),
            ("asr", "whisper", "minilm"),
            ("asr", "w", "m"),
        )
    }
    assert len(names) == 3 and all(name.startswith(ID) for name in names)


def test_features_that_no_document_needs_are_deleted_and_others_kept(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "features")
    for name in ("a.safetensors", "b.safetensors"):
        store.write(name, features())
    (store.folder / f"c.safetensors.123{PARTIAL_SUFFIX}").write_bytes(b"half")
    assert store.remove_all_but(["a.safetensors"]) == 2
    assert [path.name for path in store.folder.iterdir()] == ["a.safetensors"]
