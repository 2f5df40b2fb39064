"""Several libraries answer as one: each hit names its own, and one that cannot answer is noted."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import Libraries
from indexer.base.errors import LibraryError, QueryError
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.search.filters import Filters
from indexer.search.results import DocumentHit, Hit, ScoreSpread, SearchResult
from indexer.search.searcher import Searcher
from indexer.search.several import SeveralSearchers, merge, short_names
from tests.in_process import call
from tests.sharing import copy_library

WORDS = "Tamsin grafts old pear trees onto quince roots in a walled garden."


@pytest.fixture(scope="module")
def orchard(
    empty_library_folder: Path,
    encoders: Encoders,
    index_into: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A library of one talk of one segment."""
    folder = tmp_path_factory.mktemp("several")
    copy_library(empty_library_folder, folder / "orchard")
    store = LibraryStore.open(folder / "orchard")
    store.encoders = encoders
    cue = f"WEBVTT\n\n00:00:00.000 --> 00:00:20.000\n<v Tamsin>{WORDS}\n"
    (folder / "pears.vtt").write_text(cue, encoding="utf-8")
    index_into(store, folder / "pears.vtt")
    store.close()
    return folder / "orchard"


@pytest.fixture(scope="module")
def both(orchard: Path, small_library: LibraryStore) -> Iterator[SeveralSearchers]:
    several = SeveralSearchers.open([small_library.folder, orchard])
    yield several
    several.close()


def test_each_library_answers_what_it_knows(
    both: SeveralSearchers, orchard: Path, small_library: LibraryStore
) -> None:
    pears = both.search("grafting pear trees")
    assert (pears[0].name, pears[0].library) == ("pears", str(orchard))
    assert pears.documents[0].library == pears.documents[0].moments[0].library == str(orchard)
    alone = Searcher(small_library).search("why high water comes late after the moon")
    tide = both.search("why high water comes late after the moon")
    assert (tide[0].name, tide[0].start) == (alone[0].name, alone[0].start)
    assert tide[0].library == str(small_library.folder)
    scores = [hit.score for hit in tide]
    assert scores == sorted(scores, reverse=True)
    assert sum(tide[0].channels.values()) == pytest.approx(tide[0].score, abs=1e-5)


def test_one_that_lacks_the_value_of_a_filter_is_noted(
    both: SeveralSearchers, orchard: Path, small_library: LibraryStore
) -> None:
    for result in (
        both.search("garden", filters=Filters(speakers=("Tamsin",))),
        both.search("garden speaker:tamsin"),
    ):
        assert {hit.library for hit in result} == {str(orchard)}
        (note,) = result.notes
        assert note.startswith(f"{small_library.folder}: ") and "tamsin" in note.lower()
    with pytest.raises(QueryError, match="nobody called 'Xerxes'"):
        both.search("garden speaker:Xerxes")
    with pytest.raises(QueryError, match="the query is empty"):
        both.search(" ")


def test_one_that_cannot_be_opened_is_noted(orchard: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with Libraries.open(gone, str(orchard)) as libraries:
        assert libraries.folders == [orchard]
        result = libraries.search("pear trees", channel="lexical", limit=1)
        assert result[0].name == "pears" and result.notes[0].startswith(f"{gone}: ")
    with pytest.raises(LibraryError):
        Libraries.open(gone)


def test_a_recording_in_two_libraries_is_listed_once(orchard: Path, tmp_path: Path) -> None:
    copy_library(orchard, tmp_path / "again")
    with Libraries.open(orchard, tmp_path / "again") as libraries:
        result = libraries.search("pear trees", channel="lexical")
    assert [hit.library for hit in result] == [str(orchard)]
    assert len(result.documents) == 1


def found(scores: dict[str, float], spread: ScoreSpread | None) -> SearchResult:
    hits = tuple(
        Hit(name, name, name, f"/{name}", 0.0, 9.0, name, score, {"text": score})
        for name, score in scores.items()
    )
    documents = tuple(DocumentHit(h.name, h.name, h.name, h.score, h.channels) for h in hits)
    return SearchResult(hits, documents, {}, spread=spread)


def test_a_library_whose_scores_lie_far_apart_does_not_drown_another() -> None:
    wide = found({"a": 0.6, "b": 0.5, "c": 0.4}, ScoreSpread(0.2, 1000))
    narrow = found({"x": 0.45, "y": 0.02}, ScoreSpread(0.05, 1000))
    merged = merge({"/wide": wide, "/narrow": narrow}, 3)
    assert [hit.name for hit in merged] == [d.name for d in merged.documents] == ["x", "a", "b"]
    as_they_are = merge({"/wide": wide, "/narrow": found({"x": 0.45}, None)}, 9)
    assert [hit.score for hit in as_they_are] == [0.6, 0.5, 0.45, 0.4]


def test_one_that_answers_is_enough() -> None:
    sure, unsure = (
        replace(found({name: 0.5}, None), confidence=confidence)
        for name, confidence in (("a", 0.9), ("b", 0.1))
    )
    assert merge({"/a": sure, "/b": unsure}, 2).answered
    assert not merge({"/b": unsure}, 2).answered
    assert merge({"/a": found({"a": 0.5}, None), "/b": unsure}, 2).confidence is None


def test_libraries_are_called_by_their_last_folder_where_that_is_enough() -> None:
    assert short_names(["/a/talks", "/b/talks", "/b/news"]) == {
        "/a/talks": "/a/talks",
        "/b/talks": "/b/talks",
        "/b/news": "news",
    }


def test_the_command_names_the_library_of_each_hit(
    orchard: Path, small_library: LibraryStore, tmp_path: Path
) -> None:
    asked = ("search", "pear", "trees", "-l", small_library.folder, "-l", orchard, "--all")
    status, output, _ = call(*asked)
    assert status == 0 and "pears  in orchard" in output.splitlines()[0]
    status, output, _ = call(*asked, "-l", tmp_path / "gone", "--json")
    answer = json.loads(output)
    assert status == 0 and answer["hits"][0]["library"] == str(orchard)
    assert answer["notes"][0].startswith(f"{tmp_path / 'gone'}: ")
    table = list(csv.DictReader(io.StringIO(call(*asked, "--format", "csv")[1])))
    assert table[0]["library"] == str(orchard)
    assert "library" not in call("search", "pear", "-l", orchard, "--format", "csv")[1]
    assert call("search", "pear", "-l", tmp_path / "gone", "-l", tmp_path / "no")[0] == 1
