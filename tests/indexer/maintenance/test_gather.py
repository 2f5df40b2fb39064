"""Parts of a collection, indexed by themselves, come together to what one indexing makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.base.errors import QueryError
from indexer.ingest.part import Part
from indexer.library import Library
from indexer.maintenance.gather import gather
from tests.in_process import call

SAID = {
    "lantern": "A lantern fish rises from the deep at night to feed near the surface.",
    "tides": "The tide lags behind the moon because water has to travel around the coasts.",
    "bread": "The dough rests overnight and goes into a very hot oven in the morning.",
    "bees": "Bees dance in the hive to tell the others where the flowers are.",
    "chess": "She gave up her queen in the endgame and won with two quiet pawns.",
    "cables": "A ship grapples for the broken cable and lifts it from the ocean floor.",
}

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Talks, the whole of them as a library, and two parts as libraries."""
    work = tmp_path_factory.mktemp("parts")
    (work / "talks").mkdir()
    for name, said in SAID.items():
        cue = f"WEBVTT\n\n00:00:01.000 --> 00:00:07.000\n<v Anna>{said}\n"
        (work / "talks" / f"{name}.vtt").write_text(cue, encoding="utf-8")
    assert call("index", work / "talks", "-l", work / "whole")[0] == 0
    for number in (1, 2):
        status, output, _ = call(
            *("index", work / "talks", "--part", f"{number}/2", "-l", work / f"part-{number}"),
            "--json",
        )
        report = json.loads(output)
        assert status == 0 and report["of_other_parts"] == len(SAID) - report["documents"] > 0
    return work


def answers(folder: Path) -> list[list[tuple[str, float]]]:
    with Library.open(folder) as library:
        return [
            [(hit.name, round(hit.score, 4)) for hit in library.search(said).hits]
            for said in ("moon and water", "where are the flowers?", "broken cable", "oven")
        ]


def test_what_is_gathered_answers_as_the_whole_does(made: Path, tmp_path: Path) -> None:
    status, output, _ = call("gather", made / "part-1", made / "part-2", "-l", tmp_path / "all")
    assert status == 0 and f"the library holds {len(SAID)} documents" in output
    assert answers(tmp_path / "all") == answers(made / "whole")
    # Nothing is left to do for the folder that the parts were made of.
    status, output, _ = call("index", "-l", tmp_path / "all", "--json")
    report = json.loads(output)
    assert status == 0 and not report["added"] and not report["updated"]
    assert len(report["unchanged"]) == len(SAID)


def test_parts_may_overlap_and_come_again(made: Path, tmp_path: Path) -> None:
    with Library.open(tmp_path / "all", create=True) as library:
        first = gather(library.store, [made / "part-1", made / "whole"])
        again = gather(library.store, [made / "part-1", made / "part-2", made / "whole"])
    assert sorted(first.added) == sorted(SAID) and not first.failed
    assert not again.added and not again.updated and len(again.known) == 2 * len(SAID)
    assert again.snapshot == first.snapshot  # nothing was written


def test_what_is_damaged_is_told_and_left_out(made: Path, tmp_path: Path) -> None:
    with Library.open(tmp_path / "part", create=True) as part:
        gather(part.store, [made / "whole"])
        damaged = part.store.catalog.documents()[0]
        path = part.store.features.folder / damaged.features
    content = bytearray(path.read_bytes())
    content[-5] ^= 4
    path.write_bytes(content)
    (tmp_path / "none").mkdir()
    status, output, _ = call(
        *("gather", tmp_path / "none", tmp_path / "part", "-l", tmp_path / "all", "--json")
    )
    report = json.loads(output)
    assert status == 1 and sorted(report["added"]) == sorted(SAID.keys() - {damaged.name})
    assert "there is no library here" in report["failed"][str(tmp_path / "none")]
    assert "it is damaged there" in report["failed"][f"{tmp_path / 'part'}: {damaged.name}"]


def test_libraries_of_other_encoders_are_not_mixed(made: Path, tmp_path: Path) -> None:
    german = ("index", made / "talks", "--language", "de", "-l", tmp_path / "german")
    assert call(*german)[0] == 0
    status, output, _ = call("gather", tmp_path / "german", "-l", made / "whole")
    assert status == 1 and "it was made with another text encoder" in output
    assert len(answers(made / "whole")) == 4  # as before
    # A new library takes the encoders of the first.
    assert call("gather", tmp_path / "german", "-l", tmp_path / "new")[0] == 0


def test_words_of_a_transcript_replace_recognised_ones(made: Path, tmp_path: Path) -> None:
    with Library.open(tmp_path / "all", create=True) as library:
        gather(library.store, [made / "whole"])
        catalog = library.store.catalog
        recognised = catalog.documents()[0]
        with catalog.transaction():
            catalog._db.execute(
                "UPDATE documents SET words_from = 'asr', transcript_sha = NULL WHERE id = ?",
                [recognised.id],
            )
        report = gather(library.store, [made / "whole"])
    assert report.updated == [recognised.name]


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/3", ""])
def test_what_is_no_part_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="write 3/8"):
        Part.parse(text)


def test_a_file_is_in_one_part() -> None:
    digests = [f"{number:064x}"[::-1] for number in range(500)]
    parts = [Part(number, 7) for number in range(1, 8)]
    assert all(sum(part.holds(digest) for part in parts) == 1 for digest in digests)
