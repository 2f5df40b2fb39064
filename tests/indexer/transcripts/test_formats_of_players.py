"""Captions and labels of players and editors: SBV, LRC, ASS, SUB, Audacity."""

from __future__ import annotations

import pytest

from indexer.base.types import Cue
from indexer.transcripts.reader import may_be_transcript
from tests.indexer.transcripts.text_files import read


def test_sbv_keeps_what_stands_after_a_blank_line(tmp_path):
    text = "0:00:01.000,0:00:02.500\nThe ferry[br]left\n\nat nine.\n\n0:00:03.0,0:00:04.0\nLate.\n"
    cues = (Cue("The ferry left at nine.", 1.0, 2.5), Cue("Late.", 3.0, 4.0))
    assert read(tmp_path, "a.sbv", text).cues == cues
    assert read(tmp_path, "a.txt", text).format == "sbv"


def test_sbv_with_damaged_times_keeps_its_words_and_warns(tmp_path):
    times = ["0:00:01.000,0:00:02.000", "0:00:0x.000,0:00:04.000", "0:00:05.000,0:00:06.000"]
    said = ["One.", "Two.", "Three."]
    text = "".join(f"{time}\n{words}\n\n" for time, words in zip(times, said, strict=True))
    transcript = read(tmp_path, "a.sbv", text)
    assert [cue.text for cue in transcript.cues] == said
    assert 2 <= transcript.cues[1].start <= 4
    (warning,) = transcript.warnings
    assert "cue 2" in warning


def test_lrc_times_of_words_several_times_and_the_offset(tmp_path):
    text = (
        "[ar:Nobody]\n[offset:+500]\n[00:12.00][01:12.50]The harbour sleeps\n"
        "[00:15.50]<00:15.50>and <00:16.00>so\n[00:17.5]\n"
    )
    cues = read(tmp_path, "a.lrc", text).cues
    assert [(cue.start, cue.text) for cue in cues] == [
        (11.5, "The harbour sleeps"),
        (15.0, "and so"),
        (72.0, "The harbour sleeps"),
    ]
    assert cues[1].end <= 17.0
    assert cues[2].end < 75


ASS = r"""[Script Info]
Dialogue: 0:00:00.00,0:00:01.00,Nobody,is no event

[Events]
Format: Start, End, Actor, Text
Dialogue: 0:00:01.00,0:00:02.50,Anna,{\an8}The ferry,\Nit {\i1}left{\i0}{\p1}m 0 0 l 9 9{\p0}
Dialogue: 0:00:01.00,0:00:02.50,Anna,{\blur3}The ferry,\Nit left
Comment: 0:00:01.00,0:00:02.50,Anna,a note
Dialogue: 0:00:03.00,0:00:04.00,,{\k20}ka{\kf30}ra{\K20}oke
Dialogue: 0:00:03.00,0:00:04.00,,{\p1}m 0 0 l 10 10
"""


def test_ass_without_tags_comments_drawings_and_second_layers(tmp_path):
    cues = (Cue("The ferry, it left", 1.0, 2.5, "Anna"), Cue("karaoke", 3.0, 4.0))
    assert read(tmp_path, "a.ass", ASS).cues == cues
    assert read(tmp_path, "a.ssa", ASS).cues == cues


def test_ass_syllables_of_a_karaoke_template_are_no_words(tmp_path):
    head = "Format: Start, End, Effect, Text\n"
    times = "0:00:01.00,0:00:03.00"
    lines = [f"Comment: {times},karaoke,{{\\k9}}har{{\\k9}}bour\n"]
    lines += [f"Dialogue: {times},fx,{{\\pos(1,1)}}{part}\n" for part in ("har", "bour") * 3]
    transcript = read(tmp_path, "a.ass", "[Events]\n" + head + "".join(lines))
    assert transcript.cues == (Cue("harbour", 1.0, 3.0),)


def test_labels_of_audacity(tmp_path):
    text = "0.500000\t4.000000\tThe ferry\n\\\t100.0\t200.0\n5.000000\t5.000000\tleft\n"
    first, second = read(tmp_path, "a.txt", text).cues
    assert first == Cue("The ferry", 0.5, 4.0)
    assert (second.text, second.start) == ("left", 5.0)
    assert 5.3 < second.end < 7


def test_lrc_keeps_lines_without_times_and_reads_hours(tmp_path):
    text = "A title\n[ar:Nobody]\n[01:00:12.50]The harbour\nsleeps\n[01:00:15.00]so\n"
    transcript = read(tmp_path, "a.lrc", text)
    cues = [(cue.start, cue.text) for cue in transcript.cues]
    assert cues == [(3612.5, "The harbour sleeps"), (3615.0, "so")]
    (warning,) = transcript.warnings
    assert "A title" in warning


def test_ssa_names_nobody_with_a_word_of_its_own(tmp_path):
    assert {c.speaker for c in read(tmp_path, "a.ssa", ASS.replace("Anna", "NTP")).cues} == {None}


@pytest.mark.parametrize(
    "content",
    [
        "{1}{1}25\n{25}{75}The ferry|was late.\n{100}{150}Nobody came.\n",
        "[INFORMATION]\n[TITLE]\n[END INFORMATION]\n00:00:01.00,00:00:03.00\nThe ferry[br]was late."
        "\n\n00:00:04.00,00:00:06.00\nNobody came.\n",
    ],
)
def test_subtitles_named_sub_are_read_as_what_they_are(tmp_path, content):
    transcript = read(tmp_path, "a.sub", content)
    assert may_be_transcript(tmp_path / "a.sub")
    assert [(cue.text, cue.start, cue.end) for cue in transcript.cues] == [
        ("The ferry was late.", 1.0, 3.0),
        ("Nobody came.", 4.0, 6.0),
    ]
