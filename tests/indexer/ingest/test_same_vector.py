"""A clip has one vector: alone, in any batch, beside anything, heard once or twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.encoders.protocols import TextKind
from hilbert.model.embed import Embeddings, embed_documents, embed_segments
from hilbert.model.features import Features
from indexer.index.library_store import LibraryStore
from indexer.search.query_encoder import analyse_clip

TOLERANCE = 1e-5
VECTORS = ("audio", "text", "joint")


@pytest.fixture(scope="module")
def heard(small_library: LibraryStore, demo_folder: Path) -> list[Features]:
    """The demo clips as a search hears them: real speech, real encoders."""
    clips = sorted((demo_folder / "clips").iterdir())
    assert len(clips) == 6
    return [analyse_clip(small_library, clip).features for clip in clips]


@pytest.fixture(scope="module")
def alone(small_library: LibraryStore, heard: list[Features]) -> list[Embeddings]:
    return [embed_documents(small_library.model, [features]) for features in heard]


def furthest(ones: list[Embeddings], batch: Embeddings, rows: list[int]) -> float:
    """Largest difference of any number of any vector."""
    return max(
        float(np.abs(getattr(one, name)[0] - getattr(batch, name)[row]).max())
        for one, row in zip(ones, rows, strict=True)
        for name in VECTORS
    )


def test_clips_together_have_the_vectors_they_have_alone(
    small_library: LibraryStore, heard: list[Features], alone: list[Embeddings]
) -> None:
    assert all(one.has_audio[0] and one.has_text[0] for one in alone)
    together = embed_documents(small_library.model, heard)
    assert furthest(alone, together, list(range(6))) <= TOLERANCE
    turned = embed_documents(small_library.model, heard[::-1])
    assert furthest(alone, turned, [5, 4, 3, 2, 1, 0]) <= TOLERANCE
    tight = embed_documents(small_library.model, heard, batch_tokens=40)
    assert furthest(alone, tight, list(range(6))) <= TOLERANCE


def test_clips_among_long_and_empty_documents_have_the_vectors_they_have_alone(
    small_library: LibraryStore, heard: list[Features], alone: list[Embeddings]
) -> None:
    documents = small_library.catalog.documents()
    long = [small_library.features.read(document.features) for document in documents]
    mixed = [*long[:3], heard[0], long[0].without_text(), heard[1], long[1].without_audio()]
    batch = embed_documents(small_library.model, mixed)
    assert furthest(alone[:2], batch, [3, 5]) <= TOLERANCE


def test_a_clip_heard_again_has_the_same_vector_to_the_bit(
    small_library: LibraryStore, heard: list[Features], demo_folder: Path
) -> None:
    clip = sorted((demo_folder / "clips").iterdir())[0]
    again = analyse_clip(small_library, clip).features
    assert np.array_equal(again.audio_tokens, heard[0].audio_tokens)
    assert np.array_equal(again.text, heard[0].text)
    one, two = (embed_segments(small_library.model, features) for features in (heard[0], again))
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in VECTORS)


def test_a_clip_is_encoded_as_a_query_and_its_sentences_are_not(
    small_library: LibraryStore, demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, kinds = small_library.encoders.text, list[str]()
    encode = text.encode

    def noted(texts: Sequence[str], kind: TextKind = "document") -> NDArray[np.float32]:
        kinds.append(kind)
        return encode(texts, kind)

    monkeypatch.setattr(text, "encode", noted)
    clip = sorted((demo_folder / "clips").iterdir())[0]
    heard = analyse_clip(small_library, clip)
    assert kinds == ["query"]
    assert len(heard.features.text) == len(heard.segments) and not len(heard.features.sentences)
