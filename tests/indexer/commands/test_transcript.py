"""`hilbert transcript` prints what is stored of the words of a document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from indexer.base.types import Chapter, Cue, Sound, WordTime
from indexer.cli import run
from indexer.store.catalog import Catalog
from indexer.store.supplements import DESCRIPTION, Supplement
from indexer.store.word_times import pack_word_times
from indexer.transcripts.reader import read_transcript
from tests.dropping import ROOT


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "tests/fixtures/library-0.1", tmp_path / "library"))


def change(library: Path, name: str, cues: list[Cue], supplement: Supplement) -> None:
    catalog = Catalog(library / "catalog.sqlite")
    document = next(d for d in catalog.documents() if d.name == name)
    with catalog.transaction():
        catalog.put_document(document, cues, catalog.segments(document.id), supplement)
    catalog.close()


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["transcript", *map(str, arguments)]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    return output.out


def test_json_tells_where_the_words_came_from(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(shown(capsys, "fog", "-l", library, "--format", "json"))
    assert list(found) == [
        *("name", "language", "text_source", "warnings", "description", "chapters", "cues"),
        *("sounds", "segments", "schema_version"),
    ]
    assert (found["name"], found["language"], found["text_source"]) == (
        *("fog-on-the-namib", "en", "asr"),
    )
    assert all(0 < cue["confidence"] <= 1 for cue in found["cues"])
    assert all(set(segment) == {"start", "end"} for segment in found["segments"])
    assert found["sounds"] == found["chapters"] == []
    given = json.loads(shown(capsys, "why-tides-lag", "-l", library, "--json"))
    assert given["text_source"] == "timed"
    assert {cue["confidence"] for cue in given["cues"]} == {None}


def test_a_document_is_named_by_its_id_too(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", "-l", str(library), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["documents"]
    for document in listed:
        found = json.loads(shown(capsys, document["document"], "-l", library, "--json"))
        assert found["name"] == document["name"]


@pytest.mark.parametrize("form", ["json", "vtt", "srt", "txt", "md"])
def test_every_form_is_read_back(
    form: str, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = Catalog(library / "catalog.sqlite")
    for document in catalog.documents():
        path = tmp_path / f"again.{form}"
        path.write_text(shown(capsys, document.id, "-l", library, "--format", form), "utf-8")
        read, stored = read_transcript(path), catalog.cues(document.id)
        assert [(c.text, c.speaker) for c in read.cues] == [(c.text, c.speaker) for c in stored]
        for cue, wanted in zip(read.cues, stored, strict=True):
            within = 1.0 if form in ("txt", "md") else 0.0005
            assert cue.start == pytest.approx(wanted.start, abs=within)
    catalog.close()


def test_sounds_chapters_and_description_are_printed(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cues = [Cue("Hello.", 1.0, 2.0, "Ann"), Cue("The tide is late.", 3.0, 5.0, "Ben")]
    cues += [Cue("So it is.", 6.0, 8.0, "Ann"), Cue("Bye.", 9.0, 10.0, "Ben")]
    supplement = Supplement(
        (Sound("music", 0.0, 1.0, 0), Sound("applause", 10.0, 14.0, 4)),
        (Chapter("Begin", 0.0, 8.5), Chapter("End", 8.5, None)),
        {DESCRIPTION: "A talk on tides."},
    )
    change(library, "why-tides-lag", cues, supplement)
    text = shown(capsys, "why-tides-lag", "-l", library)
    assert text.splitlines() == [
        "[00:00:00] [music]",
        "[00:00:01] Ann: Hello.",
        "[00:00:03] Ben: The tide is late.",
        "[00:00:06] Ann: So it is.",
        "[00:00:09] Ben: Bye.",
        "[00:00:10] [applause]",
    ]
    markdown = shown(capsys, "why-tides-lag", "-l", library, "--format", "md")
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings == [r"# why-tides-lag", "## Begin", "## End"]
    captions = shown(capsys, "why-tides-lag", "-l", library, "--format", "vtt")
    assert "00:00:01.000 --> 00:00:02.000\n<v Ann>Hello.\n" in captions
    found = json.loads(shown(capsys, "why-tides-lag", "-l", library, "--json"))
    assert found["description"] == "A talk on tides."
    assert found["chapters"][1] == {"start": 8.5, "end": None, "title": "End"}
    assert found["sounds"][1] == {"label": "applause", "start": 10.0, "end": 14.0, "cue": 4}


def test_doubtful_words_are_shown_as_such(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cues = [Cue("The tide is late.", 3.0, 5.0), Cue("So it is.", 6.0, 8.0)]
    sure = (0.9, 0.15, 0.8, None, 0.99, 0.1, 0.95)
    times = [WordTime(3.0 + i / 2, 3.25 + i / 2, each) for i, each in enumerate(sure)]
    change(library, "why-tides-lag", cues, Supplement(word_times=pack_word_times(times)))
    text = shown(capsys, "why-tides-lag", "-l", library)
    assert text.splitlines() == ["[00:00:03] The tide is late.", "[00:00:06] So it is."]
    marked = shown(capsys, "why-tides-lag", "-l", library, "--mark-doubtful")
    assert marked.splitlines() == ["[00:00:03] The [tide?] is late.", "[00:00:06] So [it?] is."]
    found = shown(capsys, "why-tides-lag", "-l", library, "--json")
    words = [word for cue in json.loads(found)["cues"] for word in cue["words"]]
    assert [word["text"] for word in words] == ["The", "tide", "is", "late.", "So", "it", "is."]
    assert words[1] == {
        **{"text": "tide", "start": 3.5, "end": 3.75, "confidence": 0.15, "doubtful": True}
    }
    assert words[3]["confidence"] is None
    (tmp_path / "again.json").write_text(found, "utf-8")
    assert [cue.text for cue in read_transcript(tmp_path / "again.json").cues] == [
        cue.text for cue in cues
    ]


def test_what_a_form_cannot_carry_is_said(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cues = [Cue("CAUSE OF FIRE: A CANDLE.", 1.0, 2.0), Cue("KEPT: THE KEY.", 2.0, 3.0)]
    change(library, "why-tides-lag", cues, Supplement())
    assert run(["transcript", "why-tides-lag", "-l", str(library)]) == 0
    output = capsys.readouterr()
    assert "CAUSE OF FIRE: A CANDLE." in output.out
    assert "txt cannot carry all: 2 of 2 cues" in output.err
    shown(capsys, "why-tides-lag", "-l", library, "--format", "vtt")


def test_texts_without_times_or_words_are_refused_where_a_form_needs_them(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        library,
        "why-tides-lag",
        [Cue("Hello.", None, None, "Ann"), Cue("Oh.", None, None, "Ben")] * 2,
        Supplement(),
    )
    assert shown(capsys, "why-tides-lag", "-l", library) == "Ann: Hello.\nBen: Oh.\n" * 2
    for form in ("vtt", "srt"):
        assert run(["transcript", "why-tides-lag", "-l", str(library), "--format", form]) == 1
        assert f"no times, which {form} needs" in capsys.readouterr().err
    change(library, "why-tides-lag", [], Supplement())
    assert run(["transcript", "why-tides-lag", "-l", str(library)]) == 1
    assert "no words" in capsys.readouterr().err
    assert json.loads(shown(capsys, "why-tides-lag", "-l", library, "--json"))["cues"] == []
