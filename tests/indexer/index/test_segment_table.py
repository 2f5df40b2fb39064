"""The table of segments holds what the records hold, as arrays."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from indexer.index.fulltext_index import FulltextIndex
from indexer.index.library_store import LibraryStore
from indexer.index.segment_arrays import read_segment_arrays
from indexer.index.segment_table import SegmentTable
from tests.dropping import ROOT
from tests.made_documents import SPEAKERS, document_id, put


def assert_rows_are_segments(lexical: FulltextIndex) -> SegmentTable:
    table, segments = SegmentTable(lexical), lexical.segments()
    assert len(table) == len(segments) > 0
    assert table.ids.tolist() == [s.id for s in segments]
    assert [table.documents[owner].id for owner in table.owners] == [s.document for s in segments]
    assert [table.row(s.id) for s in segments] == list(range(len(segments)))
    starts = [np.nan if s.start is None else s.start for s in segments]
    ends = [np.nan if s.end is None else s.end for s in segments]
    np.testing.assert_array_equal(table.starts, starts)
    np.testing.assert_array_equal(table.ends, ends)
    assert list(table.speakers) == ["\n".join(s.speakers) for s in segments]
    assert list(table.sounds) == ["\n".join(s.sounds) for s in segments]
    rows = np.arange(len(segments))
    assert lexical.texts_at(rows.tolist()) == {row: s.text for row, s in enumerate(segments)}
    of_shards = [shard.read_segment_ids() for shard in lexical.shards]
    homes = zip(*(each.tolist() for each in lexical.places_of(rows)), strict=True)
    assert [of_shards[number][place] for number, place in homes] == [s.id for s in segments]
    assert table.rows([segments[-1].id, 5, segments[0].id]).tolist() == [len(segments) - 1, -1, 0]
    with pytest.raises(KeyError):
        table.row(5)
    for row, document in enumerate(table.documents):
        first = table.first_rows[row]
        of_document = lexical.segments_of(document.id)
        assert table.ids[first : first + table.counts[row]].tolist() == [s.id for s in of_document]
    return table


def test_rows_are_the_segments_of_the_records(tmp_path: Path) -> None:
    """A library with timed documents, one without times, and speakers."""
    folder = shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", tmp_path / "library")
    assert_rows_are_segments(LibraryStore.open(folder).snapshot().lexical)


def test_rows_of_several_shards_leave_out_what_is_removed(empty_library: LibraryStore) -> None:
    for seed in range(6):
        put(empty_library, seed)
        if seed % 2:
            empty_library.commit()
    assert_rows_are_segments(empty_library.snapshot().lexical)
    with empty_library.catalog.transaction():
        for seed in (1, 4):  # both of the second speaker
            empty_library.catalog.remove_document(document_id(seed))
    left = {document_id(seed) for seed in (0, 2, 3, 5)}
    table = assert_rows_are_segments(empty_library.snapshot().lexical)
    assert {document.id for document in table.documents} == left
    assert set(table.speakers.values) == {SPEAKERS[0], SPEAKERS[2]}


def test_a_file_without_arrays_gives_those_of_its_rows(empty_library: LibraryStore) -> None:
    """As shards of this format were written before."""
    put(empty_library, 1)
    empty_library.commit()
    shard = empty_library.snapshot().lexical.shards[0]
    stored = shard.segment_arrays()
    path = next((empty_library.folder / "shards").rglob("lexical.sqlite"))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM row_arrays WHERE name NOT IN ('ids', 'owners')")
        read = read_segment_arrays(db)
        db.execute("ALTER TABLE segments DROP COLUMN sounds")  # as in the first release
        assert list(read_segment_arrays(db).sounds) == [""] * len(shard.owners)
    for name in ("starts", "ends"):
        np.testing.assert_array_equal(getattr(read, name), getattr(stored, name))
    assert list(read.speakers) == list(stored.speakers) == [SPEAKERS[1]] * len(shard.owners)
