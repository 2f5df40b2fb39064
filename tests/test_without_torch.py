"""Everything but training works where torch is not installed, and training says what it needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.dropping import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.models]

# What runs in a process of its own: this one has torch loaded.
PROGRAM = """
import importlib.machinery, sys

EXTRA = {"torch", "torchaudio", "transformers", "sentence_transformers", "onnxscript"}

class NotInstalled(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in EXTRA else super().find_spec(name, path, target)

sys.meta_path = [NotInstalled if f is importlib.machinery.PathFinder else f for f in sys.meta_path]
from indexer.cli import run

library, recordings, clip, queries = sys.argv[1:]
for verb in [
    ["list"],
    ["info"],
    ["index", recordings],
    ["search", "why the sea rises and falls"],
    ["search", "--clip", clip],
    ["similar", "talk-3"],
    ["transcript", "talk-3"],
    ["evaluate"],
    ["evaluate", "--queries", queries],
    ["tune", "--queries", queries],
    ["rebuild"],
    ["diagnose"],
    ["doctor"],
]:
    print("##", *verb, flush=True)
    status = run([*verb, "--library", library])
    assert status == 0, verb

import numpy as np
import hilbert
embedded = hilbert.Hilbert.from_pretrained().encode(audio=np.ones(16000, np.float32), text="a tone")
assert embedded.has_joint.all()

import app.pages  # and what its pages import
from app.components import clip_view
from indexer.media.spectrogram import picture_of
from pathlib import Path
assert picture_of(Path(clip)).mel.size

for verb in (["train"], ["label"]):
    assert run([*verb, "--library", library]) == 1
assert run(["train", "--help"]) == 0
assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def answer(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    """What the program printed about a library of 0.1, which gets a recording and twenty notes.

    With so many documents some of those that the model was not trained on are to evaluate it.
    """
    folder = tmp_path_factory.mktemp("without-torch")
    shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", folder / "library")
    talks = folder / "talks"
    talks.mkdir()
    shutil.copy(demo_folder / "recordings" / "the-waggle-dance.opus", talks)
    for n in range(20):
        words = f"Talk {n} is about the tides, and the moon that pulls at sea number {n}."
        (talks / f"talk-{n}.txt").write_text(words)
    queries = folder / "queries.jsonl"
    asked = [{"query": f"talk {n} about the tides", "document": f"talk-{n}"} for n in range(20)]
    queries.write_text("\n".join(map(json.dumps, asked)))
    clip = sorted((demo_folder / "clips").glob("*.opus"))[0]
    arguments = [str(path) for path in (folder / "library", talks, clip, queries)]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_library_is_searched_grows_and_is_measured(
    answer: CompletedProcess[str],
) -> None:
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    assert "held-out documents" in answer.stdout + answer.stderr


def test_training_says_in_one_line_what_to_install(
    answer: CompletedProcess[str],
) -> None:
    lines = [line for line in answer.stderr.splitlines() if "extra 'train'" in line]
    assert [line.split(" needs ")[0] for line in lines] == [
        "hilbert: training",
        "hilbert: guessing labels",
    ]
    for line in lines:
        assert "-m pip install" in line
        assert "torch" in line.split("pip install")[1]
