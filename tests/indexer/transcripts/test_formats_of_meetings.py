"""Transcripts of meetings and hearings: every word once, and each with who says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.base.types import Cue
from indexer.transcripts import Transcript, TranscriptError, read_transcript
from indexer.transcripts.reader import may_be_transcript

SAID = ["The ferry is late again.", "Nobody knows why.", "It left Mallaig at noon."]
NAMES = ["Ann Reed", "Bob Ito", "Ann Reed"]
TURNS = list(enumerate(zip(NAMES, SAID, strict=True)))


def read(folder: Path, name: str, content: str | bytes) -> Transcript:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert may_be_transcript(path)
    return read_transcript(path)


def turns(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in transcript.cues]


def expected(company: str = "") -> list[tuple[str, str]]:
    return [(name + company, words) for name, words in zip(NAMES, SAID, strict=True)]


def test_a_company_beside_a_name_is_part_of_it_and_no_words(tmp_path: Path) -> None:
    lines = "".join(f"0:0{3 * i} - {name} (Acme)\n  {words}\n\n" for i, (name, words) in TURNS)
    found = read(tmp_path, "a.txt", f"Weekly sync - January 05\n\n---\n\n{lines}")
    assert turns(found) == expected(" (Acme)")


def test_a_name_and_its_linked_clock_may_both_be_bold(tmp_path: Path) -> None:
    lines = "".join(
        f"**[0:0{3 * i}](https://example.org/x?t={i}) {name}**: {words}\n\n"
        for i, (name, words) in TURNS
    )
    found = read(tmp_path, "a.md", lines)
    assert turns(found) == expected()
    assert [cue.start for cue in found.cues] == [0.0, 3.0, 6.0]


@pytest.mark.parametrize("head", ["<tr><th>Time</th><th>Speaker</th><th>Text</th></tr>", ""])
def test_rows_of_a_table_in_a_page_are_lines(tmp_path: Path, head: str) -> None:
    rows = "".join(
        f"<tr><td>00:00:0{3 * i}</td><td>{name}</td><td>{words}</td></tr>"
        for i, (name, words) in TURNS
    )
    found = read(tmp_path, "a.html", f"<html><body><table>{head}{rows}</table></body></html>")
    assert turns(found) == expected()


def test_a_page_laid_out_by_a_table_is_read_as_before(tmp_path: Path) -> None:
    lines = "".join(f"<p><b>{name}:</b> {words}</p>" for _, (name, words) in TURNS)
    found = read(tmp_path, "a.html", f"<table><tr><td>{lines}</td></tr></table>")
    assert turns(found) == expected()


def test_words_of_participants_with_two_kinds_of_time(tmp_path: Path) -> None:
    data = [
        {
            "participant": {"id": 100 + i, "name": name},
            "words": [
                {
                    "text": word,
                    "start_timestamp": {"relative": 3 * i + 0.5 * n, "absolute": "2024-01-05"},
                    "end_timestamp": {"relative": 3 * i + 0.5 * n + 0.4, "absolute": "2024-01-05"},
                }
                for n, word in enumerate(words.split())
            ],
        }
        for i, (name, words) in TURNS
    ]
    found = read(tmp_path, "a.json", json.dumps(data))
    assert turns(found) == expected()
    assert (found.cues[1].start, found.cues[1].end) == (3.0, 4.4)


def test_cues_that_are_json_hold_who_said_what(tmp_path: Path) -> None:
    cues = "".join(
        f"00:00:0{3 * i}.000 --> 00:00:0{3 * i + 2}.000\n"
        + json.dumps({"startDateTime": "2024", "speakerName": name, "spokenText": words})
        + "\n\n"
        for i, (name, words) in TURNS
    )
    assert turns(read(tmp_path, "a.vtt", f"WEBVTT\n\n{cues}")) == expected()
    odd = 'WEBVTT\n\n00:00.000 --> 00:02.000\n{"spokenText" is a key\n'
    assert turns(read(tmp_path, "b.vtt", odd)) == [(None, '{"spokenText" is a key')]


def test_a_telephone_number_may_speak(tmp_path: Path) -> None:
    names = ["Ann Reed", "+44 7700 900123", "Ann Reed"]
    cues = "".join(
        f"00:00:0{3 * i}.000 --> 00:00:0{3 * i + 2}.000\n{name}: {words}\n\n"
        for i, (name, words) in enumerate(zip(names, SAID, strict=True))
    )
    found = read(tmp_path, "a.vtt", f"WEBVTT\n\n{cues}")
    assert turns(found) == list(zip(names, SAID, strict=True))


def test_numbers_of_lines_are_no_words(tmp_path: Path) -> None:
    lines = ["THE COURT:  Good morning.", "MR. REED:  The ferry to Ullapool was", "late again."]
    lines += ["", "THE COURT:  Thank you.", "MS. ITO:  We saw 11", "seals, not 12."]
    page = "\n".join(f"{i:>2}     {line}".rstrip() for i, line in enumerate(lines, start=1))
    found = read(tmp_path, "a.txt", f"{page}\n{page}\n")
    once = [
        ("THE COURT", "Good morning."),
        ("MR. REED", "The ferry to Ullapool was late again."),
        ("THE COURT", "Thank you."),
        ("MS. ITO", "We saw 11 seals, not 12."),
    ]
    assert turns(found) == once + once
    told = "\n".join(f"{i}  The seals of day {i} sleep." for i in range(1, 8))
    assert turns(read(tmp_path, "b.txt", told))[2] == (None, "The seals of day 3 sleep.")


def test_numbers_that_do_not_count_lines_are_words(tmp_path: Path) -> None:
    counted = "\n".join(f"{n}  seals slept here." for n in (11, 3, 40, 2, 17, 5))
    found = read(tmp_path, "a.txt", counted)
    assert "40" in " ".join(cue.text for cue in found.cues)


def test_captions_without_their_header_are_read_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, "a.vtt", "00:01.000 --> 00:02.000\nThe ferry is late.\n")
    assert found.cues == (Cue("The ferry is late.", 1.0, 2.0),)
    assert "does not begin with WEBVTT" in found.warnings[0]
    with pytest.raises(TranscriptError, match="does not begin with WEBVTT, and has no times"):
        read(tmp_path, "b.vtt", "The ferry is late.\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16"])
def test_a_file_that_is_filled_up_with_zeros_is_text(tmp_path: Path, encoding: str) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nThe ferry is late.\n".encode(encoding)
    found = read(tmp_path, "a.srt", text + b"\0" * 400)
    assert found.cues == (Cue("The ferry is late.", 1.0, 2.0),)


def test_a_clock_behind_the_words_as_well_leaves_the_first_and_the_name(tmp_path: Path) -> None:
    lines = "".join(
        f"{name}:  [00:00:0{3 * i}] {words} [00:00:0{3 * i + 2}]\n\n" for i, (name, words) in TURNS
    )
    found = read(tmp_path, "a.txt", lines)
    assert turns(found) == expected()
    assert [cue.start for cue in found.cues] == [0.0, 3.0, 6.0]


def test_identifiers_of_webex_say_who_speaks(tmp_path: Path) -> None:
    cues = "".join(
        f'{i + 1} "{name}" ({1000 + i})\n00:00:0{3 * i}.000 --> 00:00:0{3 * i + 2}.000\n{words}\n\n'
        for i, (name, words) in TURNS
    )
    assert turns(read(tmp_path, "a.vtt", f"WEBVTT\n\n{cues}")) == expected()


def test_what_a_recorder_adds_to_captions_is_no_words(tmp_path: Path) -> None:
    said = "[Auto-generated transcript. Edits may have been applied for clarity.]"
    cues = f"1\n00:00:00,500 --> 00:00:02,000\n{said}\n{SAID[0]}\n"
    found = read(tmp_path, "a.srt", cues)
    assert turns(found) == [(None, SAID[0])]
    assert "left out, it is no speech" in found.warnings[0]
