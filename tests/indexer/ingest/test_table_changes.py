"""What a metadata file gave is taken back with it, and nothing else; bad values are reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.ingest.metadata_table import read_metadata_table
from indexer.store.supplements import WEB_PAGE
from tests.indexer.ingest.conftest import Collection, vtt

HEADER = "name,title,date,speaker,label,language,speakers"
ROW = "bees,The swarm,2023-03-28,Ann,Nature,en,"


def values(collection: Collection, name: str = "bees") -> tuple[str | None, ...]:
    d = collection.documents()[name]
    return d.title, d.date, d.speaker, d.label, d.language


def test_an_emptied_cell_clears_what_it_gave(collection: Collection) -> None:
    collection.table(HEADER, ROW)
    collection.index()
    assert values(collection) == ("The swarm", "2023-03-28", "Ann", "Nature", "en")
    collection.table(HEADER, "bees,The swarm,,Ann,,,")
    assert collection.index().updated == ["bees"]
    assert values(collection) == ("The swarm", None, "Ann", None, "en")
    assert collection.index().unchanged


@pytest.mark.parametrize("how", ["deleted", "row", "column"])
def test_a_deleted_table_row_or_column_clears_what_it_gave(
    collection: Collection, how: str
) -> None:
    table = collection.table(HEADER, ROW)
    collection.index()
    if how == "deleted":
        table.unlink()
    elif how == "row":
        collection.table(HEADER, "tides,Late,,,,,")
    else:
        collection.table("name,title", "bees,")
    collection.index()
    assert values(collection) == ("bees", None, None, None, "en")
    (bees,) = (d for d in collection.library.snapshot().lexical.documents() if d.name == "bees")
    assert (bees.title, bees.date, bees.speaker) == ("bees", None, None)


def test_a_table_that_cannot_be_read_clears_nothing(collection: Collection) -> None:
    table = collection.table(HEADER, ROW)
    collection.index()
    before = values(collection)
    table.write_bytes(b"\xff\xfe\x00 no table")
    report = collection.index()
    assert values(collection) == before
    assert "what it gave before is kept" in report.failed[str(table)]
    collection.write("bees.vtt", "The bees came back. All of them.")
    collection.index()
    assert values(collection) == before
    table.unlink()
    collection.index()
    assert values(collection)[0] == "bees"


def test_the_tags_of_a_recording_come_back_where_a_table_covered_them(
    collection: Collection, write_sound: Callable[..., Path], music: object
) -> None:
    tags = {"title": "Chords", "artist": "Nobody", "date": "2001"}
    write_sound(collection.folder / "song.flac", music, codec="flac", tags=tags)
    collection.table(HEADER, "song,A song,2023-03-28,Ann,Music,de,")
    collection.index(collection.folder, asr="never")
    assert values(collection, "song") == ("A song", "2023-03-28", "Ann", "Music", "de")
    collection.table(HEADER)
    collection.index()
    assert values(collection, "song") == ("Chords", "2001", "Nobody", None, "en")


def test_a_language_that_is_emptied_is_the_one_the_folder_was_indexed_with(
    collection: Collection,
) -> None:
    collection.table(HEADER, "bees,,,,,fr,")
    collection.index()
    assert values(collection)[4] == "fr"
    collection.table(HEADER)
    collection.index()
    assert values(collection)[4] == "en"


def test_names_of_speakers_are_given_changed_and_taken_back(collection: Collection) -> None:
    (collection.folder / "talk.txt").write_text(
        "SPEAKER_00: The dough rises when it likes.\nSPEAKER_01: Bake it hot at first.\n"
    )
    collection.index()

    def speakers() -> list[str | None]:
        document = collection.documents()["talk"]
        return [cue.speaker for cue in collection.library.catalog.cues(document.id)]

    labels = speakers()
    assert len(set(labels)) == 2
    for given in ("SPEAKER_00=Ann; SPEAKER_01=Ben", "SPEAKER_00=Ann; SPEAKER_01=Ann"):
        collection.table(HEADER, f'talk,,,,,,"{given}"')
        collection.index()
        assert speakers() == [pair.split("=")[1] for pair in given.split("; ")]
    collection.table(HEADER, "talk,,,,,,")
    assert collection.index().updated == ["talk"]
    assert speakers() == labels
    assert "talk" in collection.index().unchanged


def test_a_talk_that_moves_away_from_its_table_loses_what_that_gave(
    collection: Collection,
) -> None:
    collection.table(HEADER, ROW)
    collection.index()
    (collection.folder / "bees.vtt").rename(collection.folder / "old" / "bees.vtt")
    collection.index()
    assert values(collection) == ("bees", None, None, None, "en")


def test_a_copy_elsewhere_does_not_clear_what_a_table_out_of_reach_gave(
    collection: Collection, tmp_path: Path
) -> None:
    collection.table(HEADER, ROW)
    collection.index()
    before = values(collection)
    copy = tmp_path / "second" / "bees.vtt"
    copy.parent.mkdir()
    copy.write_bytes((collection.folder / "bees.vtt").read_bytes())
    collection.folder.rename(tmp_path / "away")
    for _ in range(2):
        collection.index(copy.parent)
        assert values(collection) == before


# --- what is said -----------------------------------------------------------------------------


def test_a_row_that_fits_no_file_is_said_beside_all_else(collection: Collection) -> None:
    table = collection.table(
        HEADER,
        *("swarm,,,,,,", "moon,Late,,,,,", "stars,,,,,,", "sea,,,,,,", "BEES,a,,,,,"),
        *("Bees,b,,,,,", "tides,x,,,,,", "tides,Late,,,,,", ",Nobody,,,,,"),
    )
    (warning,) = collection.index().warnings[str(table)]
    assert "not used for bees: the rows BEES and Bees both fit" in warning
    assert "no file here for the rows swarm, moon, stars and 1 more" in warning
    assert "several rows for tides: the last one counts" in warning
    assert "rows without a name, used for nothing: 1" in warning
    assert values(collection, "tides")[0] == "Late"


def test_a_row_may_be_named_with_its_extension_and_repeat_itself(tmp_path: Path) -> None:
    path = tmp_path / "metadata.csv"
    path.write_text("Name,Title\nbees.vtt,Swarm\nbees,Swarm\n")
    table = read_metadata_table(path)
    assert table.row("bees") == {"title": "Swarm"} and table.warnings(["bees"]) == []


@pytest.mark.parametrize(
    ("written", "stored", "said"),
    [
        ('"Mon, 28 Mar 2022 10:00:00 GMT"', "2022-03-28", ""),
        ("28.03.2023", "2023-03-28", ""),
        ('"March 28, 2023"', "2023-03-28", ""),
        ("2023-W13-2", "2023-03-28", ""),
        ("3/28/2023", "2023-03-28", ""),
        ("03/04/2023", "2023", "may be in either of two months: only 2023 is used"),
        ("30 February 2023", "30 February 2023", "is none that can be read"),
        ("2023-02-30", "2023-02-30", "is none that can be read"),
        ("some day", "some day", "is none that can be read"),
    ],
)
def test_dates_are_read_or_said_to_be_none_also_of_an_unchanged_talk(
    collection: Collection, written: str, stored: str, said: str
) -> None:
    collection.table(HEADER, f"bees,,{written},,,,")
    for _ in range(2):
        report = collection.index()
        assert collection.documents()["bees"].date == stored
        warnings = report.warnings.get(str(collection.folder / "bees.vtt"), [])
        assert len(warnings) == bool(said)
        assert all(said in warning for warning in warnings)
    collection.table(HEADER, "bees,,2023-01-02,,,,")
    assert not collection.index().warnings
    assert collection.documents()["bees"].warnings == ()


def test_a_date_that_a_new_talk_brings_is_said_to_be_none(collection: Collection) -> None:
    collection.table(HEADER, "swarm,,31.4.2023,,,,")
    path = collection.folder / "swarm.vtt"
    path.write_text(vtt("The swarm is gone. Nobody knows where to"))
    (warning,) = collection.index().warnings[str(path)]
    assert warning == "its date '31.4.2023' is none that can be read: --since and --until miss it"


def test_the_page_on_the_web_is_that_of_the_table_else_of_the_recording(
    collection: Collection, write_sound: Callable[..., Path], music: object
) -> None:
    def page() -> str | None:
        return collection.library.catalog.fact(collection.documents()["song"].id, WEB_PAGE)

    tags = {"title": "Chords", "comment": "https://example.org/of-the-tag"}
    write_sound(collection.folder / "song.flac", music, codec="flac", tags=tags)
    table = collection.table("name,url", "song,https://youtu.be/abc")
    collection.index(collection.folder, asr="never")
    assert page() == "https://youtu.be/abc"
    collection.table("name,url", "song,https://example.org/other page")  # no address
    assert collection.index().updated == ["song"]
    assert page() == "https://example.org/of-the-tag"
    assert collection.index().unchanged
    collection.table("name,url", "song,https://example.org/1")
    collection.index()
    table.write_bytes(b"\xff\xfe\x00 no table")
    collection.index()
    assert page() == "https://example.org/1"  # nobody can tell what the table says now
    table.unlink()
    collection.index()
    assert page() == "https://example.org/of-the-tag"
