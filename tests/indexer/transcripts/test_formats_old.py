"""Formats of older players and of aligners, whatever their files are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.transcripts import Transcript, read_transcript


def read(folder: Path, content: str, name: str = "a.txt") -> Transcript:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_transcript(path)


WHOLE = [(1.0, 3.0, "Hello there friend"), (4.0, 6.0, "The second one")]


@pytest.mark.parametrize(
    "content",
    [
        "{1}{1}25\n{25}{75}Hello there|friend\n{100}{150}{y:i}The second one\n",
        "{1}{1}23,976\n{24}{72}{C:$0000FF}Hello there|friend\n{96}{144}The second one\n",
        "[10][30]Hello there|friend\n[40][60]/The second one\n",
        "[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n[COLF]&HFFFFFF\n"
        "00:00:01.00,00:00:03.00\nHello there[br]friend\n\n00:00:04.00,00:00:06.00\n"
        "The second one\n",
        'f000001 1.000 3.000 "Hello there friend"\nf000002 4.000 6.000 "The second one"\n',
        "00:00:01:00 - 00:00:03:00\nHello there friend\n\n00:00:04:00 - 00:00:06:00\n"
        "The second one\n",
    ],
    ids=["microdvd", "microdvd-film", "mpl2", "subviewer", "aeneas", "frames"],
)
def test_words_and_times(tmp_path, content):
    transcript = read(tmp_path, content)
    assert [
        (pytest.approx(cue.start, abs=0.01), pytest.approx(cue.end, abs=0.01), cue.text)
        for cue in transcript.cues
    ] == WHOLE
    assert not [said for said in transcript.warnings if "no speech" not in said]


def test_frames_of_an_unknown_rate_are_warned_of(tmp_path):
    (warning,) = read(tmp_path, "{24}{72}Hello there\n{96}{144}The second one\n").warnings
    assert "does not say how many make a second" in warning


def test_ids_of_fragments_are_no_names(tmp_path):
    rows = 'f000001,1.000,3.000,"Hello there friend"\nf000002,4.000,6.000,"The second one"\n'
    transcript = read(tmp_path, rows, "a.csv")
    assert [(cue.start, cue.end, cue.text) for cue in transcript.cues] == WHOLE
    assert {cue.speaker for cue in transcript.cues} == {None}


def test_frames_in_clocks_count(tmp_path):
    content = "00:00:04:15 - 00:00:06:00\nHello there.\n\n00:00:08:15 - 00:00:10:00\nHi there.\n"
    assert [cue.start for cue in read(tmp_path, content).cues] == [4.5, 8.5]


def test_braces_in_text_are_text(tmp_path):
    content = "Use {1}{2} in the form.\nThen [1][2] are notes of it.\n"
    assert not read(tmp_path, content).timed


@pytest.mark.parametrize("mark", [":", "="])
def test_times_of_tmplayer_are_no_words(tmp_path, mark):
    rows = [("00:00:01", "Hello there friend"), ("00:00:03", ""), ("00:00:04", "The second one")]
    rows += [("00:00:06", ""), ("00:00:07", "And so on")]
    cues = read(tmp_path, "".join(f"{time}{mark}{said}\n" for time, said in rows)).cues
    assert [(cue.start, cue.end, cue.text) for cue in cues[:2]] == WHOLE
    assert (cues[2].start, cues[2].text) == (7.0, "And so on")
