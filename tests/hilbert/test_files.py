"""A file is there whole or as it was; its hash follows its bytes."""

import hashlib
from pathlib import Path

import pytest

from hilbert.files import cached_sha256_file, sha256_file, write_atomically


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fail(partial: Path) -> None:
        partial.write_text("half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_atomically(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["a"] and path.read_text() == "old"


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    write_atomically(path, lambda partial: partial.write_text("new"))
    assert [p.name for p in tmp_path.iterdir()] == ["a"] and path.read_text() == "new"


@pytest.mark.parametrize("hash_of", [sha256_file, cached_sha256_file])
def test_a_hash_follows_the_bytes_of_the_file(tmp_path: Path, hash_of) -> None:
    path = tmp_path / "a"
    for content in (b"one", b"another"):
        path.write_bytes(content)
        assert hash_of(path) == hashlib.sha256(content).hexdigest()
