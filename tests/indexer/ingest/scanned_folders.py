"""Files put into a folder, and what a scan pairs there."""

from __future__ import annotations

from pathlib import Path

from indexer.ingest.discover import scan

WAV = b"RIFF\x00\x00\x00\x00WAVEfmt "


def pairs(*paths: Path, exclude: Path | None = None) -> list[tuple[str | None, str | None]]:
    return [
        (s.recording and s.recording.name, s.transcript and s.transcript.name)
        for s in scan(paths, exclude).sources
    ]


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
