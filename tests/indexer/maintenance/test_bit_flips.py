"""One flipped bit in any file of a library is found by the deep check, and never a traceback."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from hilbert.files import sha256_file
from indexer.base.errors import HilbertError
from indexer.cli import run
from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from indexer.search.searcher import Searcher
from indexer.store.catalog import KnownPath
from tests.made_documents import put
from tests.sharing import copy_library

# Places of a file in which a bit is flipped, as shares of its length.
PLACES = (0.0, 0.02, 0.37, 0.71, 0.9999)


@pytest.fixture(scope="module")
def whole(
    empty_library_folder: Path, models: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = copy_library(empty_library_folder, tmp_path_factory.mktemp("flipped") / "library")
    library = LibraryStore.open(folder)
    for seed in (1, 2):
        put(library, seed)
        library.commit()
    library.catalog.truncate_log()
    library.close()
    assert examine(folder, deep=True).healthy
    return folder


def flipped(path: Path) -> Iterator[float]:
    """Flip one bit after the other; the file is whole again afterwards."""
    data = path.read_bytes()
    for share in PLACES:
        place = int(share * len(data))
        changed = bytearray(data)
        changed[place] ^= 1 << int(np.random.default_rng(place).integers(8))
        path.write_bytes(changed)
        yield share
    path.write_bytes(data)


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)


def test_every_flipped_bit_is_found(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "library")
    checked = [p for p in files(folder) if p.name != "catalog.sqlite"]
    older = f"{LibraryStore.open(folder).catalog.current_generation() - 1:06d}"
    assert len(checked) > 20
    for path in checked:
        if older in path.parts:
            continue  # the snapshot before serves nobody who opens the library now
        for share in flipped(path):
            assert not examine(folder, deep=True).healthy, (path.relative_to(folder), share)
    assert examine(folder, deep=True).healthy


@pytest.mark.parametrize("name", ["catalog.sqlite", "manifest.json", "documents.json"])
def test_a_flipped_bit_is_no_traceback(
    whole: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(whole, tmp_path / "library")
    for path in sorted(folder.rglob(name)):
        for _ in flipped(path):
            status = run(["doctor", "--deep", "-l", str(folder), "--json"])
            assert status in (0, 1)
            found = json.loads(capsys.readouterr().out)
            assert found["healthy"] == (status == 0)
            with suppress(HilbertError):
                Searcher(LibraryStore.open(folder)).search("the water", channel="lexical")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cues SET text = 'other' || text WHERE ordinal = 0",
        "UPDATE segments SET text = 'other' || text WHERE ordinal = 0",
        "UPDATE chapters SET title = 'other'",
        "UPDATE documents SET title = 'other' || title",
    ],
)
def test_other_words_in_the_catalog_than_were_indexed_are_found(
    whole: Path, tmp_path: Path, statement: str
) -> None:
    folder = shutil.copytree(whole, tmp_path / "library")
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as db, db:
        db.execute(statement)
    problems = examine(folder, deep=True).problems
    assert problems and all("restore a backup, or run 'hilbert remove made-" in p for p in problems)
    assert examine(folder).healthy


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settings SET value = replace(value, 'a', 'b') WHERE key = 'model_digests'",
        "UPDATE settings SET key = 'modem_digests' WHERE key = 'model_digests'",
        "UPDATE settings SET value = replace(value, 'text_f', 'text_g') WHERE key = 'encoders'",
        "UPDATE settings SET value = substr(value, 2) WHERE key = 'segments'",
    ],
)
def test_damaged_settings_are_told(whole: Path, tmp_path: Path, statement: str) -> None:
    folder = shutil.copytree(whole, tmp_path / "library")
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as db, db:
        assert db.execute(statement).rowcount == 1
    assert any(
        "the settings in the catalog are damaged" in p for p in examine(folder, deep=True).problems
    )


def test_settings_of_an_earlier_release_are_believed(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "library")
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as db, db:
        assert db.execute("DELETE FROM settings WHERE key = 'settings_sha256'").rowcount == 1
    assert examine(folder, deep=True).healthy


def test_damage_of_what_a_library_keeps_beside_its_index_is_found(
    whole: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(whole, tmp_path / "library")
    kept = [folder / "classifier" / "classifier.json", folder / "recordings" / "talk.opus"]
    library = LibraryStore.open(folder)
    for path in kept:
        path.parent.mkdir()
        path.write_bytes(b"as it was written")
    library.note_folder("classifier", ["classifier.json"])
    with library.catalog.transaction():
        known = KnownPath(17, 1, sha256_file(kept[1]), None)
        library.catalog.put_path(str(kept[1]), known)
    library.close()
    assert examine(folder, deep=True).healthy
    for path in kept:
        for _ in flipped(path):
            (problem,) = examine(folder, deep=True).problems
            assert str(path.relative_to(folder)) in problem and "restore a backup" in problem


def test_a_flipped_bit_in_a_library_of_the_first_release_is_no_traceback(
    tmp_path: Path, models: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fixtures = Path(__file__).parents[2] / "fixtures"
    folder = shutil.copytree(fixtures / "library-0.1", tmp_path / "library")
    for path in sorted(folder.rglob("stats.json")):
        for share in flipped(path):
            for verb in (["doctor", "--deep"], ["info"]):
                assert run([*verb, "-l", str(folder)]) in (0, 1), share
                told = capsys.readouterr()
                assert "unexpected" not in told.out + told.err, (share, told.err)
