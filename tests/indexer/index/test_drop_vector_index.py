"""A kind of vector index is one new file: a choice of `rebuild`, read again by its name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.dropping import ROOT, Copy, documented


def hits(copy: Copy, library: Path) -> list[dict[str, Any]]:
    search = ("search", "a ship at sea", "--channel", "text", "--json", "-l", library)
    found = copy.run("-m", "indexer", *search)
    assert found.returncode == 0, found.stderr
    listed: list[dict[str, Any]] = json.loads(found.stdout)["hits"]
    return listed


def test_a_kind_dropped_in_is_used_and_without_it_the_library_says_so(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("vector-index"))
    library = shutil.copytree(ROOT / "tests/fixtures/library-0.1", tmp_path / "library")
    flat = hits(copy, library)
    made = copy.run("-m", "indexer", "rebuild", "--vector-index", "toy", "-l", library)
    assert made.returncode == 0, made.stderr
    assert list(library.glob("shards/*/segments.text.toy"))
    toy = hits(copy, library)
    assert flat
    assert [(h["name"], h["start"]) for h in toy] == [(h["name"], h["start"]) for h in flat]

    (copy.folder / "indexer/index/vector_indexes/toy.py").unlink()
    unknown = copy.run("-m", "indexer", "search", "ship", "-l", library)
    assert unknown.returncode == 1
    assert len(unknown.stderr.splitlines()) == 1
    assert "no vector index 'toy' (known are flat, " in unknown.stderr
    back = copy.run("-m", "indexer", "rebuild", "--vector-index", "flat", "-l", library)
    assert back.returncode == 0, back.stderr
    assert copy.run("-m", "indexer", "search", "ship", "-l", library).returncode == 0
