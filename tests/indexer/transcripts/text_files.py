"""Transcripts of text written into a folder and read, for the tests of their formats."""

from __future__ import annotations

from pathlib import Path

from indexer.transcripts import Transcript, read_transcript


def read(folder: Path, name: str, content: str) -> Transcript:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_transcript(path)


def ttml(body: str, attributes: str = "", head: str = "") -> str:
    spaces = (
        'xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
        'xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><tt {spaces} {attributes}>{head}{body}</tt>'
