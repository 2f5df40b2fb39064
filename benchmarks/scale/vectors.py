"""Vectors of big libraries: known ones, text encoded where it is not known, jittered copies."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale.real_documents import ScaleDocument, document_name
from hilbert.files import write_atomically
from indexer.encoders import Encoders, EncoderSettings
from indexer.index.library_store import LibraryStore

# Length of the noise that is added to a unit vector: a copy has a cosine of 0.89 with it.
_NOISE = 0.5
_ENCODED_AT_ONCE = 64

Floats = NDArray[np.float32]


def jittered(vectors: Floats, generator: np.random.Generator) -> Floats:
    """Return unit vectors near some unit vectors `[n, d]`."""
    noise = generator.standard_normal(vectors.shape, np.float32)
    noisy = vectors + noise * np.float32(_NOISE / np.sqrt(vectors.shape[1]))
    unit: Floats = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
    return unit


def jittered_copy(vectors: Floats, seed: str) -> Floats:
    """Return a jittered copy of vectors `[n, d]`; the same seed makes the same."""
    return jittered(vectors, _generator(seed))


def drawn_copies(vectors: Floats, count: int, seed: str) -> Floats:
    """Return `count` jittered copies of vectors that are drawn; a seed draws always the same."""
    generator = _generator(seed)
    return jittered(vectors[generator.integers(0, len(vectors), count)], generator)


def _generator(seed: str) -> np.random.Generator:
    digest = hashlib.sha256(seed.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def audio_vectors(library: Path) -> Floats:
    """Return the audio vectors of the segments of a library of recordings, `[n, d]`."""
    store = LibraryStore.open(library)
    found: Floats = np.asarray(store.snapshot().index("segments", "audio").matrix(), np.float32)
    store.close()
    return found


class TextVectors:
    """The text vectors of documents, one file a document in a folder.

    Args:
        folder: Keeps them between runs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._paths: dict[str, Path] = {}

    def __contains__(self, document: ScaleDocument) -> bool:
        path = self._path(document)
        if path.exists():
            self._paths[document.name] = path
        return document.name in self._paths

    def of(self, name: str) -> Floats:
        """Return the vectors of the segments of a document by its name, `[n_segments, d]`.

        Raises:
            KeyError: They are not known.
        """
        if name not in self._paths:
            raise KeyError(name)
        found: Floats = np.load(self._paths[name]).astype(np.float32)
        return found

    def perhaps_known(self, paths: Sequence[Path], libraries: Sequence[Path]) -> list[Path]:
        """Choose the transcripts whose vectors may be known, or in libraries, by their names."""
        names = {name.rpartition(".")[0] for name in (p.stem for p in self._folder.glob("*.npy"))}
        stems: set[str] = set()
        for library in libraries:
            store = LibraryStore.open(library)
            stems |= {document.name for document in store.catalog.documents()}
            store.close()
        return [p for p in paths if p.stem in stems or document_name(p) in names]

    def take(self, library: Path, documents: Iterable[ScaleDocument]) -> None:
        """Take the vectors of documents of which a library holds the very same segments."""
        store = LibraryStore.open(library)
        known = {}
        for row in store.catalog.documents():
            known[_key(s.text for s in store.catalog.segments(row.id))] = row.features
        for document in documents:
            features = known.get(_key(s.text for s in document.segments))
            if document not in self and features is not None:
                self._keep(document, store.features.read(features).text)
        store.close()

    def encode(self, documents: Sequence[ScaleDocument]) -> None:
        """Encode the texts of the documents that are not known, and say how long it will take."""
        left = [document for document in documents if document not in self]
        encoder = Encoders(EncoderSettings()).text if left else None
        total, done, started = sum(len(d.segments) for d in left), 0, time.perf_counter()
        for first in range(0, len(left), _ENCODED_AT_ONCE):
            group = left[first : first + _ENCODED_AT_ONCE]
            assert encoder is not None
            vectors = encoder.encode([s.text for d in group for s in d.segments])
            ends = np.cumsum([len(d.segments) for d in group])
            for document, rows in zip(group, np.split(vectors, ends[:-1]), strict=True):
                self._keep(document, rows)
            done += int(ends[-1])
            minutes = (time.perf_counter() - started) / done * (total - done) / 60
            print(f"encoded {done} of {total} texts, {minutes:.0f} minutes left", file=sys.stderr)

    def _keep(self, document: ScaleDocument, vectors: NDArray[np.floating]) -> None:
        def save(path: Path) -> None:
            with path.open("wb") as file:
                np.save(file, vectors.astype(np.float16))

        write_atomically(self._path(document), save)

    def _path(self, document: ScaleDocument) -> Path:
        key = _key(segment.text for segment in document.segments)
        return self._folder / f"{document.name}.{key[:16]}.npy"


def _key(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
