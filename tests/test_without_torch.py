"""Everything but training works where torch is not installed, and training says what it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from tests.sharing import copy_library

# What runs in a process of its own: this one has torch loaded.
PROGRAM = """
import sys

EXTRA = {"torch", "torchaudio", "transformers", "sentence_transformers"}

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRA:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

sys.meta_path.insert(0, NotInstalled())
from indexer.cli import run

library, recording, clip, queries = sys.argv[1:]
for verb in [
    ["list"],
    ["info"],
    ["index", recording],
    ["search", "why the sea rises and falls"],
    ["search", "--clip", clip],
    ["similar", "why-tides-lag@30"],
    ["transcript", "why-tides-lag"],
    ["evaluate", "--queries", queries],
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
def answer(
    small_library: LibraryStore,
    demo_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> subprocess.CompletedProcess[str]:
    """What the program printed."""
    folder = tmp_path_factory.mktemp("without-torch")
    copy_library(small_library.folder, folder / "library")
    recording = next((demo_folder / "recordings").glob("the-waggle-dance.opus"))
    clip = sorted((demo_folder / "clips").glob("*.opus"))[0]
    queries = folder / "queries.jsonl"
    queries.write_text('{"query": "tides", "document": "why-tides-lag"}\n', encoding="utf-8")
    arguments = [str(path) for path in (folder / "library", recording, clip, queries)]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=False
    )


def test_a_library_is_searched_grows_and_is_measured(
    answer: subprocess.CompletedProcess[str],
) -> None:
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]


def test_training_says_in_one_line_what_to_install(
    answer: subprocess.CompletedProcess[str],
) -> None:
    lines = [line for line in answer.stderr.splitlines() if "extra 'train'" in line]
    assert [line.split(" needs ")[0] for line in lines] == [
        "hilbert: training",
        "hilbert: guessing labels",
    ]
    for line in lines:
        assert "-m pip install" in line
        assert "torch" in line.split("pip install")[1]
