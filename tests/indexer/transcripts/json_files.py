"""JSON written into a folder and read as a transcript, and a talk of two turns to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexer.transcripts import Transcript, read_transcript

WORDS = [
    [("Why", 1.0, 1.2), ("jam?", 1.2, 1.6)],
    [("It", 2.0, 2.1), ("is", 2.1, 2.3), ("sweet.", 2.3, 2.8)],
]
TURNS = [("Ann", "Why jam?", 1.0, 1.6), ("Bob", "It is sweet.", 2.0, 2.8)]


def read_json(folder: Path, data: Any, name: str = "a.json") -> Transcript:
    path = folder / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return read_transcript(path)


def word(text: str, start: float | None, end: float | None, **more: Any) -> dict[str, Any]:
    times = {"start": start, "end": end} if start is not None else {}
    return {"word": text, **times, **more}
