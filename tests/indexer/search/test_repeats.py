"""Adverts that several documents hold are shown once, marked, and below what answers as well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.commands.output import print_result
from indexer.index.library_store import LibraryStore
from indexer.index.repeat_arrays import REPEATS_FILE
from indexer.ingest.report import AddReport
from indexer.search.filters import Filters
from indexer.search.searcher import Searcher

ADVERTS = (
    "This show is supported by Quillpost. They print your letters on thick paper and carry them to "
    "the box with a real stamp. Write to your grandmother tonight and she reads it on Thursday. "
    "The first 3 letters are free at quillpost.com with the code LETTER20.",
    "Our show is supported again by Quillpost. They print your letters on thick paper, and they "
    "carry them to the box with a real stamp. Write to your grandmother tonight, and she will read "
    "it on Friday. Your first 5 letters are free at quillpost.com with the code LETTER50.",
    "Support comes from Quillpost. Write to your grandmother tonight and she reads it on Thursday, "
    "as they print your letters on thick paper and carry them to the box with a real stamp. The "
    "first two letters are free at quillpost.com with our code LETTER10.",
)
TALKS = (
    "Bread rises because yeast eats sugar and gives off gas. A cold kitchen slows it down. Flour "
    "with more protein holds the bubbles better, and salt keeps the yeast from hurrying too much.",
    "The old lighthouse burned whale oil in a ring of wicks. A lens of many rings bent the light "
    "flat, so that sailors saw it from twenty miles away. In fog they rang a bell by hand.",
    "Beetles in the desert drink fog. They climb a dune before dawn, stand on their heads, and "
    "drops run down their backs. Engineers copied the bumps of the shell to make nets.",
    "My grandmother wrote letters every evening on thick blue paper. She licked the stamp and "
    "walked to the box in any weather. We found three hundred of those letters in her attic.",
)


@pytest.fixture(scope="module")
def searcher(
    small_library: LibraryStore,
    empty_library_folder: Path,
    index_into: Callable[..., AddReport],
    tmp_path_factory: pytest.TempPathFactory,
) -> Searcher:
    """Four talks, three of them with an advert that a host reworded."""
    folder = tmp_path_factory.mktemp("repeats")
    library = LibraryStore.create(folder / "library")
    library.encoders = small_library.encoders
    for number, talk in enumerate(TALKS):
        advert = f"{ADVERTS[number]}\n\n" if number < len(ADVERTS) else ""
        cues = [*filter(None, [advert.strip()]), talk]
        lines = ["WEBVTT", ""]
        for place, cue in enumerate(cues):
            lines += [f"00:{place:02d}:00.000 --> 00:{place:02d}:28.000", cue, ""]
        (folder / f"talk-{number}.vtt").write_text("\n".join(lines), encoding="utf-8")
    assert not index_into(library, *sorted(folder.glob("*.vtt"))).failed
    return Searcher(library)


@pytest.mark.parametrize("channel", ["auto", "lexical", "text", "rrf"])
def test_an_advert_is_shown_once_with_its_places(searcher: Searcher, channel: str) -> None:
    result = searcher.search("print letters at Quillpost with the code", channel=channel)
    repeats = [hit for hit in result.hits if hit.repeat]
    (advert,) = repeats
    assert "Quillpost" in advert.text
    names = {duplicate.name for duplicate in advert.duplicates}
    assert names | {advert.name} == {"talk-0", "talk-1", "talk-2"}
    shown = advert.to_dict()
    assert shown["repeat"] is True and len(shown["also"]) == 2
    assert all("repeat" not in hit.to_dict() for hit in result.hits if not hit.repeat)


@pytest.mark.parametrize("channel", ["auto", "lexical", "text"])
def test_what_answers_about_as_well_stands_above_it(searcher: Searcher, channel: str) -> None:
    result = searcher.search("letters to a grandmother on thick paper", channel=channel)
    assert result.hits[0].name == "talk-3" and not result.hits[0].repeat
    assert sum(hit.repeat for hit in result.hits) == 1
    assert result.documents[0].name == "talk-3"


def test_an_advert_that_alone_answers_is_still_the_answer(searcher: Searcher) -> None:
    (hit,) = searcher.search('"real stamp" quillpost', channel="lexical").hits
    assert hit.repeat and hit.score > 0
    (hit,) = searcher.search("quillpost", filters=Filters(documents=("talk-1",))).hits[:1]
    assert hit.name == "talk-1" and len(hit.duplicates) == 2


def test_the_list_of_hits_says_so(searcher: Searcher, capsys: pytest.CaptureFixture[str]) -> None:
    print_result(searcher.search("quillpost", channel="lexical"))
    printed = " ".join(capsys.readouterr().out.split())
    assert "advert, intro or the like, also in talk-" in printed


def test_a_snapshot_of_before_finds_them_when_it_is_searched(searcher: Searcher) -> None:
    snapshot = searcher.library.snapshot()
    before = snapshot.repeats.marked.tolist()
    (path,) = snapshot.folder.parent.parent.glob(f"shards/*/{REPEATS_FILE}")
    path.unlink()
    assert len(before) == 3
    assert searcher.library.snapshot().repeats.marked.tolist() == before
    assert (snapshot.folder / REPEATS_FILE).exists()
