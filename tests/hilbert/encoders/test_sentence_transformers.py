"""The text encoder gives unit vectors that depend on nothing but the text and its kind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hilbert.encoders import EncoderError, load_text_encoder
from hilbert.encoders.resolve import resolve
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder

TEXTS = [
    "The pain is on the left side of my chest.",
    "Newgate prison was overcrowded.",
    "ok",
    "",
    "A neuron either fires or it does not. " * 12,
    *(f"sentence number {i} about {'many ' * (i % 9)}things" for i in range(20)),
]


pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return load_text_encoder()


def test_unit_vectors_of_the_stated_width(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.width) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_same_text_same_vector_whatever_the_batch(encoder):
    together = encoder.encode(TEXTS)
    assert np.array_equal(together, encoder.encode(TEXTS))
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS[:12]])
    np.testing.assert_allclose(together[:12], alone, atol=1e-5)
    backwards = encoder.encode(TEXTS[::-1])[::-1]
    np.testing.assert_allclose(together, backwards, atol=1e-5)


def test_no_texts_give_no_rows(encoder):
    for kind in ("document", "query"):
        assert encoder.encode([], kind).shape == (0, 384)
        assert encoder.encode([], kind).dtype == np.float32


def test_one_string_is_refused(encoder):
    with pytest.raises(TypeError, match="give a list"):
        encoder.encode("not a list")


def test_meaning_is_near(encoder):
    query = encoder.encode(["chest ache"], "query")[0]
    assert np.argmax(encoder.encode(TEXTS[:2]) @ query) == 0


def test_loading_and_encoding_write_nothing(capfd):
    load_text_encoder().encode(TEXTS[:3])
    assert capfd.readouterr() == ("", "")


def test_prompts_of_the_model_are_used_and_fingerprinted(encoder, tmp_path):
    folder = Path(shutil.copytree(resolve("bundled:minilm").path, tmp_path / "prompted"))
    prompts = {"query": "search for: ", "document": ""}
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    prompted = load_text_encoder(str(folder))
    query, document = prompted.encode(["chest"], "query"), prompted.encode(["chest"])
    np.testing.assert_allclose(query, encoder.encode(["search for: chest"]), atol=1e-5)
    np.testing.assert_allclose(document, encoder.encode(["chest"]), atol=1e-5)
    assert prompted.fingerprint != encoder.fingerprint
    assert encoder.fingerprint == load_text_encoder().fingerprint


def test_a_folder_that_cannot_be_loaded(tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(EncoderError, match="cannot be loaded as a text encoder") as caught:
        load_text_encoder(str(folder))
    assert "\n" not in str(caught.value)
