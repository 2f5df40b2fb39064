"""What other programs may import: a change of these lists is a change of what we promise."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PUBLIC = {
    "hilbert": ["Embeddings", "Hilbert", "HilbertError", "Library"],
    "indexer": [
        *("AddReport", "AudioError", "Document", "DocumentHit", "Duplicate", "EvalQuery"),
        *("EvaluationReport", "Filters", "HilbertError", "Hit", "Libraries", "Library"),
        *("LibraryError", "QueryError", "SearchResult"),
    ],
}
METHODS = {
    "hilbert.Hilbert": ["encode", "from_pretrained"],
    "indexer.Libraries": ["close", "folders", "open", "search"],
    "indexer.Library": [
        *("add", "close", "diagnose", "document", "documents", "evaluate", "folder", "open"),
        *("rebuild", "remove", "search", "searcher", "similar", "transcript"),
    ],
}


@pytest.mark.parametrize("package", PUBLIC)
def test_public_names_are_these_and_can_be_imported(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == PUBLIC[package]
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = module.Nothing


@pytest.mark.parametrize("name", METHODS)
def test_public_methods_are_these(name: str) -> None:
    package, _, kind = name.partition(".")
    methods = vars(getattr(importlib.import_module(package), kind))
    assert sorted(method for method in methods if not method.startswith("_")) == METHODS[name]


def test_both_doors_open_the_same_library() -> None:
    import hilbert
    import indexer

    assert hilbert.Library is indexer.Library


@pytest.mark.parametrize("package", ["hilbert", "indexer"])
def test_importing_a_package_loads_no_heavy_library(package: str) -> None:
    heavy = {"torch", "numpy", "faiss", "streamlit", "av", "safetensors"}
    code = f"import sys, {package}; print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("package", ["hilbert", "indexer", "app"])
def test_types_are_for_users_too(package: str) -> None:
    assert (Path(__file__).parent.parent / package / "py.typed").is_file()
