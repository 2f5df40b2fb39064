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
    """Run verbs in one process; returns the names of the modules that it has imported."""
    script = (
        "import contextlib, io, sys\n"
        "from indexer.cli import run\n"
        "for verb in " + repr([[*verb, "-l", str(library)] for verb in verbs]) + ":\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        "        assert run(verb) == 0, verb\n"
        "print(*sys.modules)\n"
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
    modules = imported_by(library, *LIGHT)
    assert modules & (HEAVY | {"numpy", "faiss", "av", "onnxruntime", "tokenizers"}) == set()
    assert "importlib" in modules and "sqlite3" in modules  # it was looked at


def test_a_transcript_is_printed_without_what_finds_and_corrects_them(library: Path) -> None:
    modules = imported_by(library, ["transcript", "why-tides-lag"])
    unused = {"rapidfuzz", "statistics", "indexer.transcripts.pairing", "indexer.ingest"}
    assert modules & unused == set()
    assert "indexer.transcripts.formats.clocked_text" in modules  # it was read back


def test_a_search_by_words_imports_nothing_that_it_does_not_use(library: Path) -> None:
    search = ["search", "tea", "--channel", "lexical"]
    imported_by(library, search)  # a library of 0.1 is analysed anew at its first search
    assert imported_by(library, search) & (HEAVY | {"av", "onnxruntime"}) == set()


@pytest.mark.models
def test_a_search_by_all_channels_loads_no_more_than_its_sessions(library: Path) -> None:
    search = ["search", "when the sea rises"]
    imported_by(library, search)  # a library of 0.1 is analysed anew, and has no graph
    modules = imported_by(library, search)
    unused = {"faiss", "onnx", "numpy.ma", "numpy.random", "indexer.index.repeat_finder"}
    assert modules & (HEAVY | {"av"} | unused) == set()
    assert {"onnxruntime", "tokenizers"} <= modules


@pytest.mark.models
def test_a_folder_in_which_nothing_changed_is_looked_through_without_models(tmp_path: Path) -> None:
    talks = tmp_path / "talks"
    talks.mkdir()
    (talks / "tides.txt").write_text("The moon pulls at the sea, and the sea follows.")
    index = ["index", str(talks)]
    assert "onnxruntime" in imported_by(tmp_path / "library", index)
    modules = imported_by(tmp_path / "library", index)
    models = {"onnxruntime", "tokenizers", "ctranslate2", "faster_whisper", "faiss"}
    assert modules & (HEAVY | models) == set()
    assert "indexer.ingest.run" in modules
