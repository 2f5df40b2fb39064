"""A text encoder is exported as it is shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hilbert.encoders import load_text_encoder
from hilbert.encoders.resolve import resolve
from hilbert.training.text_export import export_text_encoder

TEXTS = ["The tide turns twice a day.", "ok", "a word after a word " * 90]


@pytest.mark.extras  # traces a transformer: half a minute
def test_the_shipped_text_encoder_can_be_made_again(models: None, tmp_path: Path) -> None:
    original = load_text_encoder("bundled:minilm-torch")
    least = export_text_encoder(original, resolve("bundled:minilm-torch"), tmp_path / "exported")
    assert least > 0.99999
    again = load_text_encoder(str(tmp_path / "exported"))
    assert again.fingerprint == original.fingerprint == load_text_encoder().fingerprint
    np.testing.assert_allclose(again.encode(TEXTS), load_text_encoder().encode(TEXTS), atol=1e-6)
    model = (tmp_path / "exported" / "model.onnx").read_bytes()
    assert str(Path(__file__).parents[3]).encode() not in model and b"site-packages" not in model
