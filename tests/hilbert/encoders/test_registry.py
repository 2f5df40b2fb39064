"""A new encoder is one new file; fingerprints do not depend on names of classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hilbert.encoders import load_text_encoder
from hilbert.encoders.resolve import ResolvedModel
from hilbert.encoders.sentence_transformers import SentenceTransformerEncoder
from tests.dropping import Copy

TOY = '''"""Toy encoders: words and sounds by their hash."""

import zlib
import numpy as np
from hilbert.encoders.registry import EncoderKind, register

class ToyText:
    width = 384
    def __init__(self, resolved):
        self.name, self.fingerprint = resolved.name, resolved.fingerprint
    def encode(self, texts, kind="document"):
        rows = np.full((len(texts), self.width), 1e-3, np.float32)
        for row, text in zip(rows, texts):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % self.width] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

class ToySpeech:
    width, tokens_per_second = 384, 2.0
    def __init__(self, resolved):
        self.name, self.fingerprint = resolved.name, resolved.fingerprint
    def encode(self, windows):
        return [np.full((-(-len(w) // 8000), self.width), w.std(), np.float32) for w in windows]

register(EncoderKind("text", "toy", lambda resolved, device: ToyText(resolved)))
register(EncoderKind("speech", "toy", lambda resolved, device: ToySpeech(resolved)))
'''


def test_a_dropped_encoder_is_used_by_its_name(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop({"hilbert/encoders/toy.py": TOY})
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
