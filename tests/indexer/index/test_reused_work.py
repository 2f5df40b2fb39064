"""What is written anew takes over what has not changed, and nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

import hilbert.model.embed
from hilbert.blas_threads import one_blas_thread
from hilbert.model.arrays import Embeddings, FusionModel
from hilbert.model.features import Features
from indexer.base.text_analysis import Token
from indexer.index import fulltext_tables, shard_writer
from indexer.index.analysed_lines import AnalysedLines
from indexer.index.fulltext_tables import TABLES, VERSION
from indexer.index.library_store import LibraryStore
from indexer.index.shard import FULLTEXT_FILE
from indexer.index.vector_choice import VectorSettings
from indexer.index.vocabulary_writer import AnalysedDocument, VocabularyWriter
from indexer.maintenance.manage import rebuild, remove
from tests.made_documents import document_id, put, shards_of

SEEDS = 6


class Work:
    """Counts the texts that are analysed and the documents that are embedded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts = self.documents = 0
        read, embed = VocabularyWriter.read, hilbert.model.embed.embed_whole_and_parts

        def count_text(
            writer: VocabularyWriter, text: str, tokens: Sequence[Token], language: str
        ) -> NDArray[np.int32]:
            self.texts += 1
            return read(writer, text, tokens, language)

        def count_document(model: FusionModel, features: Features) -> tuple[Embeddings, Embeddings]:
            self.documents += 1
            return embed(model, features)

        monkeypatch.setattr(VocabularyWriter, "read", count_text)
        monkeypatch.setattr(hilbert.model.embed, "embed_whole_and_parts", count_document)

    def done(self) -> tuple[int, int]:
        """Return how many since the last call: texts and documents."""
        found = self.texts, self.documents
        self.texts = self.documents = 0
        return found


@pytest.fixture
def library(empty_library: LibraryStore) -> LibraryStore:
    for seed in range(SEEDS):
        put(empty_library, seed)
        empty_library.commit()
    return empty_library


def fulltext_file(library: LibraryStore) -> Path:
    (name,) = shards_of(library)
    return library.folder / "shards" / name / FULLTEXT_FILE


def everything(path: Path) -> dict[str, Any]:
    """Read all rows of a file, and each word of its full-text tables with its places."""
    found = {}
    with sqlite3.connect(path) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        fulltext = (*TABLES, "metadata_words")
        for name in names:
            if not name.startswith((*fulltext,)):
                found[name] = db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
        for table in fulltext:
            db.execute(
                f"CREATE VIRTUAL TABLE temp.v_{table} USING fts5vocab(main, {table}, instance)"
            )
            found[table] = db.execute(f"SELECT * FROM temp.v_{table}").fetchall()
    return found


def texts_of(library: LibraryStore) -> int:
    """Count what a file without anything to take over has to analyse: segments, descriptions."""
    documents = library.catalog.documents()
    return sum(library.catalog.count_segments(d.id) + 1 for d in documents)


def test_a_rebuild_of_what_has_not_changed_analyses_and_embeds_nothing(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    before = library.snapshot()
    rebuild(library)
    assert work.done() == (0, 0)
    taken_over, after = everything(fulltext_file(library)), library.snapshot()
    for name, index in before.indexes.items():
        rows = after.indexes[name].rows(index.ids)
        assert np.array_equal(after.indexes[name].vectors_at(rows), index.matrix()), name
    one, other = ([(b.mean, b.std) for b in s.background.values()] for s in (before, after))
    assert np.allclose(one, other, atol=1e-7)

    def nothing(_: AnalysedLines, __: str) -> AnalysedDocument | None:
        return None

    monkeypatch.setattr(AnalysedLines, "document", nothing)
    rebuild(library)
    assert work.done() == (texts_of(library), 0)
    assert everything(fulltext_file(library)) == taken_over


def test_a_merge_analyses_what_is_new(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    for seed in range(SEEDS, SEEDS + 8):
        before = texts_of(library)
        put(library, seed)
        library.commit()
        assert work.done() == (texts_of(library) - before, 1)
    remove(library, ["made-3"])
    assert work.done() == (0, 0)


def test_another_version_of_the_text_analysis_analyses_all(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    monkeypatch.setattr(fulltext_tables, "VERSION", VERSION + 1)
    monkeypatch.setattr(shard_writer, "VERSION", VERSION + 1)
    rebuild(library)
    assert work.done() == (texts_of(library), 0)


def test_another_model_embeds_all_and_analyses_nothing(
    library: LibraryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    shutil.copytree(library.model_folder, other)
    weights = next(other.glob("*.safetensors"))
    from safetensors.numpy import load_file, save_file

    arrays = load_file(weights)
    name = next(n for n, a in sorted(arrays.items()) if a.ndim == 2)
    save_file(arrays | {name: arrays[name] * 1.01}, weights)
    for graph in other.glob("*.onnx"):
        graph.unlink()
    work = Work(monkeypatch)
    with library.writing():
        library.adopt(other)
    assert work.done() == (0, SEEDS)


def test_what_is_stored_again_is_analysed_and_what_has_other_features_is_embedded(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    put(library, 2, version=1)
    library.commit()
    assert work.done() == (library.catalog.count_segments(document_id(2)) + 1, 1)
    known = library.catalog.document(document_id(1))
    assert known
    features = library.features.read(known.features)
    changed = Features(**{**vars(features), "text": features.text[::-1].copy()})
    library.features.write(known.features, changed)
    with library.writing():
        library.commit(reuse=False)
    assert work.done() == (0, 1)


def test_damaged_rows_of_the_catalog_are_analysed_as_they_are(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    with sqlite3.connect(library.folder / "catalog.sqlite") as db:
        changed = db.execute(
            "UPDATE segments SET text = 'something else' WHERE document = ?", [document_id(4)]
        )
        assert changed.rowcount == library.catalog.count_segments(document_id(4))
    rebuild(library)
    assert work.done() == (library.catalog.count_segments(document_id(4)) + 1, 0)
    assert library.snapshot().lexical.segments_with_phrase("something else")


def test_one_flipped_bit_of_a_shard_has_a_rebuild_take_nothing_from_it(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(library)
    path = fulltext_file(library)
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    work = Work(monkeypatch)
    rebuild(library)
    assert work.done() == (texts_of(library), SEEDS)


def test_an_index_that_rounds_less_gets_vectors_that_were_never_rounded(
    library: LibraryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    rebuild(library, vectors=VectorSettings("flat"))
    assert work.done() == (0, SEEDS)
    rebuild(library, vectors=VectorSettings("sqfp16"))
    assert work.done() == (0, 0)


def test_the_limit_of_threads_is_lifted_by_the_last_that_wants_it() -> None:
    def threads() -> int:
        return max(each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas")

    before = threads()
    with one_blas_thread():
        with one_blas_thread():
            assert threads() == 1
        assert threads() == 1
    assert threads() == before
