"""Clip queries: words of the recordings in another voice, the same again from the same seed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.clip_queries import draw_passages, make
from indexer.media.decode import open_recording
from tools.speech_corpus.errors import SpeechError

WORDS = ("harbour", "wall", "mended", "twice", "before", "winter", "storm", "took", "half", "away")


def talks(folder: Path, count: int) -> Path:
    """Recordings that nobody plays, with timed cues of eight words each."""
    folder.mkdir()
    for number in range(count):
        (folder / f"talk-{number}.opus").touch()
        cues = [
            f"00:00:{3 * i:02d}.000 --> 00:00:{3 * i + 3:02d}.000\n"
            + " ".join(WORDS[(number + i + j) % len(WORDS)] for j in range(8))
            for i in range(8)
        ]
        (folder / f"talk-{number}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")
    return folder


def sound(path: Path) -> np.ndarray:
    recording = open_recording(path)
    try:
        return np.concatenate(list(recording.blocks()))
    finally:
        recording.close()


def test_a_passage_is_a_run_of_cues_and_the_seed_draws_it(tmp_path: Path) -> None:
    folder = talks(tmp_path / "talks", 8)
    (folder / "untimed.opus").touch()
    (folder / "untimed.txt").write_text("Nobody knows when this was said.")
    passages = draw_passages(folder, 0)
    assert sorted(p.document for p in passages) == [f"talk-{i}" for i in range(8)]
    assert passages == draw_passages(folder, 0) != draw_passages(folder, 1)
    for passage in passages:
        assert len(passage.text.split()) == 32  # four cues: the first 25 words end in the fourth
        assert passage.end - passage.start == pytest.approx(12)


@pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("flite")),
    reason="espeak-ng and flite are not both installed; apt install espeak-ng flite",
)
def test_clips_are_made_clean_and_in_babble_and_only_once(tmp_path: Path) -> None:
    folder, out = talks(tmp_path / "talks", 8), tmp_path / "clips"
    make(folder, out, 1, 0)
    (clean,) = [json.loads(line) for line in (out / "clean.jsonl").read_text().splitlines()]
    (noisy,) = [json.loads(line) for line in (out / "babble.jsonl").read_text().splitlines()]
    passage = draw_passages(folder, 0)[0]
    assert clean["document"] == noisy["document"] == passage.document
    assert (clean["start"], clean["end"]) == (passage.start, passage.end)
    quiet, loud = sound(out / clean["clip"]), sound(out / noisy["clip"])
    assert abs(len(quiet) - len(loud)) < 1600 and len(quiet) > 4 * 16_000
    assert np.corrcoef(quiet[: len(loud)], loud[: len(quiet)])[0, 1] < 0.99  # others talk
    made = (out / clean["clip"]).stat().st_mtime_ns
    make(folder, out, 1, 0)
    assert (out / clean["clip"]).stat().st_mtime_ns == made


def test_too_few_recordings_are_told(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="has 3 recordings with timed cues; too few"):
        make(talks(tmp_path / "talks", 3), tmp_path / "clips", 2, 0)
