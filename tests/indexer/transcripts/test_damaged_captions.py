"""Captions that programs and people damaged: each word and each time as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.transcripts import Transcript, TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript

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


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("00,00,03,000", "00,00,05,500"),
        ("3.000", "5.500"),
        ("3,0s", "5,5s"),
        ("0:02,1000", "0:05,5"),
    ],
    ids=["commas", "seconds", "seconds with a unit", "thousandths that were not carried"],
)
def test_times_that_programs_wrote_wrongly(tmp_path, start, end):
    content = f"1\n{start} --> {end}\n{SAID[0]}\n\n" + srt("", SAID[1]).split("\n\n")[1]
    assert found(read(tmp_path, "a.srt", content)) == WHOLE


def test_zeros_between_the_lines_are_no_words(tmp_path):
    assert found(read(tmp_path, "a.srt", srt(*SAID).replace("\n\n", "\0\0\n\n"))) == WHOLE
    with pytest.raises(TranscriptError, match="binary"):
        read(tmp_path, "b.srt", srt(*SAID).replace("n", "n\0\0"))


def test_styles_that_a_converter_left_are_no_words(tmp_path):
    content = srt("{y:i}" + SAID[0], "{C:$0000FF}" + SAID[1])
    assert found(read(tmp_path, "a.srt", content)) == WHOLE


def test_words_between_a_blank_line_and_the_next_times_are_no_names(tmp_path):
    """As Teams gives a meeting without its speakers."""
    rows = [*WHOLE, (9.0, 9.5, "Ja, sicher.")]
    blocks = [f"00:{a:06.3f} --> 00:{b:06.3f}\n\n{said}\n" for a, b, said in rows]
    assert found(read(tmp_path, "a.vtt", "WEBVTT\n" + "".join(blocks))) == rows


def test_names_of_cues_are_still_no_words(tmp_path):
    times = ["00:00:03.000 --> 00:00:05.500", "00:00:06.000 --> 00:00:08.500"]
    pairs = zip(times, SAID, strict=True)
    content = "WEBVTT\n\n" + "".join(f"part one of two\n{t}\n{said}\n\n" for t, said in pairs)
    assert found(read(tmp_path, "a.vtt", content)) == WHOLE


@pytest.mark.parametrize("name", ["a.sub", "a.ass", "a.ttml", "a.json", "a.csv", "a.html", "a.lrc"])
def test_captions_in_a_file_of_any_name_are_read_as_what_they_are(tmp_path, name):
    for content in (srt(*SAID), "WEBVTT\n\n" + srt(*SAID).replace(",", ".")):
        assert found(read(tmp_path, name, content)) == WHOLE
        assert may_be_transcript(tmp_path / name)


def test_json_in_a_file_of_captions_is_read_as_json(tmp_path):
    rows = [{"start": start, "end": end, "text": text} for start, end, text in WHOLE]
    assert found(read(tmp_path, "a.srt", json.dumps({"segments": rows}))) == WHOLE


@pytest.mark.parametrize("shown", ["sprite.jpg#xywh={},0,160,90", '{{"slide": {}, "url": "x"}}'])
def test_pictures_and_data_for_a_player_are_no_words(tmp_path, shown):
    content = "WEBVTT\n\n" + srt(shown.format(1), shown.format(2)).replace(",000", ".000")
    with pytest.raises(TranscriptError, match="pictures or data"):
        read(tmp_path, "a.vtt", content)
    assert not may_be_transcript(tmp_path / "a.vtt")


def test_who_speaks_next_is_no_word_where_nobody_is_named(tmp_path):
    content = srt(f">> {SAID[0]}", f"&gt;&gt; {SAID[1]}")
    assert found(read(tmp_path, "a.srt", content)) == WHOLE


@pytest.mark.parametrize("name", ["a.srt", "a.txt"])
def test_marks_of_whisper_cpp_are_speakers(tmp_path, name):
    said = [f"(speaker {who}) {text}" for who, text in zip("0?", SAID, strict=True)]
    if name == "a.srt":
        content = srt(said[0] + " [SPEAKER_TURN]", said[1])
    else:
        content = (
            f"[00:00:03.000 --> 00:00:05.500]  {said[0]} [SPEAKER_TURN]\n"
            f"[00:00:06.000 --> 00:00:08.500]  {said[1]}\n"
        )
    transcript = read(tmp_path, name, content)
    assert found(transcript) == WHOLE
    assert [cue.speaker for cue in transcript.cues] == ["speaker 0", "speaker ?"]


def test_names_in_wide_brackets_are_speakers(tmp_path):
    said = [("田中", "おはようございます。"), ("鈴木", "こんにちは。"), ("田中", "始めましょう。")]
    transcript = read(tmp_path, "a.srt", srt(*(f"（{name}）{text}" for name, text in said)))
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == said


def test_cues_without_a_length_last_as_long_as_their_words(tmp_path):
    content = srt(*SAID).replace("05,500", "03,000").replace("08,500", "06,000")
    cues = read(tmp_path, "a.srt", content).cues
    assert [cue.start for cue in cues] == [3.0, 6.0]
    assert cues[0].end == 6.0 and 7.0 < cues[1].end < 10.0


def test_captions_of_two_files_that_were_joined_are_told(tmp_path):
    transcript = read(tmp_path, "a.srt", srt(*SAID) + srt("Noch etwas."))
    assert sorted(cue.text for cue in transcript.cues) == sorted([*SAID, "Noch etwas."])
    (warning,) = transcript.warnings
    assert "line 10" in warning and "begin anew" in warning
    assert not read(tmp_path, "b.srt", srt(*SAID)).warnings


def test_quotation_marks_around_a_voice_are_not_its_name(tmp_path):
    content = f'WEBVTT\n\n00:03.000 --> 00:05.500\n<v "Anna Reed">{SAID[0]}</v>\n'
    assert [cue.speaker for cue in read(tmp_path, "a.vtt", content).cues] == ["Anna Reed"]
