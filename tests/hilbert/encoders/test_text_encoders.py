"""Text encoders give unit vectors that depend on nothing but the text and its kind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hilbert.encoders import EncoderError, load_text_encoder
from hilbert.encoders.multilingual_text import MultilingualTextEncoder
from hilbert.encoders.onnx_text import EXPORT_FILE, MODEL_FILE, TOKENIZER_FILE, OnnxTextEncoder
from hilbert.encoders.protocols import TextEncoder
from hilbert.encoders.resolve import resolve
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder

TEXTS = [
    "The pain is on the left side of my chest.",
    "Newgate prison was overcrowded.",
    "ok",
    "",
    "A neuron either fires or it does not. " * 12,
    *(f"sentence number {i} about {'many ' * (i % 9)}things" for i in range(8)),
]


pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture(scope="module")
def exported() -> OnnxTextEncoder:
    return load_text_encoder("bundled:minilm")


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEncoder:
    return load_text_encoder("bundled:minilm-torch")


@pytest.fixture(scope="module")
def multilingual() -> MultilingualTextEncoder:
    return load_text_encoder("bundled:multilingual")


@pytest.fixture(scope="module", params=["exported", "original", "multilingual"])
def encoder(request: pytest.FixtureRequest) -> TextEncoder:
    return request.getfixturevalue(request.param)


def test_the_exported_model_stands_for_the_original(exported, original):
    assert type(exported) is OnnxTextEncoder and type(original) is SentenceTransformerEncoder
    assert exported.fingerprint == original.fingerprint  # libraries of either go on with the other
    for kind in ("document", "query"):
        cosines = np.einsum("nd,nd->n", exported.encode(TEXTS, kind), original.encode(TEXTS, kind))
        assert cosines.min() > 0.99999


@pytest.mark.parametrize("model", ["bundled:minilm", "bundled:multilingual"])
def test_an_embedded_model_runs_without_torch(model):
    code = (
        "import sys; from hilbert.encoders import load_text_encoder; "
        f"load_text_encoder({model!r}).encode(['one']); "
        "print(sys.modules.keys() & {'torch', 'transformers', 'sentence_transformers'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


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


def test_prompts_of_the_model_are_used_and_fingerprinted(original, tmp_path):
    folder = Path(shutil.copytree(resolve("bundled:minilm-torch").path, tmp_path / "prompted"))
    prompts = {"query": "search for: ", "document": ""}
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    prompted = load_text_encoder(str(folder))
    query, document = prompted.encode(["chest"], "query"), prompted.encode(["chest"])
    np.testing.assert_allclose(query, original.encode(["search for: chest"]), atol=1e-5)
    np.testing.assert_allclose(document, original.encode(["chest"]), atol=1e-5)
    assert prompted.fingerprint != original.fingerprint
    assert original.fingerprint == load_text_encoder("bundled:minilm-torch").fingerprint


def test_prompts_of_an_exported_model_are_used_and_fingerprinted(exported, tmp_path):
    folder = Path(shutil.copytree(resolve("bundled:minilm").path, tmp_path / "prompted"))
    export = json.loads((folder / EXPORT_FILE).read_text())
    (folder / EXPORT_FILE).write_text(json.dumps(export | {"prompts": {"query": "search for: "}}))
    prompted = load_text_encoder(str(folder))
    query, document = prompted.encode(["chest"], "query"), prompted.encode(["chest"])
    np.testing.assert_allclose(query, exported.encode(["search for: chest"]), atol=1e-5)
    np.testing.assert_allclose(document, exported.encode(["chest"]), atol=1e-5)
    assert prompted.fingerprint != exported.fingerprint


@pytest.mark.parametrize("damaged", [EXPORT_FILE, TOKENIZER_FILE, MODEL_FILE])
def test_an_exported_model_that_is_damaged(damaged, tmp_path):
    folder = Path(shutil.copytree(resolve("bundled:minilm").path, tmp_path / "damaged"))
    (folder / damaged).write_bytes((folder / damaged).read_bytes()[:100])
    with pytest.raises(EncoderError, match="export it again") as caught:
        load_text_encoder(str(folder))
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_loaded(tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(EncoderError, match="cannot be loaded as a text encoder") as caught:
        load_text_encoder(str(folder))
    assert "\n" not in str(caught.value)


def test_vectors_do_not_depend_on_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"{'a tide that lags ' * (i % 9)}behind the moon, {i}" for i in range(64)]
    found = []
    for threads in ("1", "2", "7"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        found.append(OnnxTextEncoder.load(resolve("bundled:minilm")).encode(texts))
    assert found[0].tobytes() == found[1].tobytes() == found[2].tobytes()
