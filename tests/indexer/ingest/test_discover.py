"""A scan pairs recordings with transcripts and leaves alone what is neither."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.report import AddReport
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.transcript import with_speaker_names
from tests.sharing import copy_library

VTT = "WEBVTT\n\n00:00.000 --> 00:05.000\nHello there.\n"


def pairs(*paths: Path, exclude: Path | None = None) -> list[tuple[str | None, str | None]]:
    return [
        (s.recording and s.recording.name, s.transcript and s.transcript.name)
        for s in scan(paths, exclude).sources
    ]


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_recordings_and_transcripts_are_paired_by_name_in_all_folders(tmp_path: Path) -> None:
    touch(tmp_path, "a.MP3", "a.vtt", "a.txt", "b.opus", "sub/deep/c.mp4", "sub/deep/c.en.srt")
    touch(tmp_path, "alone.vtt", "notes.pdf", "b.jpg")
    assert pairs(tmp_path) == [
        ("a.MP3", "a.vtt"),
        ("b.opus", None),
        (None, "alone.vtt"),
        ("c.mp4", "c.en.srt"),
    ]


def test_hidden_files_licences_and_other_json_are_no_documents(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden.mp3", ".cache/a.mp3", "README.md", "LICENSE.txt", "package.json")
    assert pairs(tmp_path) == []


def test_a_folder_with_nothing_in_it_is_a_warning(tmp_path: Path) -> None:
    found = scan([tmp_path])
    assert not found.failures
    assert found.warnings[str(tmp_path)].startswith("no recordings or transcripts here")


def test_a_folder_with_nothing_in_it_is_a_warning_within_another_one(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3")
    (tmp_path / "nothing").mkdir()
    found = scan([tmp_path, tmp_path / "nothing", tmp_path])
    assert list(found.warnings) == [str(tmp_path / "nothing")]


def test_a_file_may_be_named_alone_and_finds_its_transcript(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "a.vtt", "b.mp3", "metadata.csv")
    (tmp_path / "metadata.csv").write_text("name,title\na,On tides\n")
    found = scan([tmp_path / "a.mp3"])
    assert pairs(tmp_path / "a.mp3") == [("a.mp3", "a.vtt")]
    assert found.sources[0].metadata == {"title": "On tides"}


def test_what_is_named_twice_is_taken_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3")
    assert len(scan([tmp_path, tmp_path / "a.mp3", tmp_path]).sources) == 1


def test_paths_that_cannot_be_used_are_failures(tmp_path: Path) -> None:
    touch(tmp_path, "a.pdf")
    failures = scan([tmp_path / "a.pdf", tmp_path / "missing"]).failures
    assert "neither a recording" in failures[str(tmp_path / "a.pdf")]
    assert failures[str(tmp_path / "missing")] == "there is no such file or folder"


def test_a_table_gives_titles_to_names_with_or_without_extension(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b v1.5.mp3", "c.mp3")
    (tmp_path / "metadata.csv").write_bytes(
        "\ufeffname,title,speaker,notes\r\na.mp3, On tides ,Ann,x\r\nb v1.5,Two,,\r\nd,no file,,"
        "\r\n".encode()
    )
    rows = {source.name: source.metadata for source in scan([tmp_path]).sources}
    assert rows == {
        "a": {"title": "On tides", "speaker": "Ann"},
        "b v1.5": {"title": "Two"},
        "c": {},
    }


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (b"title;who\nOn tides;a\n", "needs a header line: name,title"),
        (b"PK\x03\x04\x00\x01\x02\x03\x07\x08" * 9, "cannot be read as a table: it is no text"),
    ],
)
def test_a_broken_table_is_a_failure_and_the_recordings_go_on(
    tmp_path: Path, table: bytes, reason: str
) -> None:
    touch(tmp_path, "a.mp3")
    (tmp_path / "metadata.csv").write_bytes(table)
    found = scan([tmp_path])
    assert reason in found.failures[str(tmp_path / "metadata.csv")]
    assert len(found.sources) == 1


def test_libraries_within_the_folder_are_not_taken_for_transcripts(
    tmp_path: Path, small_library: LibraryStore
) -> None:
    touch(tmp_path, "a.mp3")
    copy_library(small_library.folder, tmp_path / "mine")
    copy_library(small_library.folder, tmp_path / "sub" / "another")
    found = scan([tmp_path], exclude=tmp_path / "mine")
    assert [source.name for source in found.sources] == ["a"] and not found.failures


def test_folders_that_link_to_themselves_end(tmp_path: Path) -> None:
    touch(tmp_path, "sub/a.mp3")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert pairs(tmp_path) == [("a.mp3", None)]


def test_a_folder_that_may_not_be_read_is_a_failure(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read every folder")
    touch(tmp_path, "a.mp3", "private/b.mp3")
    (tmp_path / "private").chmod(0)
    try:
        found = scan([tmp_path, tmp_path / "private" / "b.mp3"])
    finally:
        (tmp_path / "private").chmod(0o755)
    assert [source.name for source in found.sources] == ["a"]
    assert found.failures[str(tmp_path / "private")] == "no permission to read the folder"


def test_the_table_names_the_speakers_of_a_transcript(tmp_path):
    (tmp_path / "a.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Hi.\n\n"
        "2\n00:00:02,000 --> 00:00:03,000\n[SPEAKER_02]: Ho.\n"
    )
    (tmp_path / "metadata.csv").write_text(
        "name,speakers\na,speaker_00 = Ann Lee; SPEAKER_01=Bo;\n"
    )
    (source,) = scan([tmp_path]).sources
    assert source.metadata == {}
    transcript = with_speaker_names(read_transcript(tmp_path / "a.srt"), source.speakers)
    assert [cue.speaker for cue in transcript.cues] == ["Ann Lee", "SPEAKER_02"]


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


WAV = b"RIFF\x00\x00\x00\x00WAVEfmt "


def test_transcripts_in_folders_of_subtitles_belong_to_the_recordings_beside(
    tmp_path: Path,
) -> None:
    touch(tmp_path, "a.mp3", "Subs/a.en.srt", "b.mp3", "TRANSCRIPTS/b.txt", "notes/a.txt")
    wanted = [("a.mp3", "a.en.srt"), ("b.mp3", "b.txt")]
    assert pairs(tmp_path) == [*wanted, (None, "a.txt")]
    assert pairs(tmp_path / "a.mp3") == wanted[:1]
    assert pairs(tmp_path / "Subs" / "a.en.srt") == wanted[:1]
    assert pairs(tmp_path / "Subs", tmp_path / "a.mp3") == wanted[:1]


@pytest.mark.parametrize(
    ("recording", "transcript"),
    [
        ("talk.mp4", "Subs/talk/2_English.srt"),
        ("talk.mp4", "Subs/Talk/en.srt"),
        ("talk.mp4", "Subs/2_English.srt"),
        ("talk.mp4", "captions.vtt"),
        ("talk.mp4", "subtitles.en.vtt"),
        ("audio/talk.mp3", "transcripts/talk.vtt"),
        ("Recordings/talk.mp3", "Captions/talk.en.vtt"),
    ],
)
def test_transcripts_in_folders_of_their_own_belong_to_the_recording_elsewhere(
    tmp_path: Path, recording: str, transcript: str
) -> None:
    touch(tmp_path, recording, transcript)
    expected = [(Path(recording).name, Path(transcript).name)]
    assert pairs(tmp_path) == expected
    assert pairs(tmp_path / recording) == expected
    assert pairs(tmp_path / transcript) == expected


def test_folders_of_films_are_of_their_own_recording_and_in_the_spoken_language(
    tmp_path: Path,
) -> None:
    touch(tmp_path, "a.mp4", "b.mp4", "Subs/a/2_English.srt", "Subs/a/3_German.srt")
    touch(tmp_path, "Subs/b/2_German.srt", "Subs/4_English.srt")
    assert pairs(tmp_path) == [
        ("a.mp4", "2_English.srt"),
        ("b.mp4", "2_German.srt"),
        (None, "4_English.srt"),
    ]
    assert (
        "its language is not en"
        in scan([tmp_path]).warnings[str(tmp_path / "Subs" / "a" / "3_German.srt")]
    )


def test_a_name_of_no_recording_is_of_none_where_there_are_several(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b.mp3", "captions.vtt", "c/a.mp3", "c/notes.txt")
    assert pairs(tmp_path) == [
        ("a.mp3", None),
        ("b.mp3", None),
        (None, "captions.vtt"),
        ("a.mp3", None),
        (None, "notes.txt"),
    ]


def test_names_that_two_folders_have_are_not_guessed(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.mp3", "two/a.mp3", "two/b.mp3", "transcripts/a.vtt", "transcripts/b.vtt")
    assert sorted(pairs(tmp_path), key=str) == [
        ("a.mp3", None),
        ("a.mp3", None),
        ("b.mp3", "b.vtt"),
        (None, "a.vtt"),
    ]


def test_transcripts_that_are_not_used_are_named_with_the_reason(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "a.de.vtt", "a.en.vtt", "a.en.txt", "a_2.srt")
    warnings = {Path(path).name: text for path, text in scan([tmp_path]).warnings.items()}
    assert warnings == {
        "a.de.vtt": "not used, a.en.vtt is: its language is not en",
        "a.en.txt": "not used, a.en.vtt is: it has no times",
        "a_2.srt": "indexed by itself: '2' is no language or kind of transcript of a.mp3",
    }


def test_the_spoken_language_may_stand_in_the_table(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b.mp3", *(f"{n}.{code}.vtt" for n in "ab" for code in ("en", "fr")))
    (tmp_path / "metadata.csv").write_text("name,language\na,fr\n")
    assert pairs(tmp_path) == [("a.mp3", "a.fr.vtt"), ("b.mp3", "b.en.vtt")]


def test_a_transcript_that_was_named_is_the_one_that_is_used(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "a.en.vtt", "a.en.sdh.srt", "words.srt")
    sdh = tmp_path / "a.en.sdh.srt"
    assert pairs(tmp_path / "a.mp3", sdh) == [("a.mp3", "a.en.sdh.srt")]
    assert pairs(tmp_path, sdh)[0] == ("a.mp3", "a.en.sdh.srt")
    assert pairs(tmp_path / "a.mp3", tmp_path / "words.srt")[1] == (None, "words.srt")


def test_names_in_another_unicode_form_or_case_are_one_name(tmp_path: Path) -> None:
    touch(tmp_path, "Gru\u0308n.mp3", "GR\u00dcN.en.vtt")
    (tmp_path / "metadata.csv").write_text("Name,Title\ngr\u00fcn,On green\n", "utf-8")
    found = scan([tmp_path / "gr\u00fcn.MP3"])
    assert [(s.name, s.transcript_language) for s in found.sources] == [("Gru\u0308n", "en")]
    assert found.sources[0].metadata == {"title": "On green"}


def test_a_table_names_the_rows_that_fit_nothing_or_several(tmp_path: Path) -> None:
    touch(tmp_path, "tide.mp3")
    table = tmp_path / "metadata.csv"
    table.write_text("name,title\ntide.mp3,Tide\ntied,Typo\n")
    assert scan([tmp_path]).warnings == {str(table): "no file here for the rows tied"}
    table.write_text("name,title\nTide,A\nTIDE,B\n")
    found = scan([tmp_path])
    assert found.sources[0].metadata == {}
    assert found.warnings == {str(table): "not used for tide: the rows Tide and TIDE both fit"}


def test_ambiguous_names_are_not_guessed(tmp_path: Path) -> None:
    touch(tmp_path, "Tide.mp3", "TIDE.mp3", "tide.vtt")
    if len(list(tmp_path.iterdir())) < 3:
        pytest.skip("this file system has one name for both")
    found = scan([tmp_path])
    assert [s.transcript for s in found.sources] == [None, None, tmp_path / "tide.vtt"]
    assert "it is named like TIDE.mp3 and Tide.mp3" in found.warnings[str(tmp_path / "tide.vtt")]


def test_sound_without_an_extension_is_a_recording_of_its_whole_name(tmp_path: Path) -> None:
    put(tmp_path, {"memo": WAV, "Part 1. Tides": WAV, "notes": b"text", "memo.txt": b"words"})
    put(tmp_path, {"talk.wav": WAV})
    found = scan([tmp_path])
    assert [(s.name, s.transcript) for s in found.sources] == [
        ("talk", None),
        ("Part 1. Tides", None),
        ("memo", tmp_path / "memo.txt"),
    ]
    assert pairs(tmp_path / "memo.txt") == [("memo", "memo.txt")]


def test_what_is_no_recording_is_passed_over_and_counted(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "tide.mp3": WAV,
            "._tide.mp3": b"\x00\x05\x16\x07",
            "$RECYCLE.BIN/old.mp3": WAV,
            "@eaDir/tide.mp3/small.mp3": WAV,
            ".Trash-1000/files/old.mp3": WAV,
            "more.mp3.part": WAV,
            "joining.temp.mp4": WAV,
            "cover.jpg": b"\xff\xd8\xff\xe0",
            "all.m3u8": b"#EXTM3U\n",
            "Read Me.txt": b"words",
            "Tide - Tracklist.txt": b"words",
            "module.ts": b"export {};\n",
            "tide.info.json": b'{"duration": 3}',
        },
    )
    found = scan([tmp_path])
    assert [source.name for source in found.sources] == ["tide"]
    names = {os.path.relpath(path, tmp_path) for path in found.passed_over}
    assert names == {
        *("._tide.mp3", "$RECYCLE.BIN", "@eaDir", ".Trash-1000", "more.mp3.part", "cover.jpg"),
        *("joining.temp.mp4", "all.m3u8", "Read Me.txt", "Tide - Tracklist.txt", "module.ts"),
        "tide.info.json",
    }
    assert not found.warnings and not found.failures
    report = AddReport(passed_over=found.passed_over)
    assert report.describe_passed_over().startswith("12 files and folders passed over (folders 3")


def test_a_recording_with_something_after_its_name_is_named_and_not_taken(tmp_path: Path) -> None:
    leftovers = ["tide.mp3.incomplete", "tide.m4a.unfinished", "tide.MP3.bak", "tide.wav~"]
    whole = ["tide.mp3.1", "Tide.v2", "plan.au.final", "tide.mp3.wav"]
    put(tmp_path, dict.fromkeys(leftovers + whole, WAV))
    found = scan([tmp_path])
    assert {source.path.name for source in found.sources} == set(whole)
    assert {Path(path).name for path in found.warnings} == set(leftovers)
    named = scan([tmp_path / leftovers[0]])  # who names it wants it
    assert [source.path.name for source in named.sources] == leftovers[:1]


def test_a_playlist_called_a_recording_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"tide.m4a": b"#EXTM3U\nhttp://example.org\n"})
    assert scan([tmp_path]).warnings[str(tmp_path / "tide.m4a")].startswith("a playlist")
    assert scan([tmp_path / "tide.m4a"]).failures[str(tmp_path / "tide.m4a")].startswith("a play")


def test_a_document_of_a_recordings_name_that_is_not_read_is_named(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "tide.mp3": WAV,
            "tide.en.pdf": b"%PDF-1.7",
            "tide.nfo": b"text",
            "tide.jpg": b"\xff\xd8\xff",
            "paper.pdf": b"%PDF-1.7",
            "old.sub": b"{1}{2}words",
        },
    )
    for found in (scan([tmp_path]), scan([tmp_path / "tide.mp3"])):
        assert "not a transcript format" in found.warnings.pop(str(tmp_path / "tide.en.pdf"))
        assert found.warnings.keys() <= {str(tmp_path / "old.sub")}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names as Unicode")
def test_names_in_other_bytes_cost_themselves_alone_and_are_told(tmp_path: Path) -> None:
    touch(tmp_path, "tide.mp3", "tide.vtt", "Subs/moon.vtt")
    names = (b"F\xe4hre.mp3", b"F\xe4hre.vtt", b"\xdcber/b.mp3", b"f\xfcr.jpg", b".\xe4")
    for name in (tmp_path / os.fsdecode(name) for name in names):
        name.parent.mkdir(exist_ok=True)
        name.write_bytes(b"\xff\xd8\xff" if name.suffix == ".jpg" else WAV)
    found = scan([tmp_path])
    assert [source.name for source in found.sources] == ["tide", "moon"]
    failures, others = (
        {Path(path).name for path in p} for p in (found.failures, found.passed_over)
    )
    assert failures == {r"F\xe4hre.mp3", r"F\xe4hre.vtt", r"\xdcber"}
    assert others == {r"f\xfcr.jpg", r".\xe4"}
    assert all("convmv" in reason for reason in found.failures.values())
    named = tmp_path / os.fsdecode(b"F\xe4hre.vtt")
    assert list(scan([named]).failures) == [str(tmp_path / r"F\xe4hre.vtt")]
    assert [source.name for source in scan([tmp_path / "tide.mp3"]).sources] == ["tide"]


def test_subtitles_that_are_pictures_are_no_transcript(tmp_path: Path) -> None:
    pictures = b"\x00\x00\x01\xba" + bytes(range(256)) * 300
    put(
        tmp_path,
        {
            "tide.mp3": WAV,
            "tide.sub": pictures,
            "tide.idx": b"# VobSub index",
            "moon.sub": pictures,
        },
    )
    found = scan([tmp_path])
    assert [(source.name, source.transcript) for source in found.sources] == [("tide", None)]
    assert "no transcript" in found.warnings[str(tmp_path / "tide.sub")]


def test_folders_behind_links_are_read_once_and_the_rest_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.mp3", "disk/b.mp3", "disk/c.mp3")
    inside = tmp_path / "in"
    (inside / "nas").symlink_to(tmp_path / "disk", target_is_directory=True)
    (inside / "again").symlink_to(tmp_path / "disk", target_is_directory=True)
    (inside / "up").symlink_to(inside, target_is_directory=True)
    (inside / "gone").symlink_to(tmp_path / "unmounted", target_is_directory=True)
    (inside / "same.mp3").symlink_to(inside / "a.mp3")
    found = scan([inside])
    assert [source.name for source in found.sources] == ["a", "b", "c"]
    assert "read already" in found.warnings[str(inside / "nas")]
    assert "read already" in found.warnings[str(inside / "up")]
    assert "does not exist" in found.warnings[str(inside / "gone")]
    assert "same file" in found.passed_over[str(inside / "same.mp3")]


def test_a_file_that_is_not_downloaded_is_named(tmp_path: Path) -> None:
    touch(tmp_path, ".talk.mp3.icloud")
    assert "not downloaded" in scan([tmp_path]).warnings[str(tmp_path / ".talk.mp3.icloud")]


def test_every_file_of_a_folder_is_taken_or_named(tmp_path: Path) -> None:
    draw = random.Random(7)
    stems = ["a", "a_2", "README", "b.en", "b", "x.temp", "._a", ".hid", "tracklist", "a.de"]
    ends = [".mp3", ".vtt", ".txt", ".json", ".pdf", ".part", ".ts", "", ".xyz", ".html"]
    contents = [WAV, b"words", b"#EXTM3U\n", b"%PDF-", b"\x00\x05\x16\x07", b"", b"\xff\xfe"]
    for number in range(60):
        folder = tmp_path / str(number)
        names = {draw.choice(stems) + draw.choice(ends) for _ in range(6)}
        put(folder, {name: draw.choice(contents) for name in names})
        found = scan([folder])
        taken = {str(p) for s in found.sources for p in (s.recording, s.transcript) if p}
        said = taken | found.failures.keys() | found.warnings.keys() | found.passed_over.keys()
        assert {str(folder / name) for name in names} <= said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("talk.csv", "time,level\n1,2\n"),
        ("talk.json", '{"peaks": [1, 2]}'),
        ("talk.jsonl", '{"step": 1}\n'),
    ],
)
def test_data_with_a_recording_s_name_is_not_its_transcript(
    tmp_path: Path, name: str, content: str
) -> None:
    touch(tmp_path, "talk.mp3")
    (tmp_path / name).write_text(content)
    found = scan([tmp_path])
    assert [(s.path.name, s.transcript) for s in found.sources] == [("talk.mp3", None)]
    assert found.failures == {}
    assert "no transcript" in found.warnings[str(tmp_path / name)]


def test_data_that_was_named_is_refused_by_its_reader(tmp_path: Path) -> None:
    touch(tmp_path, "talk.mp3")
    data = tmp_path / "talk.csv"
    data.write_text("time,level\n1,2\n")
    assert pairs(tmp_path / "talk.mp3", data) == [("talk.mp3", "talk.csv")]


def test_a_folder_of_which_nothing_is_taken_names_what_might_have_been(tmp_path: Path) -> None:
    put(tmp_path, {"talk.csv": b"a,b\n1,2\n", "sub/README.txt": b"x", "photo.xyz": b"\x00"})
    found = scan([tmp_path]).warnings[str(tmp_path)]
    assert found == (
        "nothing here was taken: talk.csv (not a transcript, by its content), README.txt (not a "
        "transcript, by its name)"
    )


def test_of_transcripts_of_one_name_in_several_formats_one_is_taken(tmp_path: Path) -> None:
    whole = b"WEBVTT\n\n00:00.000 --> 00:04.000\nSeven ships came in.\n"
    put(tmp_path, {"a.vtt": whole, "a.txt": b"Seven ships came in.\n", "a.de.vtt": whole})
    put(tmp_path, {"a.srt": b"1\n00:00:00,000 --> 00:00:04,000\nSeven ships came in.\n"})
    found = scan([tmp_path])
    assert sorted(source.path.name for source in found.sources) == ["a.de.vtt", "a.vtt"]
    rejected = {str(tmp_path / "a.srt"): ".vtt", str(tmp_path / "a.txt"): "no times"}
    for path, why in rejected.items():
        assert found.warnings[path].startswith("not used, a.vtt is") and why in found.warnings[path]
    assert [s.path.name for s in scan([tmp_path / "a.txt"]).sources] == ["a.txt"]  # it was named


def test_texts_that_say_something_else_are_documents_of_their_own(tmp_path: Path) -> None:
    files = {
        "a.vtt": b"WEBVTT\n\n00:00.000 --> 00:04.000\nSeven ships came in.\n",
        "A.vtt": b"WEBVTT\n\n00:00.000 --> 00:04.000\nSeven ships came in, and an eighth.\n",
        "a.md": b"Pears ripen from within, so pick them early.\n",
    }
    put(tmp_path, files)
    assert sorted(source.path.name for source in scan([tmp_path]).sources) == sorted(files)


def test_the_mark_of_an_open_document_is_no_transcript(tmp_path: Path) -> None:
    put(tmp_path, {"~$talk.docx": b"\x03Ann"})
    found = scan([tmp_path])
    assert not found.sources and not found.failures
    assert "open in Office" in found.passed_over[str(tmp_path / "~$talk.docx")]
