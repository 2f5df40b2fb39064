"""A short verb imports what it needs: no arrays to list documents, no training to search."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dropping import ROOT

pytestmark = pytest.mark.slow  # a process each

# What only training, other encoders, diagnostics, repeats, plots and wide tables need.
HEAVY = {"torch", "torchaudio", "transformers", "sentence_transformers", "rich", "plotly"}
HEAVY |= {"scipy", "sklearn", "streamlit", "ctranslate2", "faster_whisper"}
LIGHT = [
    ["list"],
    ["list", "--json"],
    ["info"],
    ["transcript", "why-tides-lag"],
    ["folders"],
]


def imported_by(library: Path, *verbs: list[str]) -> set[str]:
    """Run verbs in one process; returns the names of the packages that it has imported."""
    script = (
        "import contextlib, io, sys\n"
        "from indexer.cli import run\n"
        "for verb in " + repr([[*verb, "-l", str(library)] for verb in verbs]) + ":\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        "        assert run(verb) == 0, verb\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lazy") / "library"
    return shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", folder)


def test_what_a_library_holds_is_shown_without_arrays(library: Path) -> None:
    packages = imported_by(library, *LIGHT)
    assert packages & (HEAVY | {"numpy", "faiss", "av", "onnxruntime", "tokenizers"}) == set()
    assert "importlib" in packages and "sqlite3" in packages  # it was looked at


def test_a_search_by_words_imports_nothing_that_it_does_not_use(library: Path) -> None:
    search = ["search", "tea", "--channel", "lexical"]
    imported_by(library, search)  # a library of 0.1 is analysed anew at its first search
    assert imported_by(library, search) & (HEAVY | {"av", "onnxruntime"}) == set()
