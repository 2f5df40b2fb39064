"""A library follows the folders that were indexed: what moved, changed or is gone there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.base.errors import LibraryError
from indexer.ingest.process import ProcessedDocument
from indexer.ingest.store import DocumentWriter
from tests.indexer.ingest.conftest import TEXTS, Collection, vtt


def test_indexing_without_paths_looks_through_what_was_named(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.write("clocks.vtt")
    monkeypatch.chdir(tmp_path)
    report = collection.index()
    assert report.added == ["clocks"] and sorted(report.unchanged) == ["bees", "bread", "tides"]


def test_a_library_that_follows_nothing_asks_for_a_folder(collection: Collection) -> None:
    for folder in collection.library.catalog.remembered.folders():
        collection.library.catalog.remembered.forget_folder(folder.path)
    with pytest.raises(LibraryError, match="follows no folder yet; name one: 'hilbert index"):
        collection.index()


def test_a_relative_path_is_the_same_folder_from_everywhere(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(collection.folder)
    assert len(collection.index(".").unchanged) == 3
    monkeypatch.chdir(tmp_path)
    assert len(collection.index("talks/../talks").unchanged) == 3
    (followed,) = collection.library.catalog.remembered.folders()
    assert followed.path == str(collection.folder)


def test_a_path_that_is_not_there_is_a_failure_and_is_not_followed(collection: Collection) -> None:
    report = collection.index("/nowhere/talks")
    assert report.failed == {"/nowhere/talks": "there is no such file or folder"}
    assert [f.path for f in collection.library.catalog.remembered.folders()] == [
        str(collection.folder)
    ]


# --- moved and changed ------------------------------------------------------------------------


def test_a_moved_talk_keeps_its_document_and_is_reported(collection: Collection) -> None:
    before = collection.documents()["bees"]
    new = collection.folder / "old" / "bees.vtt"
    (collection.folder / "bees.vtt").rename(new)
    report = collection.index()
    assert report.moved == {str(new): before.path}
    assert not report.gone and not report.replaced and report.documents == 3
    assert collection.documents()["bees"].id == before.id
    assert collection.found()["bees"] == str(new)


def test_a_better_format_of_a_talk_stands_for_it(collection: Collection) -> None:
    text = collection.folder / "clocks.txt"
    text.write_text(TEXTS["clocks"].replace(". ", ".\n"), encoding="utf-8")
    assert collection.index().added == ["clocks"]
    new = collection.write("clocks.vtt")
    report = collection.index()
    assert report.replaced == {str(new): str(text)} and report.documents == 4
    assert collection.documents()["clocks"].path == str(new)
    assert not collection.index().replaced


def test_texts_of_one_name_that_say_something_else_both_stay(collection: Collection) -> None:
    (collection.folder / "clocks.txt").write_text(TEXTS["bread"], encoding="utf-8")
    collection.index()
    collection.write("clocks.vtt")
    report = collection.index()
    assert not report.replaced and report.documents == 5


def test_a_talk_that_is_moved_out_of_the_only_folder_given_is_found_at_its_new_place(
    collection: Collection,
) -> None:
    new = collection.folder / "old" / "bees.vtt"
    (collection.folder / "bees.vtt").rename(new)
    assert list(collection.index(collection.folder / "old").moved) == [str(new)]
    assert not collection.index().gone


@pytest.mark.parametrize(
    "edited",
    [
        TEXTS["bees"].replace("noon", "eleven"),
        TEXTS["bees"] + " The neighbours came to look at it",
        TEXTS["bees"].upper(),
    ],
)
@pytest.mark.parametrize("place", ["swarm.vtt", "new/season/bees.vtt"])
def test_a_talk_that_was_renamed_and_edited_is_recognised(
    collection: Collection, place: str, edited: str
) -> None:
    old = collection.folder / "bees.vtt"
    old.unlink()
    new = collection.write(place, edited)
    report = collection.index()
    assert report.replaced == {str(new): str(old)}
    assert not report.gone and report.documents == 3
    assert collection.found()[new.stem] == str(new)


def test_a_new_talk_does_not_replace_one_that_was_deleted(collection: Collection) -> None:
    (collection.folder / "bees.vtt").unlink()
    collection.write("clocks.vtt")
    report = collection.index()
    assert list(report.gone.values()) == ["bees"] and not report.replaced


def test_a_talk_of_a_series_that_always_says_the_same_does_not_replace_its_sister(
    collection: Collection,
) -> None:
    said = "Welcome back to the show about bees and the winter that they had. Part {} begins now."
    for number in range(1, 4):
        collection.write(f"part-{number}.vtt", said.format(number))
    collection.index()
    (collection.folder / "part-2.vtt").unlink()
    collection.write("part-4.vtt", said.format(4))
    report = collection.index()
    assert list(report.gone.values()) == ["part-2"] and not report.replaced


def test_a_transcript_in_another_format_is_the_same_talk(collection: Collection) -> None:
    old = collection.folder / "bees.vtt"
    old.unlink()
    new = collection.folder / "bees.txt"
    new.write_text(TEXTS["bees"])
    report = collection.index()
    assert report.replaced == {str(new): str(old)} and not report.gone


def test_a_rename_is_recognised_after_a_run_that_was_killed(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = collection.folder / "bees.vtt"
    old.unlink()
    new = collection.write("swarm.vtt", TEXTS["bees"] + " Then it flew on")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("indexer.ingest.run.settle", killed)
        with pytest.raises(KeyboardInterrupt):
            collection.index()
    assert set(collection.documents()) == {"bees", "bread", "swarm", "tides"}
    assert collection.index().replaced == {str(new): str(old)}


def test_a_first_run_that_was_killed_goes_on_without_naming_the_folder_again(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    for name in ("clocks", "bread2"):
        (second / f"{name}.vtt").write_text(vtt(TEXTS["clocks"] + f" So much for {name}"))
    stored = []

    def put(writer: DocumentWriter, done: ProcessedDocument) -> None:
        if stored:
            raise KeyboardInterrupt
        stored.append(done)
        real(writer, done)

    real = DocumentWriter.put
    with monkeypatch.context() as patch:
        patch.setattr(DocumentWriter, "put", put)
        with pytest.raises(KeyboardInterrupt):
            collection.index(second)
    report = collection.index()
    assert len(report.added) == 1 and len(report.unchanged) == 4 and report.documents == 5


def test_a_recording_in_another_encoding_replaces_the_one_before(
    collection: Collection,
    excerpt: Callable[[Path, float, float], Path],
    write_sound: Callable[..., Path],
    read_sound: Callable[[Path], object],
) -> None:
    old = excerpt(collection.folder / "talk.wav", 0, 6)
    collection.index(asr="never")
    samples = read_sound(old)
    new = write_sound(collection.folder / "talk.flac", samples, codec="flac")
    old.unlink()
    report = collection.index(asr="never")
    assert report.replaced == {str(new): str(old)} and report.documents == 4


def test_a_transcript_that_is_left_of_a_recording_does_not_replace_it(
    collection: Collection, excerpt: Callable[[Path, float, float], Path]
) -> None:
    recording = excerpt(collection.folder / "clocks.wav", 0, 6)
    collection.write("clocks.vtt")
    collection.index()
    recording.unlink()
    report = collection.index()
    assert report.gone == {str(recording): "clocks"} and not report.replaced
    assert report.documents == 5


# --- gone -------------------------------------------------------------------------------------


def test_what_is_gone_stays_until_it_is_pruned(collection: Collection) -> None:
    gone = collection.folder / "bees.vtt"
    gone.unlink()
    for _ in range(2):
        report = collection.index()
        assert report.gone == {str(gone): "bees"} and not report.removed
        assert "bees" in collection.found()
    assert report.describe_changes() == [
        f"gone: {gone}",
        "1 document is gone but still in the library; --prune removes it",
    ]
    report = collection.index(prune=True)
    assert report.removed == {str(gone): "bees"} and not report.gone and report.documents == 2
    assert set(collection.found()) == {"bread", "tides"}
    assert not collection.index(prune=True).removed


def test_a_deleted_folder_is_gone_with_all_that_is_in_it(collection: Collection) -> None:
    shutil.rmtree(collection.folder / "old")
    assert list(collection.index(prune=True).removed.values()) == ["bread"]


def test_only_what_was_looked_through_is_gone(collection: Collection) -> None:
    (collection.folder / "bees.vtt").unlink()
    report = collection.index(collection.folder / "old", prune=True)
    assert not report.removed and not report.gone


def test_a_single_file_that_was_named_is_followed_and_gone(
    collection: Collection, tmp_path: Path
) -> None:
    alone = tmp_path / "elsewhere" / "clocks.vtt"
    alone.parent.mkdir()
    alone.write_text(vtt(TEXTS["clocks"]))
    (alone.parent / "other.txt").write_text("Nobody asked for this one.")
    assert collection.index(alone).added == ["clocks"]
    alone.write_text(vtt(TEXTS["clocks"] + " It was late"))
    report = collection.index()
    assert report.updated == ["clocks"] and len(report.unchanged) == 3
    alone.unlink()
    report = collection.index()
    assert report.gone == {str(alone): "clocks"} and not report.failed
    assert collection.index(prune=True).removed == {str(alone): "clocks"}
    report = collection.index()
    assert not report.failed and not report.warnings


def test_of_two_copies_the_other_one_stays(collection: Collection) -> None:
    copy = collection.folder / "old" / "bees-copy.vtt"
    shutil.copy(collection.folder / "bees.vtt", copy)
    assert collection.index().documents == 3
    (collection.folder / "bees.vtt").unlink()
    report = collection.index(collection.folder / "bees.vtt", prune=True)
    assert not report.removed and report.documents == 3
    assert collection.found()["bees-copy"] == str(copy)
    assert not collection.index().gone


# --- out of reach -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["missing", "empty", "hidden", "link"])
def test_nothing_is_removed_of_a_folder_that_cannot_be_reached(
    collection: Collection, how: str
) -> None:
    away = collection.folder.with_name("away")
    collection.folder.rename(away)
    if how == "link":
        collection.folder.symlink_to(collection.folder.with_name("unplugged"))
    elif how != "missing":
        collection.folder.mkdir()
        if how == "hidden":
            (collection.folder / ".DS_Store").write_text("x")
    for paths in ((), (collection.folder,)):
        report = collection.index(*paths, prune=True)
        assert list(report.unreachable) == [str(collection.folder)]
        assert "nothing of its 3 documents is lost" in report.unreachable[str(collection.folder)]
        assert not report.removed and not report.gone and report.documents == 3
        assert not report.failed
    if collection.folder.is_symlink():
        collection.folder.unlink()
    shutil.rmtree(collection.folder, ignore_errors=True)
    away.rename(collection.folder)
    report = collection.index(prune=True)
    assert len(report.unchanged) == 3 and not report.unreachable and not report.removed


@pytest.mark.parametrize("how", ["empty", "link"])
def test_a_drive_within_a_folder_that_is_not_plugged_in_loses_nothing(
    collection: Collection, how: str
) -> None:
    inner = collection.folder / "old"
    away = collection.folder.with_name("away")
    inner.rename(away)
    if how == "empty":
        inner.mkdir()
    else:
        inner.symlink_to("/nowhere/drive")
    (collection.folder / "bees.vtt").unlink()
    report = collection.index(prune=True)
    assert list(report.unreachable) == [str(inner)]
    assert list(report.removed.values()) == ["bees"] and set(collection.found()) == {
        "bread",
        "tides",
    }


def test_a_link_to_a_file_on_a_drive_that_is_not_plugged_in_loses_nothing(
    collection: Collection, tmp_path: Path
) -> None:
    target = tmp_path / "drive" / "clocks.vtt"
    target.parent.mkdir()
    target.write_text(vtt(TEXTS["clocks"]))
    link = collection.folder / "clocks.vtt"
    link.symlink_to(target)
    assert collection.index().added == ["clocks"]
    target.parent.rename(tmp_path / "away")
    report = collection.index(prune=True)
    assert list(report.unreachable) == [str(link)] and "clocks" in collection.found()


def test_a_share_that_is_not_mounted_loses_nothing_though_something_lies_there(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted, real = [str(collection.folder)], os.path.ismount
    monkeypatch.setattr(os.path, "ismount", lambda p: str(p) in mounted or real(p))
    collection.index()
    shutil.rmtree(collection.folder)
    mounted.clear()
    collection.folder.mkdir()
    (collection.folder / "note.vtt").write_text(vtt("Mount the share. Now"))
    for _ in range(2):
        report = collection.index(prune=True)
        assert report.unreachable == {
            str(collection.folder): f"nothing is mounted at {collection.folder}; nothing of its 3 "
            "documents is lost"
        }
        assert not report.removed and report.documents == 4


def test_a_file_that_icloud_took_back_is_not_gone(collection: Collection) -> None:
    file = collection.folder / "bees.vtt"
    file.unlink()
    (collection.folder / ".bees.vtt.icloud").write_text("x")
    report = collection.index(prune=True)
    assert list(report.unreachable) == [str(file)] and not report.removed


def test_a_folder_whose_name_is_no_text_is_not_followed(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "clocks.vtt").write_text(vtt(TEXTS["clocks"]))
    failed = collection.index(folder).failed
    assert list(failed) == [str(tmp_path / "caf\\xe9")]
    assert "not UTF-8; rename it" in failed[str(tmp_path / "caf\\xe9")]
    assert len(collection.index().unchanged) == 3


def test_one_folder_out_of_reach_does_not_keep_the_others_from_being_updated(
    collection: Collection, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    second.mkdir()
    (second / "clocks.vtt").write_text(vtt(TEXTS["clocks"]))
    collection.index(second)
    collection.folder.rename(tmp_path / "away")
    (second / "clocks.vtt").write_text(vtt(TEXTS["clocks"] + " It was late"))
    report = collection.index()
    assert report.updated == ["clocks"] and list(report.unreachable) == [str(collection.folder)]


def test_a_renamed_folder_is_found_by_its_new_name_and_the_old_one_is_forgotten(
    collection: Collection, tmp_path: Path
) -> None:
    new = tmp_path / "lectures"
    collection.folder.rename(new)
    report = collection.index(new)
    assert len(report.moved) == 3 and not report.added
    report = collection.index()
    assert len(report.unchanged) == 3 and not report.unreachable
    assert report.warnings[str(collection.folder)] == [
        "not followed any more: it is not there, and no document lies in it"
    ]
    report = collection.index()
    assert not report.warnings and not report.unreachable


# --- several folders --------------------------------------------------------------------------


def test_folders_within_each_other_are_followed_once(collection: Collection) -> None:
    collection.index(collection.folder / "old")
    collection.index(collection.folder / "bees.vtt")
    followed = collection.library.catalog.remembered.folders()
    assert [f.path for f in followed] == [str(collection.folder)]
    collection.index(collection.folder.parent)
    followed = collection.library.catalog.remembered.folders()
    assert [f.path for f in followed] == [str(collection.folder.parent)]
    assert len(collection.index().unchanged) == 3


def test_a_folder_and_a_link_to_it_are_followed_once(
    collection: Collection, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(collection.folder)
    report = collection.index(link)
    assert len(report.unchanged) == 3 and not report.warnings
    report = collection.index()
    assert len(report.unchanged) == 3 and not report.moved
    assert len(collection.library.catalog.remembered.folders()) == 1


def test_each_folder_keeps_its_language(collection: Collection) -> None:
    collection.write("de/uhr.vtt", "Die Uhr geht nach. Niemand weiß, warum sie das tut.")
    collection.index(collection.folder / "de", language="de")
    collection.write("de/brot.vtt", "Das Brot ist fertig, wenn es hohl klingt. Zwei Tage dauert es")
    collection.write("clocks.vtt")
    assert sorted(collection.index().added) == ["brot", "clocks"]
    languages = {name: d.language for name, d in collection.documents().items()}
    assert languages["brot"] == languages["uhr"] == "de" and languages["clocks"] == "en"
    collection.write("de/milch.vtt", "Die Milch kocht über, wenn niemand hinsieht. Immer")
    collection.index(collection.folder)
    assert collection.documents()["milch"].language == "de"


def test_a_folder_that_was_not_transcribed_is_not_transcribed_by_itself(
    collection: Collection, excerpt: Callable[[Path, float, float], Path]
) -> None:
    excerpt(collection.folder / "spoken.wav", 0, 6)
    collection.index(collection.folder, asr="never")
    assert "spoken" in collection.index().unchanged
    assert collection.index(collection.folder).updated == ["spoken"]


def test_the_library_within_its_folder_is_not_followed(
    collection: Collection,
) -> None:
    uploads = collection.library.folder / "uploads"
    uploads.mkdir()
    (uploads / "clocks.vtt").write_text(vtt(TEXTS["clocks"]))
    collection.index(uploads)
    assert [f.path for f in collection.library.catalog.remembered.folders()] == [
        str(collection.folder)
    ]
