"""A backup holds one moment of a library, is whole or not there, and restores what was written."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.base.errors import LibraryError
from indexer.index.library_store import LibraryStore
from indexer.maintenance.archive import MANIFEST
from indexer.maintenance.backup import backup, restore, verify
from indexer.maintenance.doctor import examine
from tests.in_process import call

Members = dict[str, bytes]


def content(folder: Path) -> dict[str, bytes]:
    """What a library answers from, by name; the catalog as the rows of its documents."""
    library = LibraryStore.open(folder)
    number = library.catalog.current_generation()
    rows = repr([library.catalog.documents(), library.catalog.get_settings(), number]).encode()
    places = [
        library.model_folder,
        folder / "features",
        folder / "generations" / f"{number:06}",
    ]
    library.close()
    files = [path for place in places for path in place.iterdir()]
    return {"catalog": rows} | {str(p.relative_to(folder)): p.read_bytes() for p in files}


@pytest.fixture
def archive(old_library: LibraryStore, tmp_path: Path) -> Path:
    return backup(old_library, tmp_path / "talks.hilbert").path


def rewritten(path: Path, change: Callable[[Members], None]) -> Path:
    """Return a copy of an archive whose members were changed by somebody."""
    with zipfile.ZipFile(path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    change(members)
    target = path.with_name("changed.hilbert")
    with zipfile.ZipFile(target, "w") as after:
        for name, data in members.items():
            after.writestr(name, data)
    return target


def manifest_changed(**values: Any) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | values).encode()

    return change


def test_a_restored_library_is_the_one_that_was_written(
    old_library: LibraryStore, archive: Path, tmp_path: Path
) -> None:
    report = restore(archive, tmp_path / "elsewhere" / "library")
    assert report.documents == len(old_library.catalog.documents())
    assert report.missing == ("/srv/talks",)
    # A snapshot of the first release gets another full-text index when it is first opened.
    restored, written = content(report.path), content(old_library.folder)
    assert {name: restored.get(name) for name in written} == written
    assert examine(report.path).healthy
    assert [p.name for p in report.path.parent.iterdir()] == ["library"]
    with zipfile.ZipFile(archive) as members:
        assert not [name for name in members.namelist() if name.startswith("generations/000002")]


@pytest.mark.parametrize("folder", ["classifier", "recordings", "text-encoder"])
def test_what_stands_beside_the_index_comes_along(
    old_library: LibraryStore, tmp_path: Path, folder: str
) -> None:
    (old_library.folder / folder).mkdir(exist_ok=True)
    (old_library.folder / folder / "some.file").write_bytes(b"some")
    backup(old_library, tmp_path / "a.hilbert")
    restore(tmp_path / "a.hilbert", tmp_path / "restored")
    assert (tmp_path / "restored" / folder / "some.file").read_bytes() == b"some"


def test_the_manifest_says_what_it_is_of(old_library: LibraryStore, archive: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        about = json.loads(members.read(MANIFEST))
    assert (about["format"], about["schema_version"], about["catalog_version"]) == (
        "hilbert-backup",
        1,
        1,
    )
    assert about["library"] == str(old_library.folder)
    assert verify(archive).files == len(about["files"])


def test_nothing_is_overwritten_without_being_asked(
    old_library: LibraryStore, archive: Path, tmp_path: Path
) -> None:
    before = archive.read_bytes()
    with pytest.raises(LibraryError, match="is there already; --overwrite replaces it"):
        backup(old_library, archive)
    assert archive.read_bytes() == before
    backup(old_library, archive, overwrite=True)
    with pytest.raises(LibraryError, match="is a library already; --overwrite replaces it"):
        restore(archive, old_library.folder)
    other = tmp_path / "photos"
    other.mkdir()
    (other / "cat.jpg").write_text("meow")
    for overwrite in (False, True):
        with pytest.raises(LibraryError, match="holds other files and is no library"):
            restore(archive, other, overwrite=overwrite)
    assert [p.name for p in other.iterdir()] == ["cat.jpg"]
    with pytest.raises(LibraryError, match=r"cat\.jpg is a file; name a folder"):
        restore(archive, other / "cat.jpg")


def test_a_library_is_replaced_when_asked(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    restore(archive, folder)
    (folder / "generations" / "extra").mkdir()
    library = LibraryStore.open(folder)
    with library.writing(), pytest.raises(LibraryError, match="another hilbert is writing"):
        restore(archive, folder, overwrite=True)
    library.close()
    restore(archive, folder, overwrite=True)
    assert not (folder / "generations" / "extra").exists() and examine(folder).healthy
    assert {p.name for p in tmp_path.iterdir()} == {"library", "old-library", archive.name}


@pytest.mark.parametrize("place", ["{library}/x.hilbert", "{tmp}", "{tmp}/no/x.hilbert"])
def test_a_place_where_no_backup_can_lie_is_refused_in_words(
    old_library: LibraryStore, tmp_path: Path, place: str
) -> None:
    named = place.format(library=old_library.folder, tmp=tmp_path)
    with pytest.raises(LibraryError, match=r"for the backup|in the library itself"):
        backup(old_library, named)
    assert not list(tmp_path.rglob("*.hilbert")) and not list(tmp_path.rglob("*.partial"))


# --- while it is in use -------------------------------------------------------------------------


@pytest.mark.slow
def test_a_backup_beside_a_writer_is_of_one_moment(
    old_library: LibraryStore, tmp_path: Path
) -> None:
    """The writer removes a document and commits, again and again, while backups are written."""
    folder = old_library.folder
    stop, failures = threading.Event(), []

    def write() -> None:
        writer = LibraryStore.open(folder)
        try:
            first = writer.catalog.documents()[0]
            title = 0
            while not stop.is_set():
                with writer.writing():
                    title += 1
                    changed = type(first)(**{**vars(first), "title": f"Title {title}"})
                    with writer.catalog.transaction():
                        writer.catalog.update_document(changed)
                    writer.commit()
        except Exception as error:
            failures.append(error)
        finally:
            writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(4):
            restored = restore(
                backup(old_library, tmp_path / f"{number}.hilbert").path,
                tmp_path / f"restored-{number}",
            )
            checkup = examine(restored.path)
            assert checkup.healthy, checkup.problems
    finally:
        stop.set()
        thread.join()
    assert failures == []


def test_a_backup_that_is_killed_leaves_no_half_file_and_the_next_one_cleans_up(
    old_library: LibraryStore, tmp_path: Path
) -> None:
    target = tmp_path / "talks.hilbert"
    code = (
        "import sys, time\n"
        "from indexer.maintenance import backup\n"
        "def slow(*_): time.sleep(60)\n"
        "backup.verify_members = slow\n"
        "from indexer.index.library_store import LibraryStore\n"
        "backup.backup(LibraryStore.open(sys.argv[1]), sys.argv[2])\n"
    )
    command = [sys.executable, "-c", code, str(old_library.folder), str(target)]
    process = subprocess.Popen(command)
    while process.poll() is None and not list(tmp_path.glob("*.partial")):
        time.sleep(0.01)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not target.exists()
    backup(old_library, target)
    assert {p.name for p in tmp_path.iterdir()} == {target.name, "old-library"}


def test_a_backup_that_fails_leaves_what_was_there(
    old_library: LibraryStore, archive: Path
) -> None:
    before = archive.read_bytes()
    next((old_library.folder / "features").iterdir()).unlink()
    with pytest.raises(LibraryError, match="is missing; run 'hilbert doctor"):
        backup(old_library, archive, overwrite=True)
    assert archive.read_bytes() == before
    assert not list(archive.parent.glob("*.partial"))


# --- damaged and hostile archives ----------------------------------------------------------------


@pytest.mark.slow
def test_no_damage_goes_unnoticed_or_leaves_a_library(archive: Path, tmp_path: Path) -> None:
    """Bytes changed at random, and ends cut off."""
    rng, data = random.Random(1), archive.read_bytes()
    folder = tmp_path / "library"
    for number in range(60):
        if number % 3:
            place = rng.randrange(len(data))
            damaged = bytearray(data)
            damaged[place] ^= 1 << rng.randrange(8)
        else:
            damaged = bytearray(data[: rng.randrange(len(data))])
        archive.write_bytes(damaged)
        status, _, errors = call("restore", archive, "-l", folder)
        if status:
            assert status == 1 and str(archive) in errors and not folder.exists()
            continue
        # A time stamp in a header, which nobody reads.
        fresh = tmp_path / "fresh"
        archive.write_bytes(data)
        restore(archive, fresh)
        assert content(folder) == content(fresh)
        shutil.rmtree(folder)
        shutil.rmtree(fresh)
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.hilbert"
    path.write_bytes(data)
    with pytest.raises(LibraryError, match="is no backup of a library, or it is damaged"):
        restore(path, tmp_path / "library")
    assert [p.name for p in tmp_path.iterdir()] == ["x.hilbert"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/tmp/evil",
        "features/../../evil",
        "features/..",
        "generations/../evil",
        "..\\evil",
        "features/..\\..\\evil",
        "C:evil",
        "evil",
        "recordings/a/b",
        "model/../../../evil",
        "generations/000001/..",
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_nothing_is_written_outside_of_the_library(
    archive: Path, tmp_path: Path, name: str, listed: bool
) -> None:
    def change(members: Members) -> None:
        members[name] = b"evil"
        about = json.loads(members[MANIFEST])
        if listed:
            about["files"][name] = [hashlib.sha256(b"evil").hexdigest(), 4]
        members[MANIFEST] = json.dumps(about).encode()

    before = {p.name for p in tmp_path.iterdir()} | {"changed.hilbert"}
    with pytest.raises(LibraryError, match="which is no part of a library"):
        restore(rewritten(archive, change), tmp_path / "library")
    assert {p.name for p in tmp_path.iterdir()} == before


def test_an_archive_that_lacks_a_file_or_holds_another_is_refused(
    archive: Path, tmp_path: Path
) -> None:
    def without_features(members: Members) -> None:
        name = next(n for n in members if n.startswith("features/"))
        del members[name]
        about = json.loads(members[MANIFEST])
        del about["files"][name]
        members[MANIFEST] = json.dumps(about).encode()

    def unlisted(members: Members) -> None:
        members["features/more.safetensors"] = b"x"

    def other_bytes(members: Members) -> None:
        name = next(n for n in members if n.startswith("features/"))
        members[name] = members[name][::-1]

    for change, reason in (
        (without_features, "is not in it"),
        (unlisted, "more.safetensors is not as backup.json lists it"),
        (other_bytes, "is not what was written"),
        (manifest_changed(files={}), "is not as backup.json lists it"),
        (manifest_changed(format="zip"), "backup.json cannot be read"),
        (manifest_changed(files=[1]), "backup.json cannot be read"),
        (manifest_changed(schema_version=2), "made by a newer hilbert .*; update hilbert"),
        (manifest_changed(catalog_version=99), "made by a newer hilbert .*; update hilbert"),
        (lambda members: members.pop(MANIFEST) and None, "it has no backup.json"),
    ):
        with pytest.raises(LibraryError, match=reason):
            restore(rewritten(archive, change), tmp_path / "library")
        assert not (tmp_path / "library").exists()


# --- another machine, and the verbs --------------------------------------------------------------


def test_what_was_uploaded_comes_along_and_is_found_at_its_new_place(
    old_library: LibraryStore, tmp_path: Path
) -> None:
    uploads = old_library.folder / "recordings"
    uploads.mkdir()
    (uploads / "memo.opus").write_bytes(b"sound")
    catalog = old_library.catalog
    first = catalog.documents()[0]
    with catalog.transaction():
        catalog.update_document(
            type(first)(**{**vars(first), "recording": str(uploads / "memo.opus")})
        )
    made = backup(old_library, tmp_path / "x.hilbert").path
    shutil.rmtree(old_library.folder)
    folder = restore(made, tmp_path / "new").path
    library = LibraryStore.open(folder)
    path = folder / "recordings" / "memo.opus"
    assert path.read_bytes() == b"sound"
    assert str(path) in {d.path for d in library.catalog.documents()}
    assert str(path) in {d.path for d in library.snapshot().lexical.documents()}
    library.close()


def test_the_verbs_write_check_and_restore(old_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "talks.hilbert"
    status, output, errors = call("backup", file, "-l", old_folder)
    assert status == 0 and "and verified" in output, errors
    status, output, _ = call("restore", file, "--check", "--json")
    assert status == 0 and json.loads(output)["library"] is None
    status, output, _ = call("restore", file, "-l", tmp_path / "new")
    assert status == 0
    assert "note: /srv/talks is not here: its documents can be found but not played" in output
    assert call("backup", file, "-l", old_folder)[0] == 1
    assert call("restore", file, "-l", tmp_path / "new")[0] == 1
    assert call("restore", file)[0] == 2 and call("restore", file, "--check", "-l", "x")[0] == 2
    status, _, errors = call("restore", tmp_path / "none", "-l", tmp_path / "other")
    assert status == 1 and "there is no such file" in errors and "Traceback" not in errors
    status, output, _ = call("info", "-l", tmp_path / "new", "--json")
    assert json.loads(output)["catalog_version"] == json.loads(output)["schema_version"] == 1
