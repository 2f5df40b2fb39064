"""Sessions of ONNX Runtime: quick to open, optimised where many runs follow, the same answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hilbert.assets import shipped_model
from hilbert.encoders import load_text_encoder
from hilbert.model.embed import embed_text
from hilbert.model.onnx_fusion import OnnxFusion
from hilbert.onnx_session import RUNS_BEFORE_OPTIMISING


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shipped = shipped_model()
    if shipped is None:
        pytest.skip("the shipped model (assets/model) is not here")
    return Path(shutil.copytree(shipped, tmp_path / "model"))


def test_a_graph_that_runs_again_and_again_is_optimised_and_answers_the_same(folder: Path) -> None:
    model = OnnxFusion.load(folder)
    queries = np.eye(3, model.config.d_text, dtype=np.float32)
    first = embed_text(model, queries).joint
    assert not model.session.optimised
    for _ in range(RUNS_BEFORE_OPTIMISING):
        last = embed_text(model, queries).joint
    assert model.session.optimised
    np.testing.assert_allclose(last, first, atol=1e-6)


def test_a_graph_whose_files_are_gone_goes_on_as_it_was_opened(folder: Path) -> None:
    model = OnnxFusion.load(folder)
    queries = np.eye(3, model.config.d_text, dtype=np.float32)
    first = embed_text(model, queries).joint
    for path in folder.iterdir():
        path.unlink()
    model.session.optimise()
    np.testing.assert_array_equal(embed_text(model, queries).joint, first)


@pytest.mark.models
def test_vectors_of_documents_do_not_depend_on_what_was_encoded_before() -> None:
    texts = ["The tide rises.", "It falls again, and nobody wonders why."]
    fresh, used = (load_text_encoder("bundled:minilm") for _ in range(2))
    for number in range(3):
        used.encode([f"query {number}"], kind="query")
    np.testing.assert_array_equal(fresh.encode(texts), used.encode(texts))
