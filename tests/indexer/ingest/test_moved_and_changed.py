"""What was moved, renamed, edited or converted in a followed folder is the same document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.ingest.process import ProcessedDocument
from indexer.ingest.store import DocumentWriter
from tests.indexer.ingest.conftest import TEXTS, Collection, vtt


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
