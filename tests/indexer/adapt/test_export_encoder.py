"""A text encoder that runs in torch is exported, and a library searches with it from then on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hilbert.encoders.onnx_text import MODEL_FILE, OnnxTextEncoder
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder
from indexer.adapt.export_encoder import export_encoder
from indexer.base.progress import SilentProgress
from indexer.encoders import TEXT_ENCODER_FOLDER, EncoderSettings
from indexer.index.library_store import LibraryStore

pytestmark = pytest.mark.extras  # traces a transformer: half a minute


def test_an_exported_encoder_takes_the_place_of_its_original(models: None, tmp_path: Path) -> None:
    library = LibraryStore.create(
        tmp_path / "library", EncoderSettings(text="bundled:minilm-torch")
    )
    original = library.encoders.text
    assert isinstance(original, SentenceTransformerEncoder)
    assert export_encoder(library, SilentProgress())
    library.close()

    again = LibraryStore.open(library.folder)
    exported = again.encoders.text
    assert isinstance(exported, OnnxTextEncoder)
    assert exported.fingerprint == original.fingerprint
    texts = ["The tide turns twice a day.", "ok"]
    np.testing.assert_allclose(exported.encode(texts), original.encode(texts), atol=1e-3)
    assert not export_encoder(again, SilentProgress())  # there is nothing left to export
    again.close()

    (library.folder / TEXT_ENCODER_FOLDER / MODEL_FILE).write_bytes(b"damaged")
    damaged = LibraryStore.open(library.folder)
    assert isinstance(damaged.encoders.text, SentenceTransformerEncoder)
    damaged.close()


def test_what_is_exported_already_is_left_alone(models: None, tmp_path: Path) -> None:
    library = LibraryStore.create(tmp_path / "library")
    assert not export_encoder(library, SilentProgress())
    assert not (library.folder / TEXT_ENCODER_FOLDER).exists()
    library.close()
