"""Real timed transcripts written as captions and read back: no word, time or speaker changes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from indexer.base.timecode import caption_clock
from indexer.base.types import Cue
from indexer.transcripts import read_transcript

pytestmark = pytest.mark.slow  # reads hundreds of real transcripts

DATA = os.environ.get("HILBERT_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="HILBERT_DATA names no folder of real data")


def _plain_words(vtt: Path) -> list[str]:
    """The words of a WebVTT file, counted without the reader."""
    blocks = vtt.read_text("utf-8").split("\n\n")[1:]
    lines = [line for block in blocks for line in block.split("\n") if line]
    spoken = [line for line in lines if "-->" not in line and not line.isdigit()]
    return re.sub(r"<[^>]*>", "", " ".join(spoken)).split()


def _as_vtt(cues: Sequence[Cue]) -> str:
    return "WEBVTT\n\n" + "".join(
        f"{_times(cue, '.')}\n{f'<v {cue.speaker}>' if cue.speaker else ''}{cue.text}\n\n"
        for cue in cues
    )


def _as_srt(cues: Sequence[Cue]) -> str:
    return "".join(
        f"{number}\n{_times(cue, ',')}\n{f'{cue.speaker}: ' if cue.speaker else ''}{cue.text}\n\n"
        for number, cue in enumerate(cues, start=1)
    )


def _times(cue: Cue, decimal: str) -> str:
    assert cue.start is not None
    assert cue.end is not None
    return f"{caption_clock(cue.start, decimal)} --> {caption_clock(cue.end, decimal)}"


@needs_data
@pytest.mark.parametrize(("extension", "write"), [("vtt", _as_vtt), ("srt", _as_srt)])
def test_written_transcripts_read_back(
    tmp_path: Path, extension: str, write: Callable[[Sequence[Cue]], str]
) -> None:
    files = sorted(Path(str(DATA), "changelog-speech").glob("*.vtt"))
    assert files
    changed: dict[str, str] = {}
    for file in files:
        cues = read_transcript(file).cues
        copy = tmp_path / f"{file.stem}.{extension}"
        copy.write_text(write(cues), encoding="utf-8")
        again = read_transcript(copy)
        words = " ".join(cue.text for cue in again.cues).split()
        if len(words) != len(_plain_words(file)):
            changed[file.stem] = f"{len(words)} words of {len(_plain_words(file))}"
        elif again.cues != cues:
            changed[file.stem] = "cues differ"
        elif again.warnings:
            changed[file.stem] = again.warnings[0]
    assert not changed
