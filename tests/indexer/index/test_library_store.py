"""A library serves its last whole generation, refuses a broken one, and says how to mend it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from indexer.base.errors import LibraryError
from indexer.encoders import Encoders, EncoderSettings
from indexer.index.library_store import LibraryStore
from indexer.index.vector_index import MODALITIES
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild, remove
from indexer.search.searcher import Searcher

REBUILD = r"run 'hilbert rebuild --library"
QUERY = "why is the water in the ocean like a cup of tea"


def answers(library: LibraryStore) -> list[tuple[int, float]]:
    return [(hit.segment, hit.score) for hit in Searcher(library).search(QUERY).hits]


def current(library: LibraryStore) -> Path:
    return library.snapshot().folder


def shard(library: LibraryStore) -> Path:
    (folder,) = (library.folder / "shards").glob(f"{current(library).name}-*")
    return folder


def reopened(library: LibraryStore) -> LibraryStore:
    """The library as another process would find it; the encoders are taken along."""
    again = LibraryStore.open(library.folder)
    again.encoders = library.encoders
    return again


# --- what is in a generation ------------------------------------------------------------------


def test_every_segment_and_document_is_in_every_index_it_has_a_vector_for(
    small_library: LibraryStore,
) -> None:
    snapshot = small_library.snapshot()
    segments = sum(
        small_library.catalog.count_segments(d.id) for d in small_library.catalog.documents()
    )
    for modality in MODALITIES:
        assert len(snapshot.index("segments", modality)) == segments
        assert len(snapshot.index("documents", modality)) == 6
        vectors = snapshot.index("segments", modality).matrix()
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)  # half precision
    assert snapshot.lexical.n_segments == snapshot.manifest.segments == segments


def test_unrelated_pairs_have_a_known_mean_in_every_pair_of_spaces(
    small_library: LibraryStore,
) -> None:
    snapshot = small_library.snapshot()
    vectors = snapshot.index("segments", "text").matrix()
    assert len(snapshot.background) == 5
    background = snapshot.background["text", "text"]
    assert background.mean == pytest.approx(float((vectors @ vectors.T).mean()), abs=0.1)
    assert 0 < background.std < 0.5


def test_a_rebuild_reads_no_recording_and_gives_the_same_vectors(
    library_copy: LibraryStore,
) -> None:
    before = library_copy.snapshot()
    with library_copy.catalog.transaction():
        for document in library_copy.catalog.documents():
            library_copy.catalog.update_document(replace(document, recording="/gone/away.opus"))
    assert rebuild(library_copy) == before.number + 1
    after = library_copy.snapshot()
    for key, index in before.indexes.items():
        assert after.indexes[key].ids.tolist() == index.ids.tolist()
        np.testing.assert_allclose(after.indexes[key].matrix(), index.matrix(), atol=1e-5)


def test_the_generation_before_stays_for_readers_and_older_ones_go(
    library_copy: LibraryStore,
) -> None:
    reader = Searcher(library_copy)
    expected = [hit.segment for hit in reader.search(QUERY).hits]
    for _ in range(3):
        rebuild(library_copy)
    kept = sorted(p.name for p in (library_copy.folder / "generations").iterdir())
    assert kept == ["000003", "000004"]
    assert [hit.segment for hit in reader.search(QUERY).hits] == expected


# --- kills ------------------------------------------------------------------------------------


def test_a_killed_write_leaves_the_previous_generation_serving(library_copy: LibraryStore) -> None:
    expected = answers(library_copy)
    generations, shards = (library_copy.folder / name for name in ("generations", "shards"))
    (generations / "000002.partial").mkdir()
    (shards / "000002-01.partial").mkdir()
    (shards / "000002-01.partial" / "segments.text.fp16").write_bytes(b"half an index")
    # Complete, but the kill came before the transaction that makes it current.
    shutil.copytree(generations / "000001", generations / "000002")
    shutil.copytree(shards / "000001-00", shards / "000002-00")
    (library_copy.features.folder / f"{'ab' * 32}.0.safetensors.99.partial").write_bytes(b"half")
    assert answers(reopened(library_copy)) == expected
    assert library_copy.snapshot().number == 1
    checkup = examine(library_copy.folder)
    assert checkup.healthy
    assert any("5 leftovers" in note for note in checkup.notes)
    assert rebuild(library_copy) == 2
    assert sorted(p.name for p in generations.iterdir()) == ["000001", "000002"]
    assert sorted(p.name for p in shards.iterdir()) == ["000001-00", "000002-00"]
    assert not list(library_copy.features.folder.glob("*.partial"))
    assert answers(reopened(library_copy)) == expected
    assert examine(library_copy.folder).notes == []


# --- refusals ---------------------------------------------------------------------------------


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def of_another_format(path: Path) -> None:
    stats = json.loads(path.read_text())
    path.write_text(json.dumps({**stats, "format": stats["format"] + 1}))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "segments.text.fp16": cut_in_half,
    "documents.joint.fp16": Path.unlink,
    "lexical.sqlite": Path.unlink,
    "documents.json": cut_in_half,
    ".": shutil.rmtree,
    "../../generations/000001/manifest.json": cut_in_half,
    "../../generations/000001": shutil.rmtree,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_generation_is_refused_and_a_rebuild_mends_it(
    library_copy: LibraryStore, name: str
) -> None:
    expected = answers(library_copy)
    DAMAGES[name](shard(library_copy) / name)
    with pytest.raises(LibraryError, match=REBUILD):
        reopened(library_copy).snapshot()
    checkup = examine(library_copy.folder)
    assert not checkup.healthy and "hilbert rebuild" in checkup.problems[0]
    rebuild(reopened(library_copy))
    found = answers(reopened(library_copy))
    assert [segment for segment, _ in found] == [segment for segment, _ in expected]
    assert examine(library_copy.folder).healthy


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_lexical_index_is_refused(library_copy: LibraryStore, keep: float) -> None:
    path = shard(library_copy) / "lexical.sqlite"
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(LibraryError, match=REBUILD):
        reopened(library_copy).snapshot()


def test_an_index_of_another_shard_is_refused(library_copy: LibraryStore) -> None:
    folder = shard(library_copy)
    shutil.copy(folder / "documents.text.fp16", folder / "segments.text.fp16")
    with pytest.raises(LibraryError, match=f"segments.text.fp16 is missing .* {REBUILD}"):
        reopened(library_copy).snapshot()


def test_a_manifest_of_another_format_is_refused(library_copy: LibraryStore) -> None:
    of_another_format(current(library_copy) / "manifest.json")
    with pytest.raises(LibraryError, match=f"unknown format; {REBUILD}"):
        reopened(library_copy).snapshot()


def test_another_model_in_the_library_is_refused_until_the_rebuild(
    library_copy: LibraryStore,
) -> None:
    weights = library_copy.model_folder / "model.safetensors"
    tensors = load_file(weights)
    name = max(tensors, key=lambda key: tensors[key].size)
    save_file({**tensors, name: tensors[name] * 1.01}, weights)
    with pytest.raises(LibraryError, match=f"another model or other encoders; {REBUILD}"):
        reopened(library_copy).snapshot()
    with pytest.raises(LibraryError, match=r"weights in model are not .* --model shipped"):
        rebuild(reopened(library_copy))
    with pytest.raises(LibraryError, match="no other model that was in use"):
        rebuild(reopened(library_copy), model="last")
    rebuild(reopened(library_copy), model="shipped")
    assert answers(reopened(library_copy))


def test_a_rebuild_goes_back_to_the_last_good_model(library_copy: LibraryStore) -> None:
    first, weights = library_copy.model_folder, "model.safetensors"
    adopted = shutil.copytree(first, library_copy.folder.parent / "adopted")
    tensors = load_file(adopted / weights)
    name = max(tensors, key=lambda key: tensors[key].size)
    save_file({**tensors, name: tensors[name] * 1.01}, adopted / weights)
    with library_copy.writing():
        library_copy.adopt(adopted)
    shutil.copy(first / weights, library_copy.model_folder / weights)
    with pytest.raises(LibraryError, match="'--model last' for the one before it"):
        rebuild(reopened(library_copy))
    rebuild(reopened(library_copy), model="last")
    again = reopened(library_copy)
    assert again.model_folder == first and answers(again)
    assert examine(again.folder, deep=True).healthy


def test_a_broken_model_file_is_told_and_replaced_by_a_rebuild(library_copy: LibraryStore) -> None:
    cut_in_half(library_copy.model_folder / "model.safetensors")
    with pytest.raises(LibraryError, match=f"model of this library cannot be used.* {REBUILD}"):
        _ = reopened(library_copy).model
    assert not examine(library_copy.folder).healthy
    rebuild(reopened(library_copy))
    assert examine(library_copy.folder).healthy


def test_encoders_of_another_version_are_refused(
    library_copy: LibraryStore, encoders: Encoders
) -> None:
    changed = replace(encoders.settings, text_fingerprint="0" * 64)
    library_copy.catalog.put_settings({"encoders": asdict(changed)})
    library = LibraryStore.open(library_copy.folder)
    with pytest.raises(LibraryError, match="another model or other encoders"):
        library.snapshot()
    with pytest.raises(LibraryError, match="another version of the text encoder"):
        _ = library.encoders.text


def test_lost_features_are_told_with_what_mends_them(library_copy: LibraryStore) -> None:
    lost = library_copy.catalog.documents()[0]
    (library_copy.features.folder / lost.features).unlink()
    (problem,) = examine(library_copy.folder).problems
    assert lost.name in problem and f"hilbert rebuild --library {library_copy.folder}" in problem


def test_a_damaged_catalog_is_told(library_copy: LibraryStore) -> None:
    library_copy.close()
    (library_copy.folder / "catalog.sqlite").write_bytes(b"no longer a database" * 500)
    assert not examine(library_copy.folder).healthy


# --- folders ----------------------------------------------------------------------------------


def test_a_library_is_not_made_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(LibraryError, match="holds other files and is no library"):
        LibraryStore.create(tmp_path)
    with pytest.raises(LibraryError, match="is a file; name a folder"):
        LibraryStore.create(tmp_path / "thesis.doc")
    with pytest.raises(LibraryError, match=r"l\\xe4: its name is not UTF-8; name another folder"):
        LibraryStore.create(tmp_path / os.fsdecode(b"l\xe4"))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_library_keeps_its_encoders(library_copy: LibraryStore) -> None:
    with pytest.raises(LibraryError, match="other encoders need a library of their own"):
        LibraryStore.create(library_copy.folder, EncoderSettings(text="/some/other/model"))
    assert len(LibraryStore.create(library_copy.folder).catalog.documents()) == 6


def test_a_library_that_was_killed_while_being_made_is_made_by_the_next_try(
    empty_library: LibraryStore,
) -> None:
    empty_library.catalog._db.execute("DELETE FROM settings")
    empty_library.close()
    with pytest.raises(LibraryError, match=r"never finished being made; run the command .* again"):
        LibraryStore.open(empty_library.folder)
    assert LibraryStore.create(empty_library.folder).catalog.documents() == []


def test_info_counts_what_is_there(small_library: LibraryStore) -> None:
    info = small_library.info()
    assert info["documents"] == 6 and info["generation"] == 1
    assert info["words_from"] == {"asr": 3, "timed": 3}
    assert info["hours"] == pytest.approx(476 / 3600, abs=0.01)
    assert json.loads(json.dumps(info)) == info


def test_everything_can_be_removed(library_copy: LibraryStore) -> None:
    removed = remove(library_copy, [d.name for d in library_copy.catalog.documents()])
    assert len(removed) == 6 and answers(library_copy) == []
    assert list(library_copy.features.folder.iterdir()) == []
    assert examine(library_copy.folder).healthy
