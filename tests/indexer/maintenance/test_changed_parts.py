"""Parts of a collection that changes: what was edited, moved or deleted is in one library only."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hilbert.files import sha256_file
from indexer.ingest.part import Part
from indexer.library import Library
from tests.in_process import call

NAMES = ("lantern", "tides", "bread", "bees")

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Talks, two parts of them as libraries, and the library of both."""
    (tmp_path / "talks").mkdir()
    for name in NAMES:
        write(tmp_path / "talks" / f"{name}.vtt", f"This talk is of {name} and nothing else.")
    for number in (1, 2):
        index(tmp_path, number)
    assert len(gather(tmp_path)["added"]) == len(NAMES)
    return tmp_path


def write(file: Path, said: str) -> None:
    file.write_text(f"WEBVTT\n\n00:01.000 --> 00:07.000\n{said}\n", encoding="utf-8")


def edit_into(file: Path, part: Part) -> None:
    """Edit a talk until its content belongs to a part."""
    for number in range(1000):
        write(file, f"This is another version, number {number}, of the talk of {file.stem}.")
        if part.holds(sha256_file(file)):
            return


def index(work: Path, number: int, *options: str) -> dict[str, Any]:
    status, output, _ = call(
        *("index", work / "talks", "--part", f"{number}/2", "-l", work / f"part-{number}"),
        *(*options, "--json"),
    )
    assert status == 0, output
    found: dict[str, Any] = json.loads(output)
    return found


def gather(work: Path, *parts: str) -> dict[str, Any]:
    folders = [work / part for part in parts or ("part-1", "part-2")]
    status, output, _ = call("gather", *folders, "-l", work / "all", "--json")
    assert status == 0, output
    found: dict[str, Any] = json.loads(output)
    return found


def said(folder: Path) -> list[tuple[str, str]]:
    with Library.open(folder) as library:
        catalog = library.store.catalog
        return [(d.name, cue.text) for d in catalog.documents() for cue in catalog.cues(d.id)]


def file_of(work: Path, number: int) -> Path:
    """A talk that a part holds."""
    part = Part(number, 2)
    return next(
        file for name in NAMES if part.holds(sha256_file(file := work / "talks" / f"{name}.vtt"))
    )


def test_what_was_edited_leaves_the_part_that_held_it(parts: Path) -> None:
    file = file_of(parts, 1)
    before = index(parts, 1)["documents"]
    edit_into(file, Part(2, 2))
    status, output, _ = call("index", parts / "talks", "--part", "1/2", "-l", parts / "part-1")
    assert status == 0 and f"changed, and of another part now: {file}" in output
    assert f"the library holds {before - 1} documents" in output
    assert file.stem not in [name for name, _ in said(parts / "part-1")]
    assert file.stem in index(parts, 2)["added"]
    assert not index(parts, 1)["of_other_part_now"]  # told once


@pytest.mark.parametrize("number", [1, 2])
def test_an_edited_talk_is_gathered_once(parts: Path, number: int) -> None:
    file = file_of(parts, 1)
    edit_into(file, Part(number, 2))
    # The part that held it before may be behind, and come first or last.
    index(parts, number)
    report = gather(parts)
    assert report["documents"] == len(NAMES) and list(report["replaced"]) == [str(file)]
    again = gather(parts, "part-2", "part-1")
    assert again["documents"] == len(NAMES) and not again["replaced"] and not again["added"]
    assert next(text for name, text in said(parts / "all") if name == file.stem).startswith(
        "This is another version"
    )
    if number == 2:
        assert again["older"] == {str(file): file.stem}


def test_the_later_one_is_kept_where_no_file_is_there(parts: Path) -> None:
    file = file_of(parts, 1)
    edit_into(file, Part(2, 2))
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 10**9))
    index(parts, 2)
    (parts / "talks").rename(parts / "elsewhere")
    for order in (("part-1", "part-2"), ("part-2", "part-1")):
        report = gather(parts, *order)
        assert report["documents"] == len(NAMES) and not report["gone"]
    assert any(text.startswith("This is another version") for _, text in said(parts / "all"))


def test_a_renamed_talk_moves_and_a_deleted_one_is_told(parts: Path) -> None:
    renamed, deleted = file_of(parts, 1), file_of(parts, 2)
    renamed.rename(renamed.with_stem("other name"))
    deleted.unlink()
    for number in (1, 2):
        index(parts, number, "--prune")
    report = gather(parts)
    assert report["moved"] == {str(renamed.with_stem("other name")): str(renamed)}
    assert report["gone"] == {str(deleted): deleted.stem}
    assert report["documents"] == len(NAMES)  # nothing is removed unasked
    status, output, _ = call("gather", parts / "part-1", "-l", parts / "all")
    assert status == 0 and f"gone: {deleted}" in output and "index --prune" in output
    assert call("index", "-l", parts / "all", "--prune")[0] == 0
    assert not gather(parts)["gone"]


def test_new_values_of_a_table_are_gathered(parts: Path) -> None:
    file = file_of(parts, 1)
    table = f"file,title\n{file.stem},A New Title\n"
    (parts / "talks" / "metadata.csv").write_text(table, encoding="utf-8")
    index(parts, 1)
    assert gather(parts)["updated"] == [file.stem]
    with Library.open(parts / "all") as library:
        assert "A New Title" in [d.title for d in library.store.catalog.documents()]


def test_a_library_run_by_parts_follows_all_that_it_holds(parts: Path) -> None:
    file = file_of(parts, 2)
    whole = ("index", parts / "talks", "-l", parts / "all", "--part", "1/2", "--prune", "--json")
    file.rename(file.with_stem("other name"))
    report = json.loads(call(*whole)[1])
    assert report["documents"] == len(NAMES) and not report["removed"]
    assert list(report["moved"]) == [str(file.with_stem("other name"))]


def test_a_recording_put_beside_a_transcript_stands_for_both(parts: Path, talks: Path) -> None:
    transcript = file_of(parts, 1)
    recording = next(talks.glob("*.opus"))
    number = 1 if Part(1, 2).holds(sha256_file(recording)) else 2
    transcript.with_suffix(".opus").write_bytes(recording.read_bytes())
    index(parts, number)
    report = gather(parts, "part-2", "part-1")
    assert report["documents"] == len(NAMES)
    names = [name for name, _ in said(parts / "all")]
    assert set(names) == set(NAMES)
