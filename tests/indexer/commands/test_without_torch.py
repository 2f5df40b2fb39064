"""Every verb of the core runs where torch is not installed; the others say what they need."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.base.assets import demo_folder
from tests.dropping import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.models]

WITHOUT = """
import importlib.machinery, json, sys

NOT_INSTALLED = {"torch", "torchaudio", "transformers", "sentence_transformers", "onnxscript"}

class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in NOT_INSTALLED else super().find_spec(name, path, target)

sys.meta_path = [Finder if f is importlib.machinery.PathFinder else f for f in sys.meta_path]
from indexer.cli import run
sys.exit(max(run(verb) for verb in json.loads(sys.argv[1])))
"""


def run(*verbs: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, json.dumps(verbs)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A library of 0.1 with twenty notes beside its talks, so that some documents are held out."""
    folder = tmp_path_factory.mktemp("core")
    shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", folder / "library")
    talks = folder / "talks"
    talks.mkdir()
    for number in range(20):
        words = f"Talk {number} is about the tides, and the moon that pulls at sea number {number}."
        (talks / f"talk-{number}.txt").write_text(words)
    option = ["-l", str(folder / "library")]
    done = run(["index", str(talks), *option])
    assert done.returncode == 0, done.stderr
    return option


def test_the_core_runs_without_torch(library: list[str], tmp_path: Path) -> None:
    recordings = demo_folder() / "recordings"
    recording = min(recordings.glob("*.opus"), key=lambda path: path.stat().st_size)
    shutil.copy(recording, tmp_path)
    queries = tmp_path / "queries.jsonl"
    lines = [{"query": f"talk {n} about the tides", "document": f"talk-{n}"} for n in range(20)]
    queries.write_text("\n".join(map(json.dumps, lines)))
    done = run(
        ["index", str(tmp_path), *library],
        ["search", "what pulls at the sea", *library],
        ["search", "--clip", str(recording), *library],
        ["similar", "talk-3", *library],
        ["evaluate", *library],
        ["evaluate", "--queries", str(queries), *library],
        ["tune", "--queries", str(queries), *library],
        ["diagnose", *library],
        ["rebuild", *library],
        ["doctor", *library],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "held-out documents" in done.stdout + done.stderr


def test_what_needs_torch_says_so_in_a_line(library: list[str]) -> None:
    for verb in (["train"], ["label"]):
        done = run([*verb, *library])
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "of the extra 'train'" in done.stderr.splitlines()[-1]
