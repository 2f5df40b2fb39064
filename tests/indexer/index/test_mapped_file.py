"""Pages of mapped files are given back when many were read, and read again as they were."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from indexer.index import mapped_file
from indexer.index.mapped_file import MappedFile


def test_many_pages_read_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_file, "_BUDGET", mapped_file._Budget())  # of these files alone
    numbers = np.arange(100_000, dtype=np.int64)
    files = []
    for name in "ab":
        numbers.tofile(tmp_path / name)
        files.append(MappedFile(tmp_path / name))
    first, second = files
    monkeypatch.setattr(mapped_file, "_MOST_MAPPED", 1_000_000)
    first.touch(800_000)
    assert first.touched == 800_000
    second.touch(100_000)
    assert first.touched and second.touched
    second.touch(700_000)
    assert first.touched == second.touched == 0
    np.testing.assert_array_equal(first.array("<i8", 100_000), numbers)


def test_no_more_of_a_file_is_counted_than_there_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(5000))
    file = MappedFile(tmp_path / "a")
    file.touch(4000, places=900)
    assert file.touched == len(file) == 5000


def test_an_array_beyond_the_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(16))
    with pytest.raises(ValueError, match="buffer"):
        MappedFile(tmp_path / "a").array("<i8", 3)
    (tmp_path / "b").write_bytes(b"")
    with pytest.raises(ValueError, match="empty"):
        MappedFile(tmp_path / "b")


@pytest.mark.parametrize("reads_rows", [False, True])
def test_rows_are_read_in_the_order_in_which_they_are_named(
    tmp_path: Path, reads_rows: bool
) -> None:
    path = tmp_path / "table"
    path.write_bytes(b"head" + b"".join(bytes([row] * 3) for row in range(10)))
    file = MappedFile(path, reads_rows=reads_rows)
    for rows in ([7, 8, 2, 0, 1, 1], [0, 3, 4, 9], [0, 6, 7], [5, 5, 6], [9]):
        found = file.read_rows(4, 3, np.array(rows))
        assert found.tolist() == [[row] * 3 for row in rows]
    assert file.read_rows(4, 3, np.array([], np.int64)).shape == (0, 3)


@pytest.mark.skipif(not hasattr(os, "pread"), reason="files are mapped here")
def test_rows_of_a_file_that_was_cut_off_are_not_made_up(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_bytes(bytes(30))
    file = MappedFile(path, reads_rows=True)
    os.truncate(path, 15)
    with pytest.raises(OSError, match="error"):
        file.read_rows(0, 3, np.array([1, 8]))
