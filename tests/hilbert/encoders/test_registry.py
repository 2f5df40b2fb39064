"""A new encoder is one new file; fingerprints do not depend on names of classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hilbert.encoders import load_text_encoder
from hilbert.encoders.registry import KINDS, EncoderKind, load_encoder
from hilbert.encoders.resolve import ResolvedModel
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder
from tests.dropping import Copy, documented

TRANSCRIBE = """
import numpy as np
from hilbert.encoders.registry import load_encoder

window = np.zeros(16_000, np.float32)
window[8_000::2] = 1  # loud from half a second on
[heard] = load_encoder("recogniser", "toy:taps").transcribe([window])
print([(word.text, word.start) for word in heard.words])
"""


def test_a_dropped_encoder_is_used_by_its_name(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("encoder"))
    talk = tmp_path / "talk.txt"
    talk.write_text("The suitcase was lost on the night train to Vienna.")
    library = tmp_path / "library"
    encoders = ("--text-encoder", "toy:words", "--speech-encoder", "toy:sounds")
    done = copy.run("-m", "indexer", "index", talk, "--library", library, *encoders)
    assert done.returncode == 0, done.stderr
    found = copy.run(
        *("-m", "indexer", "search", "suitcase", "--library", library, "--channel", "text")
    )
    assert "night train" in found.stdout, found.stderr
    heard = copy.run("-c", TRANSCRIBE)
    assert heard.stdout.split() == ["[('tap',", "0.5)]"], heard.stderr


class _Model:
    prompts: dict[str, str] = {}  # noqa: RUF012
    max_seq_length = 256

    def eval(self) -> _Model:
        return self

    def get_embedding_dimension(self) -> int:
        return 384


def test_a_subclass_has_the_fingerprint_of_its_class(tmp_path: Path) -> None:
    class Renamed(SentenceTransformerEncoder):
        pass

    resolved = ResolvedModel(tmp_path, "model", "abc")
    model: Any = _Model()
    assert (
        Renamed(model, resolved).fingerprint
        == SentenceTransformerEncoder(model, resolved).fingerprint
    )


def test_the_embedded_text_encoder_has_the_fingerprint_that_libraries_hold(models: None) -> None:
    expected = "e2e258950c53b2637b90d5b6323641da7d5a6d100f8957b8527ce96a24e2c923"
    assert load_text_encoder().fingerprint == expected


def test_a_model_that_is_in_use_is_not_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Path] = []

    class Toy:
        pass

    def load(model: ResolvedModel, device: str) -> Toy:
        loaded.append(model.path)
        return Toy()

    monkeypatch.setitem(KINDS._members, "text:counted", (100, EncoderKind("text", "counted", load)))
    first = load_encoder("text", "counted:a")
    assert load_encoder("text", "counted:a") is first
    assert load_encoder("text", "counted:b") is not first
    assert loaded == [Path("a"), Path("b")]
    del first
    load_encoder("text", "counted:a")
    assert loaded == [Path("a"), Path("b"), Path("a")]
