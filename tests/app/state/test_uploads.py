"""An upload is looked at before anything decodes it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.state.uploads import not_what_it_is_called
from indexer.base.assets import demo_folder

PLAYLIST = b"#EXTM3U\n/etc/passwd\n"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("talk.mp3", b"this is a letter, not music", "text, not a recording"),
        ("talk.MP3", PLAYLIST, "a playlist, not a recording"),
        ("talk.ogg", b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist, not a recording"),
        ("talk.wav", b"%PDF-1.7\n\xff", "a document, not a recording"),
        ("talk.wav", b"\x00\x05\x16\x07\x00\x02", "a resource fork of macOS, nothing to search in"),
        ("talk.srt", b"OggS\x00\x02\x00\x00", "a recording, under the name of a text"),
        ("talk.srt", b"1\n00:00:00,000 --> 00:00:02,000\nWords.\n", None),
        ("talk.txt", "Wörter".encode("cp1252"), None),
        ("talk.docx", b"PK\x03\x04\x14\x00", None),
        ("metadata.csv", b"file,title\n", None),
        ("talk.mpg", b"\x00\x00\x01\xb3\x16\x00", None),  # of a rare kind, or damaged
    ],
)
def test_content_must_be_what_the_name_says(name: str, content: bytes, reason: str | None) -> None:
    stream = io.BytesIO(content)
    assert not_what_it_is_called(name, stream) == reason
    assert stream.read() == content  # from the beginning again


def test_recordings_of_all_kinds_pass() -> None:
    demo = demo_folder()
    if demo is None:
        pytest.skip("the demo collection (assets/demo) is not here")
    files: list[Path] = [*demo.glob("recordings/*"), *demo.glob("clips/*")]
    assert len(files) > 40
    for path in files:
        with path.open("rb") as stream:
            assert not_what_it_is_called(path.name, stream) is None, path
