"""Tables as spreadsheets of many countries save them are read as the same rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.ingest.metadata_table import MetadataTable, read_metadata_table, split_speakers
from indexer.ingest.table_rows import read_table

ROW = {"title": 'Die "blaue" Tür, von Jürgen', "date": "05.01.2024", "speaker": "Jürgen Groß"}
QUOTED = '"Die ""blaue"" Tür, von Jürgen"'


@pytest.mark.parametrize(
    "data",
    [
        f"name,title,date,speaker\r\ntür.mp3,{QUOTED},05.01.2024,Jürgen Groß\r\n,,,\r\n".encode(),
        f"Name;Title;Date;Speaker\r\ntür;{QUOTED};05.01.2024;Jürgen Groß\r\n".encode("cp1252"),
        f"sep=;\nDateiname;Titel;Datum;Sprecher\ntür;{QUOTED};05.01.2024;Jürgen Groß".encode(),
        f"\ufefftitre;fichier;date;speaker\n{QUOTED};tür;05.01.2024;Jürgen Groß\n".encode(),
        f"File Name\t Title \tDate published\tSpeaker\r\ntür\t{QUOTED}\t05.01.2024\tJürgen Groß"
        "\r\n".encode("utf-16"),
        "name,title,date,Speaker(s)\n"
        f"C:\\Talks\\tür.mp3,{QUOTED},05.01.2024,Jürgen Groß\n".encode(),
    ],
    ids=["commas", "semicolons-cp1252", "sep-german", "french", "tabs-utf16", "windows-path"],
)
def test_a_table_of_any_spreadsheet_gives_the_same_row(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "metadata.csv"
    path.write_bytes(data)
    table = read_metadata_table(path)
    values, speakers = split_speakers(table.row("tür"))
    assert (values, speakers) == (ROW, {})
    assert [said for said in table.warnings(["tür"]) if "encoding is a guess" not in said] == []


def test_a_column_that_is_misspelt_is_said_and_others_are_nobodys_business(tmp_path: Path) -> None:
    path = tmp_path / "metadata.csv"
    path.write_text("name,Speakr,langauge,notes,views\na,Ann,de,x,y\n")
    table = read_metadata_table(path)
    assert table.row("a") == {}
    assert table.warnings(["a"]) == [
        "the column 'Speakr' is not used; speaker is the known name",
        "the column 'langauge' is not used; language is the known name",
    ]


def test_rows_of_files_in_other_folders_are_said_and_not_used_for_files_here(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "s1"
    folder.mkdir()
    path = folder / "metadata.csv"
    path.write_text(
        "name,title\ns2/a.mp3,Second\n./b,Here\ns1/c.mp3,Own\n/mnt/x/d.mp3,Whole\n../s3/e,Up\n"
    )
    table = read_metadata_table(path)
    assert [table.row(name) for name in "abcd"] == [
        {},
        {"title": "Here"},
        {"title": "Own"},
        {"title": "Whole"},
    ]
    (said,) = table.warnings(list("abcd"))
    assert "rows of other folders, ../s3/e, are not used" in said
    assert table.warning_of_folders() == "no file there for the rows s2/a"
    assert table.row_below(Path("S2"), "a") == {"title": "Second"}
    assert table.warning_of_folders() == ""


def table_of(tmp_path: Path, text: str) -> MetadataTable:
    path = tmp_path / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return read_metadata_table(path)


def test_a_quotation_mark_too_many_costs_no_row(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'name,title\na,"Not closed\nb,"Well, closed"\nc,Third\n')
    rows = [table.row(name)["title"] for name in "abc"]
    assert rows == ["Not closed", "Well, closed", "Third"]
    assert table.warnings("abc") == ["its quotation marks are not paired: a row ends with its line"]
    assert table_of(tmp_path, 'name,title\na,"Two\nlines"\n').row("a") == {"title": "Two lines"}


def test_commas_that_are_not_quoted_are_put_back_or_said(tmp_path: Path) -> None:
    text = "name,title,date\na,Bees, flowers and us,2024-01-02\nb,One,2,three\nc,C,2024,,\n"
    table = table_of(tmp_path, text)
    assert table.row("a") == {"title": "Bees, flowers and us", "date": "2024-01-02"}
    assert table.row("b") == {} and table.row("c") == {"title": "C", "date": "2024"}
    (said,) = table.warnings("abc")
    assert said.startswith("rows with more cells than there are headings, used for nothing: b;")


@pytest.mark.parametrize("above", ["# my talks\n", "My podcast,,\n,,\n", "Export of 2024\n\n"])
def test_headings_may_stand_below_a_title(tmp_path: Path, above: str) -> None:
    table = table_of(tmp_path, f"{above}file,title,host\na,T,Ann\n")
    assert table.row("a") == {"title": "T", "speaker": "Ann"}
    assert "above its headings" in table.warnings("a")[0]


def test_addresses_of_a_feed_are_names_of_files(tmp_path: Path) -> None:
    table = table_of(tmp_path, "title,enclosure\nT,https://x.org/audio/a%20b.mp3?source=feed\n")
    assert table.row("a b") == {"title": "T"}


def test_a_value_stands_on_one_line_and_a_name_is_as_it_is(tmp_path: Path) -> None:
    table = table_of(
        tmp_path, 'name,title,speaker\n"a  b.mp3","On\ntides  and\r\nmoons","Ann\tLee"\n'
    )
    assert table.row("a  b") == {"title": "On tides and moons", "speaker": "Ann Lee"}


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("ファイル名,タイトル,日付,話者,言語", "a.mp3,港,2024年1月5日,田中,日本語"),
        ("Файл;Название;Дата;Спикер;Язык", "a.mp3;Гавань;05.01.2024;Анна;русский"),
        ("plik;tytuł;data;mówca;język", "a.mp3;Port;05.01.2024;Anna;polski"),
        ("Nome do arquivo,Título,Data,Palestrante,Idioma", "a.mp3,Porto,2024,Ana,português"),
        ("nom,titre,date,intervenante,langue", "a.mp3,Port,5 janvier 2024,Anne,français"),
    ],
)
def test_headings_of_more_languages_are_known(head, row):
    (found,) = read_table(f"{head}\n{row}\n".encode()).rows
    assert list(found.values()) == re.split("[,;]", row)
    assert list(found) == ["name", "title", "date", "speaker", "language"]
