"""An index in half precision is searched exactly, with FAISS and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.base.errors import LibraryError
from indexer.index.vector_indexes import sqfp16
from indexer.index.vector_indexes.sqfp16 import HalfFloatIndex


def unit_rows(seed: int, n: int, d: int = 16) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("share", [None, 0.02, 0.5])
def test_faiss_finds_the_same_in_the_mapped_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float | None
) -> None:
    n, query = 2000, unit_rows(1, 1)[0]
    HalfFloatIndex.build(range(n), unit_rows(0, n)).write(tmp_path / "a.fp16")
    index = HalfFloatIndex.read(tmp_path / "a.fp16")
    allowed = None if share is None else np.random.default_rng(2).random(n) < share
    plain = index.nearest(query, 50, allowed)
    monkeypatch.setattr(sqfp16, "_LEAST_FOR_FAISS", 1)
    rows, cosines = index.nearest(query, 50, allowed)
    assert rows.tolist() == plain[0].tolist()
    np.testing.assert_allclose(cosines, plain[1], atol=1e-6)
    assert allowed is None or allowed[rows].all()


@pytest.mark.parametrize("change", ["cut", "longer", "magic", "size", "faiss", "empty"])
def test_a_damaged_file_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, change: str
) -> None:
    path = tmp_path / "segments.text.fp16"
    HalfFloatIndex.build(range(5), unit_rows(5, 5)).write(path)
    data = bytearray(path.read_bytes())
    at = {"magic": 0, "size": 18, "faiss": sqfp16._begin_of_vectors(5) - 5}
    if change in at:
        data[at[change]] ^= 0x40
    changed = {"cut": data[:-1], "longer": data + b"x", "empty": b""}.get(change, data)
    path.write_bytes(changed)
    with pytest.raises(LibraryError, match=r"segments\.text\.fp16 .* run 'hilbert rebuild"):
        HalfFloatIndex.read(path)
    path.unlink()
    with pytest.raises(LibraryError, match="run 'hilbert rebuild"):
        HalfFloatIndex.read(path)
