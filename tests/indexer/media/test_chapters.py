"""Chapters of containers and of files beside recordings."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from indexer.base.errors import AudioError
from indexer.base.types import Chapter
from indexer.media.chapters import find_chapters, read_chapters
from indexer.media.decode import open_recording

FFMETADATA = """;FFMETADATA1
title=A talk
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1500
title=One \\= the \\#first
[CHAPTER]
START=1500000000
END=3000000000
title=Zwölf
"""


def test_chapters_of_the_container_are_read_with_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "talk.mka"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        container.set_chapters(
            [
                {
                    "id": number,
                    "start": 1000 * number,
                    "end": 1000 * (number + 1),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": title},
                }
                for number, title in enumerate(["Begin", "End  of\nit"])
            ]
        )
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 32000), np.int16), "s16", "mono")
        frame.sample_rate, frame.pts = 16000, 0
        frame.time_base = Fraction(1, 16000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    recording = open_recording(path)
    recording.close()
    assert recording.facts.chapters == (Chapter("Begin", 0.0, 1.0), Chapter("End of it", 1.0, 2.0))


def test_podcasting_chapters_come_in_order_without_those_that_are_not_to_be_listed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "talk.chapters.json"
    chapters = [
        {"startTime": 90.5, "title": "Later", "endTime": 120},
        {"startTime": 0, "title": "Intro \ud800"},
        {"startTime": 30, "title": "cover", "toc": False},
        {"startTime": -4, "title": "before the beginning"},
        {"startTime": 60},
    ]
    path.write_text(json.dumps({"version": "1.2.0", "chapters": chapters}))
    assert read_chapters(path) == (
        Chapter("Intro ?", 0.0),
        Chapter("", 60.0),
        Chapter("Later", 90.5, 120.0),
    )


def test_metadata_of_ffmpeg_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.ffmetadata"
    path.write_text(FFMETADATA, encoding="utf-8")
    assert read_chapters(path) == (
        Chapter("One = the #first", 0.0, 1.5),
        Chapter("Zwölf", 1.5, 3.0),
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"chapters": {"a": 1}}', '{"chapters": [{}]}', "[" * 100_000, "\xff"]
)
def test_what_is_no_chapters_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "talk.chapters.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(AudioError, match=r"talk\.chapters\.json: it holds no chapters"):
        read_chapters(path)


@pytest.mark.parametrize(
    "name",
    ["talk.chapters.json", "Talk.mp3.Chapters.JSON", "talk.ffmetadata", "talk.chapters.txt"],
)
def test_files_of_chapters_are_found_by_name(name: str) -> None:
    folder = Path("/talks")
    others = ["talk.json", "talks.chapters.json", "talk.txt", "other.chapters.json"]
    files = [folder / other for other in others]
    assert find_chapters(folder / "talk.mp3", files) is None
    assert find_chapters(folder / "talk.mp3", [*files, folder / name]) == folder / name


def test_a_name_in_another_form_of_unicode_is_the_same_name() -> None:
    found = find_chapters(Path("caf\u00e9.mp3"), [Path("cafe\u0301.chapters.json")])
    assert found is not None


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_titles_in_an_old_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "talk.ffmetadata"
    lines = [
        ";FFMETADATA1",
        "[CHAPTER]",
        "TIMEBASE=1/1000",
        "START=0",
        "END=5000",
        "title=Über uns",
    ]
    path.write_bytes("\n".join([*lines, ""]).encode(encoding))
    assert [chapter.title for chapter in read_chapters(path)] == ["Über uns"]
