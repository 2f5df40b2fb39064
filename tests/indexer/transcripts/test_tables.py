"""Tables: columns found by their names, in any order, with any delimiter, unit and quotation."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.base.types import Cue
from indexer.transcripts import Transcript, TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript

SAID = (Cue("We sail, at last.", 0.5, 3.2, "Ann"), Cue('It is a "fine" day.', 3.2, 6.1, "Bob"))


def read(folder: Path, name: str, content: str) -> Transcript:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_transcript(path)


def test_whisper_s_table(tmp_path):
    text = "start\tend\ttext\n0\t1500\tThe ferry\n1500\t2500\tleft\tlate\n"
    cues = (Cue("The ferry", 0.0, 1.5), Cue("left late", 1.5, 2.5))
    assert read(tmp_path, "a.tsv", text).cues == cues
    seconds = "start\tend\tspeaker\ttext\n0.0\t1.5\tAnna\tThe ferry\n"
    assert read(tmp_path, "b.tsv", seconds).cues == (Cue("The ferry", 0.0, 1.5, "Anna"),)


def test_a_table_of_an_editor_with_clocks_and_names(tmp_path):
    table = "Speaker Name\tStart Time\tEnd Time\tTranscript\nAnn\t00:00:01.5\t00:00:02\tWe begin.\n"
    assert read(tmp_path, "a.tsv", table).cues == (Cue("We begin.", 1.5, 2.0, "Ann"),)


@pytest.mark.parametrize(
    "table",
    [
        'start,end,speaker,text\n500,3200,Ann,"We sail, at last."\n'
        '3200,6100,Bob,"It is a ""fine"" day."\n',
        "Speaker;Start;End;Transcript\nAnn;0,5;3,2;We sail, at last.\n"
        'Bob;3,2;6,1;"It is a ""fine"" day."\n',
        '"Speaker Name","Start Time","End Time","Text"\n"Ann","00:00:00.500","00:00:03.200",'
        '"We sail, at last."\n"Bob","00:00:03.200","00:00:06.100","It is a ""fine"" day."\n',
        'sep=,\nid,text,start (s),duration (s),speaker_label\n1,"We sail, at last.",0.5,2.7,Ann\n'
        '2,"It is a ""fine"" day.",3.2,2.9,Bob\n',
        "start_ms|end_ms|who|sentence\n500|3200|Ann|We sail, at last.\n"
        '3200|6100|Bob|"It is a ""fine"" day."\n',
        # The comma of the last column is not quoted.
        'begin,end,name,text\n0.5,3.2,Ann,We sail, at last.\n3.2,6.1,Bob,"It is a ""fine"" day."\n',
    ],
)
def test_tables_of_any_delimiter_unit_and_order(tmp_path, table):
    path = tmp_path / "a.csv"
    path.write_text(table, encoding="utf-8")
    assert may_be_transcript(path)
    transcript = read_transcript(path)
    assert transcript.timed and transcript.warnings == ()
    cues = transcript.cues
    assert [(c.text, c.speaker) for c in cues] == [(c.text, c.speaker) for c in SAID]
    assert [c.start for c in cues] == pytest.approx([c.start for c in SAID])
    assert [c.end for c in cues] == pytest.approx([c.end for c in SAID])


def test_whole_numbers_are_seconds_where_that_fits_what_is_said(tmp_path):
    table = "start,end,text\n5,9,We sail at last on a fine day.\n9,14,The ferry was late again.\n"
    assert [cue.start for cue in read(tmp_path, "a.csv", table).cues] == [5.0, 9.0]


def test_a_start_alone_lasts_until_the_next(tmp_path):
    table = 'Timestamp,Speaker,Text\n0:05,Ann,"We sail,\nat last."\n0:07,Bob,Yes.\n'
    first, second = read(tmp_path, "a.csv", table).cues
    assert (first.text, first.start, first.end, first.speaker) == ("We sail, at last.", 5, 7, "Ann")
    assert second.start == 7 and 7.3 < second.end < 9


def test_a_quotation_mark_without_its_pair_costs_no_row(tmp_path):
    table = 'start,end,text\n0.5,1.5,"We sail\n1.5,2.5,at last\n2.5,3.5,and so on\n'
    transcript = read(tmp_path, "a.csv", table)
    assert [cue.text for cue in transcript.cues] == ['"We sail', "at last", "and so on"]
    (warning,) = transcript.warnings
    assert "quotation marks" in warning


def test_a_row_that_lacks_a_column_is_named(tmp_path):
    transcript = read(tmp_path, "a.csv", "start,end,text\n0.5,1.5,We sail\n1.5\n2.5,3.5,home\n")
    assert [cue.text for cue in transcript.cues] == ["We sail", "home"]
    assert transcript.warnings == ("row 2: a column is missing, so it is left out",)


@pytest.mark.parametrize(
    "table",
    ["name,email\nAnn,a@b.c\n", "time,level\n1,2\n", "title,date,speaker\nSea,2024-01-05,Ann\n"],
)
def test_other_tables_are_no_transcripts(tmp_path, table):
    path = tmp_path / "a.csv"
    path.write_text(table, encoding="utf-8")
    assert not may_be_transcript(path)
    with pytest.raises(TranscriptError, match="line 1"):
        read_transcript(path)


WORDS = st.text(st.sampled_from("abz,;|\"'\n\t é"), min_size=1, max_size=12).map(
    lambda text: f"w{text}w"
)


@pytest.mark.slow
@given(st.lists(st.tuples(WORDS, st.integers(1, 9000)), min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_a_library_writes_is_read_word_for_word(tmp_path, rows):
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["start", "end", "text"])
    clock = 0.0
    expected = []
    for number, (words, length) in enumerate(rows):
        text = f"{words} {number}"  # what is said again at once may be shown twice
        writer.writerow([f"{clock:.3f}", f"{clock + length / 1000:.3f}", text])
        expected += text.split()
        clock += length / 1000
    cues = read(tmp_path, "a.csv", stream.getvalue()).cues
    assert " ".join(cue.text for cue in cues).split() == expected


@pytest.mark.parametrize(
    "header",
    [
        "Start;Ende;Sprecher;Text",
        "Von;Bis;Person;Inhalt",
        "Début;Fin;Intervenant;Texte",
        "Inicio;Fin;Hablante;Texto",
        "Inizio;Fine;Parlante;Testo",
        "Begintijd;Eindtijd;Spreker;Tekst",
        "Record In;Record Out;Speaker;Text",
    ],
)
def test_headings_in_other_languages_with_decimal_commas(tmp_path: Path, header: str) -> None:
    first = "00:00:00,5;00:00:03,2;Ann;We sail, at last."
    rows = f'{first}\n0:00:03,2;0:00:06,1;Bob;"It is a ""fine"" day."\n'
    (tmp_path / "b.csv").write_text(f"\ufeff{header}\r\n{rows}", encoding="utf-8")
    assert may_be_transcript(tmp_path / "b.csv")
    assert read_transcript(tmp_path / "b.csv").cues == SAID


@pytest.mark.parametrize(
    "table",
    [
        '500, 3200, "We sail, at last."\n3200, 6100, "It is a fine day."\n',
        "speaker,start_time,end_time,transcription,translation\n"
        'Ann,0.5,3.2,"We sail, at last.","Por fin"\nBob,3.2,6.1,It is a fine day.,Buen día\n',
    ],
    ids=["whisper.cpp", "a translation beside"],
)
def test_words_of_other_tables(tmp_path, table):
    path = tmp_path / "a.csv"
    path.write_text(table, encoding="utf-8")
    cues = read_transcript(path).cues
    assert [cue.text for cue in cues] == ["We sail, at last.", "It is a fine day."]
    assert [(cue.start, cue.end) for cue in cues] == [(0.5, 3.2), (3.2, 6.1)]
