"""A library to train on: documents made of numbers, whose sound and words share a meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hilbert.model.features import Features
from indexer.adapt.train_fusion import read_plan
from indexer.base.progress import BUILDING
from indexer.base.types import Segment
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from tests.recorder import Recorder

DOCUMENTS, SEGMENTS, WIDTH, MEANING = 44, 4, 384, 12
SETTINGS = {
    "model": {"adapter_layers": 0, "dropout": 0.0},
    "training": {"epochs": 4, "lr": 2e-3, "patience": 99, "held_out_share": 0.3},
}
PLAN = read_plan(json.dumps(SETTINGS))

CopyOf = Callable[[LibraryStore], LibraryStore]


@dataclass(frozen=True)
class Trained:
    """The library after `hilbert train`, to be read only.

    Attributes:
        library: The library.
        summary: What the command printed as JSON.
        log: What it printed on standard error meanwhile.
    """

    library: LibraryStore
    summary: dict[str, Any]
    log: str


class TrainingRecorder(Recorder):
    """Stops the training at an epoch, or at a document of the new generation."""

    def __init__(self, stop_at_epoch: int = 0, stop_at_building: int = 0) -> None:
        super().__init__()
        self.epochs: list[int] = []
        self.stops = (stop_at_epoch, stop_at_building)

    def update(self, done: float, detail: str = "") -> None:
        super().update(done, detail)
        if self.stages[-1][0] == BUILDING and done == self.stops[1]:
            raise KeyboardInterrupt

    def note(self, text: str, seconds_left: float | None = None) -> None:
        super().note(text, seconds_left)
        if text.startswith("epoch "):
            assert seconds_left is not None and seconds_left >= 0
            self.epochs.append(int(text.split()[1]))
            if self.epochs[-1] == self.stops[0]:
                raise KeyboardInterrupt


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _features(seed: int) -> Features:
    """Segments whose few dimensions of meaning are in their text and, mapped, in their sound."""
    fixed, rng = np.random.default_rng(99), np.random.default_rng(seed)
    said, heard = fixed.standard_normal((2, MEANING, WIDTH))
    meaning = rng.standard_normal(MEANING) + 1.5 * rng.standard_normal((SEGMENTS, MEANING))
    text = _unit(meaning @ said)
    tokens = np.repeat(meaning @ heard, 4, axis=0)
    tokens = tokens + 0.3 * rng.standard_normal(tokens.shape)
    owner = np.repeat(np.arange(SEGMENTS), 2)
    sentences = _unit((meaning[owner] + 0.3 * rng.standard_normal((8, MEANING))) @ said)
    starts = 20.0 * np.arange(SEGMENTS)
    return Features(
        audio_tokens=tokens.astype(np.float16),
        audio_bounds=np.stack([4 * np.arange(SEGMENTS), 4 * np.arange(1, SEGMENTS + 1)], axis=1),
        text=text.astype(np.float32),
        sentences=sentences.astype(np.float16),
        sentence_segments=owner,
        times=np.stack([starts, starts + 20], axis=1).astype(np.float32),
    )


def fill(library: LibraryStore) -> None:
    """Put documents into a library as an indexing does, from features made above."""
    with library.catalog.transaction():
        for seed in range(DOCUMENTS):
            id_ = hashlib.sha256(str(seed).encode()).hexdigest()
            name = library.features.file_name(id_, "made")
            library.features.write(name, _features(seed))
            document = Document(
                id_, f"made-{seed}", f"Made {seed}", None, None, None, "en", 80.0,
                f"/nowhere/{seed}.wav", None, None, "asr", name, (),
            )  # fmt: skip
            segments = [Segment(20.0 * i, 20.0 * i + 20, "", 0, 1, True) for i in range(SEGMENTS)]
            library.catalog.put_document(document, [], segments)
    library.commit()


def state(library: LibraryStore) -> tuple[int | None, str, str]:
    return library.catalog.current_generation(), library.model_folder.name, library.fingerprint()
