"""Captions that programs and people damaged: each word and each time as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.transcripts import Transcript, read_transcript

SAID = ("Größe und Straße sind schön.", "Später läuft Jürgen über die Brücke.")


def read(folder: Path, name: str, content: str | bytes) -> Transcript:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_transcript(path)


def found(transcript: Transcript) -> list[tuple[float | None, float | None, str]]:
    return [(cue.start, cue.end, cue.text) for cue in transcript.cues]


def srt(*said: str, arrow: str = "-->") -> str:
    return "".join(
        f"{n}\n00:00:{3 * n:02d},000 {arrow} 00:00:{3 * n + 2:02d},500\n{text}\n\n"
        for n, text in enumerate(said, start=1)
    )


WHOLE = [(3.0, 5.5, SAID[0]), (6.0, 8.5, SAID[1])]


@pytest.mark.parametrize(
    "content",
    [
        srt(SAID[0]).encode() + srt("", SAID[1]).split("\n\n")[1].encode("cp1252"),
        srt(*SAID).replace("\n2\n", "\n\ufeff2\n").encode("utf-8-sig"),
        srt(*SAID).replace("\n", "\r\r\n").encode(),
        srt(*SAID).encode().decode("cp1252").encode(),
        srt(*SAID).encode().decode("cp1252").encode().decode("cp1252").encode(),
    ],
    ids=["two encodings", "a mark within", "line ends twice", "saved wrongly", "and again"],
)
def test_letters_of_joined_and_saved_files(tmp_path, content):
    assert found(read(tmp_path, "a.srt", content)) == WHOLE


@pytest.mark.parametrize("text", ["« CAFÉ »", "Ã© is what é becomes.", "À la carte – 5 € «ça va»"])
def test_letters_that_only_look_like_damage_stay(tmp_path, text):
    assert found(read(tmp_path, "a.srt", srt(text, text, text)))[0][2] == text


@pytest.mark.parametrize("arrow", ["==>", "⟶", "＞", "－＞", "-", "–"])
def test_more_arrows(tmp_path, arrow):
    assert found(read(tmp_path, "a.srt", srt(*SAID, arrow=arrow))) == WHOLE


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("00;00;01;15", "00;00;03;00", (1.5, 3.0)),
        ("00:00:01;15", "00:00:03;00", (1.5, 3.0)),
        ("00;00;01;500", "00;00;03;000", (1.5, 3.0)),
        ("00.00.01,500", "00.00.03,000", (1.5, 3.0)),
        ("００：００：０１，５００", "００：００：０３，０００", (1.5, 3.0)),
    ],
)
def test_clocks_with_other_marks(tmp_path, start, end, seconds):
    transcript = read(tmp_path, "a.srt", f"1\n{start} --> {end}\nSome words.\n")
    assert found(transcript) == [(*seconds, "Some words.")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", " ".join(srt(*SAID).split())),
        ("a.vtt", "WEBVTT " + " ".join(srt(*SAID).replace(",", ".").split())),
        (
            "b.vtt",
            f"WEBVTT 00:03.000 --> 00:05.500 align:start {SAID[0]} 00:06.000 --> 00:08.500 "
            f"{SAID[1]}",
        ),
    ],
)
def test_a_file_whose_line_ends_were_lost(tmp_path, name, content):
    transcript = read(tmp_path, name, content)
    assert found(transcript) == WHOLE
    assert not transcript.warnings


def test_a_number_before_times_is_said_where_cues_have_none(tmp_path):
    content = "WEBVTT 00:01.000 --> 00:02.000 Room 2 00:03.000 --> 00:04.000 is here."
    assert [cue.text for cue in read(tmp_path, "a.vtt", content).cues] == ["Room 2", "is here."]


def test_times_that_are_all_zero_are_none(tmp_path):
    content = "".join(
        f"{n}\n00:00:00,000 --> 00:00:00,000\nWord {n} of them all.\n\n" for n in range(1, 15)
    )
    transcript = read(tmp_path, "a.srt", content)
    assert not transcript.timed and len(transcript.cues) == 14
    assert transcript.warnings == ("all its times are 0, so they are not used",)


def test_how_characters_are_read_is_no_word(tmp_path):
    content = "WEBVTT\n\n00:01.000 --> 00:02.000\n<ruby>漢字<rt>かんじ</rt></ruby>です\n"
    assert [cue.text for cue in read(tmp_path, "a.vtt", content).cues] == ["漢字です"]


@pytest.mark.parametrize("mark", ["", "- ", "-"])
def test_who_speaks_in_the_second_line_only(tmp_path, mark):
    content = srt(
        f"{mark}ANNA: Hello there.\n{mark}BEN: Hi.", "And so on.", f"{mark}ANNA: Well.\nNo: never."
    )
    assert [(cue.speaker, cue.text) for cue in read(tmp_path, "a.srt", content).cues] == [
        ("ANNA", "Hello there."),
        ("BEN", "Hi."),
        ("BEN", "And so on."),
        ("ANNA", "Well. No: never."),
    ]


@pytest.mark.parametrize("arrow", ["−−>", "‐‐>", "- ->", "\u200b-->", "->"])
def test_arrows_that_translators_made(tmp_path, arrow):
    content = srt(*SAID).replace("00:00:06,000 -->", f"00:00:06,000 {arrow}")
    assert found(read(tmp_path, "a.srt", content)) == WHOLE


@pytest.mark.parametrize("form", ["{}.", "#{}", "{})", "\u200e{}", "{}\n"])
def test_numbers_with_marks_are_no_words(tmp_path, form):
    content = srt(*SAID)
    for n in (1, 2):
        content = content.replace(f"{n}\n00:", f"{form.format(n)}\n00:")
    transcript = read(tmp_path, "a.srt", content)
    assert found(transcript) == WHOLE
    assert not transcript.warnings


def test_fences_of_a_chat_are_no_words(tmp_path):
    transcript = read(tmp_path, "a.srt", f"```srt\n{srt(*SAID)}```\n")
    assert found(transcript) == WHOLE
    assert not transcript.warnings
