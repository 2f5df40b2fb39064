"""A new recogniser is one new file; `hilbert index --asr` takes it by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dropping import Copy

TOY = '''"""A recogniser that hears the same words in every window; encoders without weights."""

import zlib
import numpy as np
from hilbert.encoders.protocols import WindowTranscript, Word
from hilbert.encoders.registry import EncoderKind, register

class Parrot:
    multilingual = True
    def __init__(self, resolved):
        self.name, self.fingerprint = resolved.name, resolved.fingerprint
    def transcribe(self, windows, language="en"):
        spoken = f"Polly wants a {self.name} biscuit."
        words = [Word(word, 0.5 * i, 0.5 * i + 0.4) for i, word in enumerate(spoken.split())]
        nothing = np.zeros((0, 1), np.float32)
        heard = () if self.name == "deaf" else tuple(words)
        return [WindowTranscript(nothing, heard, -0.1, 0.0) for _ in windows]

class Text:
    width = 384
    def __init__(self, resolved):
        self.name, self.fingerprint = resolved.name, resolved.fingerprint
    def encode(self, texts, kind="document"):
        rows = np.full((len(texts), self.width), 1e-3, np.float32)
        for row, text in zip(rows, texts):
            row[zlib.crc32(text.encode()) % self.width] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

class Speech:
    width, tokens_per_second = 384, 2.0
    def __init__(self, resolved):
        self.name, self.fingerprint = resolved.name, resolved.fingerprint
    def encode(self, windows):
        return [np.full((-(-len(w) // 8000), self.width), w.std(), np.float32) for w in windows]

register(EncoderKind("recogniser", "parrot", lambda resolved, device: Parrot(resolved)))
register(EncoderKind("text", "parrot", lambda resolved, device: Text(resolved)))
register(EncoderKind("speech", "parrot", lambda resolved, device: Speech(resolved)))
'''

Excerpt = Callable[[Path, float, float], Path]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    made = Copy(tmp_path / "copy")
    made.drop({"hilbert/encoders/parrot.py": TOY})
    return made


def test_a_dropped_recogniser_is_used_by_its_name(
    copy: Copy, tmp_path: Path, excerpt: Excerpt
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 6)
    encoders = ("--text-encoder", "parrot:t", "--speech-encoder", "parrot:s")
    for asr, said in (("parrot", "parrot"), ("parrot:ginger", "ginger")):
        library = tmp_path / said
        made = copy.run(*("-m", "indexer", "index", talk, "-l", library, *encoders, "--asr", asr))
        assert made.returncode == 0, made.stderr
        found = copy.run(
            *("-m", "indexer", "search", "biscuit", "-l", library, "--channel", "lexical")
        )
        assert f"Polly wants a {said} biscuit" in " ".join(found.stdout.split()), found.stderr


def test_words_are_recognised_again_but_for_those_of_people(
    copy: Copy, tmp_path: Path, excerpt: Excerpt
) -> None:
    talks, library = tmp_path / "talks", tmp_path / "library"
    talks.mkdir()
    for name, start in (("heard", 0), ("written", 8)):
        excerpt(talks / f"{name}.wav", start, start + 6)
    (talks / "written.txt").write_text("Polly wants a printed biscuit.", encoding="utf-8")
    encoders = ("--text-encoder", "parrot:t", "--speech-encoder", "parrot:s")

    def index(*options: object) -> dict[str, Any]:
        done = copy.run("-m", "indexer", "index", "--json", "-l", library, *options)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert len(index(talks, *encoders, "--asr", "parrot:old")["added"]) == 2
    assert index("--asr", "parrot:new")["updated"] == []  # words that are there are kept
    assert index("--reasr", "parrot:new")["updated"] == ["heard"]
    again = index("--reasr", "parrot:new")  # done before
    assert again["updated"] == []
    assert again["notes"] == [
        "1 recording has words of this recogniser already: they stay as they are"
    ]
    assert index()["updated"] == []
    found = copy.run("-m", "indexer", "transcript", "heard", "-l", library)
    assert "wants a new biscuit" in " ".join(found.stdout.split()), found.stderr
    found = copy.run("-m", "indexer", "transcript", "written", "-l", library)
    assert "printed biscuit" in found.stdout
    # One that hears nothing costs no words.
    deaf = index("--reasr", "parrot:deaf")
    assert deaf["updated"] == [] and "the known ones stay" in str(deaf["warnings"])
    found = copy.run("-m", "indexer", "search", "new biscuit", "-l", library)
    assert "wants a new biscuit" in " ".join(found.stdout.split()), found.stderr


def test_help_and_errors_name_the_registered_recognisers(copy: Copy, tmp_path: Path) -> None:
    helped = copy.run("-m", "indexer", "index", "--help")
    assert "auto, never, whisper, onnx-asr, parrot" in " ".join(helped.stdout.split())
    refused = copy.run(
        *("-m", "indexer", "index", tmp_path, "-l", tmp_path / "library", "--asr", "owl")
    )
    assert refused.returncode == 2 and "parrot" in refused.stderr
