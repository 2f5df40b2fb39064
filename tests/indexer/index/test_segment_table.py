"""The table of segments holds what the records hold, as arrays."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from indexer.index.library_store import LibraryStore
from indexer.index.segment_table import SegmentTable
from tests.dropping import ROOT


def test_rows_are_the_segments_of_the_records(tmp_path: Path) -> None:
    """A library with timed documents, one without times, and speakers."""
    folder = shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", tmp_path / "library")
    snapshot = LibraryStore.open(folder).snapshot()
    table, segments = SegmentTable(snapshot.lexical), snapshot.lexical.segments()
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
