"""What the first search needs is loaded behind the first page, where the app is served."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from app.state.open_library import OpenLibrary, warm_up
from hilbert.encoders.onnx_text import OnnxTextEncoder
from hilbert.model.onnx_fusion import OnnxFusion
from indexer.index.library_store import LibraryStore
from indexer.search.searcher import Searcher
from tests.dropping import ROOT


@pytest.fixture
def opened(small_library: LibraryStore) -> OpenLibrary:
    store = LibraryStore.open(small_library.folder)
    return OpenLibrary(store, Searcher(store), store.info(), "key")


def join_warming() -> int:
    """Wait for the threads that load; returns how many there were."""
    threads = [each for each in threading.enumerate() if each.name == "Warming up"]
    for each in threads:
        each.join()
    return len(threads)


@pytest.mark.models
def test_the_first_search_finds_everything_loaded(
    opened: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HILBERT_WARM_UP", "1")
    with opened.lock:  # until it is released the thread waits
        warm_up(opened)
        warm_up(opened)
        threads = [each for each in threading.enumerate() if each.name == "Warming up"]
        assert len(threads) == 1
        assert opened.is_warming  # which the page says
    join_warming()
    assert not opened.is_warming
    text, model = opened.store.encoders.text, opened.searcher.model
    assert isinstance(text, OnnxTextEncoder) and text.session(is_query=True).optimised
    assert isinstance(model, OnnxFusion) and model.session.optimised
    assert {"table", "scorer"} <= vars(opened.searcher).keys()


def test_nothing_is_loaded_where_the_app_is_not_served(
    opened: OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HILBERT_WARM_UP", raising=False)
    warm_up(opened)
    assert join_warming() == 0 and not opened.warming.is_set()


@pytest.mark.slow
def test_pages_import_nothing_that_indexes_or_measures() -> None:
    script = (
        "import sys, app.home\n"
        "from app.state.navigation import PAGES\n"
        "PAGES.load()\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    modules = set(done.stdout.split())
    assert {"app.pages.search", "app.pages.library", "app.pages.diagnostics"} <= modules
    unused = {"indexer.ingest.run", "indexer.ingest.pipeline", "av", "faiss", "onnxruntime"}
    assert modules & (unused | {"scipy", "sklearn", "torch"}) == set()
