"""A collection that was moved is relinked: its paths change, and nothing is read again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.base.errors import LibraryError
from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from indexer.maintenance.folders import followed_folders, forget_folders
from indexer.maintenance.relink import relink
from indexer.store.remembered import FollowedFolder, Origin
from tests.in_process import call

WAS = "/srv/talks"


@pytest.fixture
def talks(old_library: LibraryStore, tmp_path: Path) -> Path:
    """Where the talks of the old library lie now."""
    folder = tmp_path / "talks"
    folder.mkdir()
    for document in old_library.catalog.documents():
        (folder / Path(document.path).name).write_bytes(b"x")
    return folder


def paths(library: LibraryStore) -> dict[str, str]:
    return {d.name: d.path for d in library.catalog.documents()}


def test_a_moved_collection_is_relinked_everywhere(old_library: LibraryStore, talks: Path) -> None:
    catalog = old_library.catalog
    first = catalog.documents()[0]
    with catalog.transaction():
        catalog.remembered.put_folder(FollowedFolder(WAS, False, "de", "never", "/srv"))
        catalog.remembered.put_origin(first.id, Origin({}, f"{WAS}/metadata.csv", {}))
    catalog.put_failures([], {f"{WAS}/broken.mp3": "it is broken", "/other/x.mp3": "it too"})
    before = paths(old_library)
    known = catalog.known_paths()
    report = relink(old_library, WAS + "/", talks)
    assert (report.documents, report.missing, report.taken) == (len(before), (), ())
    assert paths(old_library) == {name: p.replace(WAS, str(talks)) for name, p in before.items()}
    assert {d.path for d in old_library.snapshot().lexical.documents()} == set(
        paths(old_library).values()
    )
    assert catalog.known_paths() == {p.replace(WAS, str(talks)): k for p, k in known.items()}
    assert all(
        d.transcript is None or d.transcript.startswith(str(talks)) for d in catalog.documents()
    )
    (followed,) = catalog.remembered.folders()
    assert (followed.path, followed.language, followed.asr) == (str(talks), "de", "never")
    origin = catalog.remembered.origin(first.id)
    assert origin is not None and origin.metadata_file == f"{talks}/metadata.csv"
    assert set(catalog.failures()) == {f"{talks}/broken.mp3", "/other/x.mp3"}


def test_a_part_of_a_followed_folder_is_relinked_and_followed(
    old_library: LibraryStore, talks: Path
) -> None:
    with old_library.catalog.transaction():
        old_library.catalog.remembered.put_folder(FollowedFolder("/srv", False, "fr", "auto"))
    relink(old_library, WAS, talks)
    followed = old_library.catalog.remembered.folders()
    assert [(f.path, f.language) for f in followed] == [("/srv", "fr"), (str(talks), "fr")]


def test_a_single_file_is_relinked(old_library: LibraryStore, talks: Path) -> None:
    old = next(iter(paths(old_library).values()))
    new = talks / "renamed.opus"
    new.write_bytes(b"x")
    assert relink(old_library, old, new).documents == 1
    assert str(new) in paths(old_library).values() and old not in paths(old_library).values()


def test_what_is_not_there_is_named_and_a_wrong_folder_changes_nothing(
    old_library: LibraryStore, talks: Path, tmp_path: Path
) -> None:
    before = paths(old_library)
    empty = tmp_path / "empty"
    empty.mkdir()
    for old, new, reason in (
        (WAS, empty, f"none of the {len(before)} documents that lay in {WAS} is in {empty}"),
        (WAS, tmp_path / "nowhere", "there is no .*nowhere; name where the files lie now"),
        ("/srv/talk", talks, "nothing of this library lay in /srv/talk; its documents lie in /srv"),
    ):
        with pytest.raises(LibraryError, match=reason):
            relink(old_library, old, new)
        assert paths(old_library) == before
    gone = next(talks.iterdir())
    gone.unlink()
    assert relink(old_library, WAS, talks).missing == (str(gone),)


def test_a_document_that_was_indexed_at_the_new_place_stays(
    old_library: LibraryStore, talks: Path
) -> None:
    catalog = old_library.catalog
    first, second = catalog.documents()[:2]
    moved = talks / Path(second.path).name
    with catalog.transaction():  # it was edited there and indexed since
        catalog.update_document(
            type(first)(**{**vars(first), "recording": None, "transcript": str(moved)})
        )
    report = relink(old_library, WAS, talks)
    assert report.taken == (str(moved),)
    assert [d.path for d in catalog.documents()].count(str(moved)) == 1


@pytest.mark.parametrize("old", ["D:\\Talks", "D:\\Talks\\", "d:\\talks"])
def test_a_library_of_windows_is_relinked(old_library: LibraryStore, talks: Path, old: str) -> None:
    catalog = old_library.catalog
    with catalog.transaction():
        for d in catalog.documents():
            name = Path(d.path).name
            windows = {"recording": f"D:\\Talks\\sub\\{name}", "transcript": None}
            catalog.update_document(type(d)(**{**vars(d), **windows}))
    (talks / "sub").mkdir()
    for file in [p for p in talks.iterdir() if p.is_file()]:
        shutil.move(file, talks / "sub")
    if old.startswith("d"):
        with pytest.raises(LibraryError, match="nothing of this library lay in"):
            relink(old_library, old, talks)
        return
    assert not relink(old_library, old, talks).missing
    assert all(p.startswith(f"{talks}/sub/") for p in paths(old_library).values())


def test_the_verb_relinks_and_names_what_is_missing(old_folder: Path, tmp_path: Path) -> None:
    library = LibraryStore.open(old_folder)
    talks = tmp_path / "talks"
    talks.mkdir()
    names = sorted(Path(p).name for p in paths(library).values())
    library.close()
    (talks / names[0]).write_bytes(b"x")
    status, output, errors = call("relink", WAS, talks, "-l", old_folder)
    assert status == 0, errors
    assert f"warning: {talks / names[1]}: not there" in output
    assert f"{len(names)} documents relinked" in output
    status, _, errors = call("relink", "/nowhere", talks, "-l", old_folder)
    assert status == 1 and "nothing of this library lay in /nowhere" in errors


def test_many_single_files_of_a_folder_are_counted(
    old_library: LibraryStore, tmp_path: Path
) -> None:
    catalog = old_library.catalog
    alone = str(tmp_path / "few" / "one.wav")
    with old_library.writing(), catalog.transaction():
        for path in [*(str(tmp_path / "many" / f"{i:03}.wav") for i in range(700)), alone]:
            catalog.remembered.put_folder(FollowedFolder(path, True, "en", "auto"))
        catalog.remembered.put_folder(FollowedFolder(str(tmp_path / "whole"), False, "en", "auto"))
    _, output, _ = call("info", "-l", old_library.folder)
    line = next(line for line in output.splitlines() if line.strip().startswith("folders"))
    assert alone in line and str(tmp_path / "whole") in line and ".wav" in line
    assert f"700 files in {tmp_path / 'many'}" in line and "699.wav" not in output
    assert len(json.loads(call("info", "-l", old_library.folder, "--json")[1])["folders"]) >= 702


def test_followed_folders_are_listed_and_forgotten(old_library: LibraryStore, talks: Path) -> None:
    with old_library.catalog.transaction():
        for path in (str(talks), WAS):
            old_library.catalog.remembered.put_folder(FollowedFolder(path, False, "en", "auto"))
    states = {s.folder.path: (s.documents, s.unreachable) for s in followed_folders(old_library)}
    assert states == {
        str(talks): (0, None),
        WAS: (len(paths(old_library)), "there is no such folder"),
    }
    assert f"not reachable: {WAS}: there is no such folder" in examine(old_library.folder).notes
    with pytest.raises(LibraryError, match="/nowhere is not followed; followed are"):
        forget_folders(old_library, [WAS, "/nowhere"])
    forget_folders(old_library, [WAS])
    assert [s.folder.path for s in followed_folders(old_library)] == [str(talks)]
    status, output, _ = call("folders", "-l", old_library.folder)
    assert status == 0 and output == f"{talks}  (0 documents, en, asr auto)\n"
