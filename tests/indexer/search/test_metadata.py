"""A typed title, guest or file name puts its document first, and says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.search.fusion import WEIGHTS_SETTING, default_weights
from indexer.search.searcher import Searcher
from tests.in_process import call
from tests.sharing import copy_library

TALKS = {
    "n1": [("Ada", "The kettle is on the stove."), ("Marek Hłasko", "I only drink it cold.")],
    "n2": [("Ada", "Small fires everywhere, she said, small fires everywhere.")],
    "n3": [("Ada", "We saw small fires everywhere on the hills last summer.")],
    "n4": [("Ada", "A quiet evening, nothing happened."), ("Ada", "Then the rain came.")],
}
TABLE = """name,title,speaker,label
n1,Cold tea,,drinks
n2,On repeating oneself,,language
n3,A hot summer,,weather
n4,Small fires everywhere,Imogen Achebe,weather
"""


@pytest.fixture(scope="module")
def library(
    empty_library_folder: Path,
    encoders: Encoders,
    index_into: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> LibraryStore:
    folder = tmp_path_factory.mktemp("metadata")
    copy_library(empty_library_folder, folder / "library")
    store = LibraryStore.open(folder / "library")
    store.encoders = encoders
    talks = folder / "talks"
    talks.mkdir()
    (talks / "metadata.csv").write_text(TABLE, encoding="utf-8")
    for name, cues in TALKS.items():
        timed = (
            f"00:00:{20 * i:02d}.000 --> 00:00:{20 * i + 18:02d}.000\n<v {speaker}>{text}\n"
            for i, (speaker, text) in enumerate(cues)
        )
        (talks / f"{name}.vtt").write_text("WEBVTT\n\n" + "\n".join(timed), encoding="utf-8")
    index_into(store, talks)
    return store


@pytest.fixture(scope="module")
def searcher(library: LibraryStore) -> Searcher:
    return Searcher(library)


@pytest.mark.parametrize("channel", ["auto", "rrf"])
def test_a_title_comes_before_all_who_say_it(searcher: Searcher, channel: str) -> None:
    said = {hit.name for hit in searcher.search("small fires everywhere", channel="lexical")}
    assert said >= {"n2", "n3"} and "n4" not in said
    result = searcher.search("Small fires, everywhere!", channel=channel)
    assert result[0].name == result.documents[0].name == "n4"
    assert result[0].reasons == result.documents[0].reasons == ("title",)
    assert result[0].to_dict()["reasons"] == ("title",)
    assert not [hit for hit in result if hit.reasons and hit.name != "n4"]


def test_a_guest_is_found_where_he_speaks(searcher: Searcher) -> None:
    for typed in ("Marek Hłasko", "marek hlasko", "what does Marek Hlasko like"):
        hit = searcher.search(typed)[0]
        assert (hit.name, hit.start, hit.reasons) == ("n1", 20.0, ("speaker",))
    assert searcher.search("imogen achebe on the news")[0].name == "n4"  # of the whole document


def test_the_channel_alone_lists_what_is_named(searcher: Searcher) -> None:
    found = searcher.search("weather", channel="metadata")
    assert {hit.name for hit in found} == {"n3", "n4"}
    assert all(hit.channels == {"metadata": hit.score} for hit in found)
    assert searcher.search("stove", channel="metadata").hits == ()


def test_without_metadata_a_query_is_answered_as_without_the_channel(searcher: Searcher) -> None:
    result = searcher.search("rain on the hills")
    assert result.hits and all("metadata" not in hit.channels for hit in result)
    assert all("reasons" not in hit.to_dict() for hit in result)


def test_tuned_weights_of_before_get_the_bonus(library: LibraryStore, tmp_path: Path) -> None:
    copy_library(library.folder, tmp_path / "tuned")
    tuned = LibraryStore.open(tmp_path / "tuned")
    tuned.encoders = library.encoders
    weights = {"typed": {"lexical": 0.5, "text": 0.5}}
    with tuned.catalog.transaction():
        tuned.catalog.put_settings({WEIGHTS_SETTING: weights})
    searcher = Searcher(tuned)
    bonus = default_weights()["typed"]["metadata"]
    assert searcher.weights["typed"] == {**weights["typed"], "metadata": bonus}
    assert searcher.search("small fires everywhere")[0].name == "n4"
    tuned.close()


def test_the_command_says_why(library: LibraryStore) -> None:
    asked = ("search", "small fires everywhere", "-l", library.folder, "--channel", "metadata")
    status, output, _ = call(*asked)
    assert status == 0 and "found by its title" in output
    (hit,) = {hit["name"]: hit for hit in json.loads(call(*asked, "--json")[1])["hits"]}.values()
    assert hit["reasons"] == ["title"]


@pytest.mark.parametrize("name", ["Imogen", "imogen", "Achebe", "Hlasko"])
def test_one_name_of_a_speaker_is_an_answer(searcher: Searcher, name: str) -> None:
    found = searcher.search(name)
    assert found.answered and found.hits[0].name == ("n1" if name == "Hlasko" else "n4")
