"""Of copies of a recording the one whose words are given is kept, and words left out are said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.indexer.ingest.conftest import Collection


@pytest.mark.parametrize("place", ["a.vtt", "old/a.vtt"])
def test_a_transcript_beside_any_of_the_copies_is_used(
    collection: Collection, write_sound: Callable[..., Path], music: object, place: str
) -> None:
    first = write_sound(collection.folder / "a (1).flac", music, codec="flac")
    (collection.folder / "copies").mkdir()
    transcript = collection.write(place, "The otters sleep. Nobody wakes them.")
    second = transcript.with_suffix(".flac")
    for copy in (second, collection.folder / "copies" / "a.flac"):
        shutil.copy(first, copy)
    report = collection.index(asr="never")
    document = collection.documents()["a"]
    assert (document.path, document.text_source) == (str(second), "timed")
    others = {path for path in report.warnings if path.endswith(".flac")}
    assert others == {str(first), str(collection.folder / "copies" / "a.flac")}
    assert not collection.index(asr="never").updated
    assert collection.documents()["a"].path == str(second)


def test_another_transcript_beside_a_copy_is_said_not_to_be_used(
    collection: Collection, write_sound: Callable[..., Path], music: object
) -> None:
    first = write_sound(collection.folder / "a.flac", music, codec="flac")
    collection.write("a.vtt", "The otters sleep. Nobody wakes them.")
    (collection.folder / "copies").mkdir()
    copy = collection.folder / "copies" / "a.flac"
    shutil.copy(first, copy)
    collection.write("copies/a.vtt", "The seals sleep. Nobody wakes them.")
    for _ in range(2):
        (said,) = collection.index(asr="never").warnings[str(copy)]
        assert said == (
            f"the same recording as {first}; kept once, and its transcript a.vtt is not used: put "
            "it beside that"
        )
    shutil.copy(collection.folder / "a.vtt", collection.folder / "copies" / "a.vtt")
    (said,) = collection.index(asr="never").warnings[str(copy)]
    assert said == f"the same recording as {first}; kept once"


@pytest.mark.parametrize("copy", ["talk (1).vtt", "talk copy.vtt", "talk.en.vtt", "talk-2.vtt"])
def test_a_copy_does_not_give_the_name(collection: Collection, copy: str) -> None:
    words = "The otters sleep. Nobody wakes them."
    collection.write(copy, words)
    collection.write("talk.vtt", words)
    assert collection.index().added == ["talk"]
