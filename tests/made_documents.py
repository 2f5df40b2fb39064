"""Documents made of numbers and a few words, put into a library without any recording."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hilbert.model.features import Features
from indexer.base.types import Chapter, Cue, Segment, WordTime
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from indexer.store.supplements import DESCRIPTION, Supplement
from indexer.store.word_times import count_words, pack_word_times

WIDTH = 384
SPEAKERS = ("Ana Brandão", "Bo Li", "Cy Twombly")
# Words of every kind that the analysis tells apart: compounds in all writings, accents, inflected
# forms, names, numbers; common ones first.
WORDS = [
    "the",
    "and",
    "water",
    "river",
    "of",
    "tide",
    "tides",
    "rising",
    "data-base",
    "database",
    "data",
    "base",
    "front-end",
    "frontend",
    "café",
    "cafe",
    "we're",
    "were",
    "Kubernetes",
    "kubernetes",
    "Zanzibar",
    "lighthouse",
    "lighthouses",
    "1999",
    "twenty-one",
    "keeper's",
    "keepers",
    "naïve",
    "running",
    "runs",
    "wildlife",
    "wild",
    "life",
    "queue",
    "postgres",
    "MacArthur",
    "signal",
]
ADVERT = "this episode is brought to you by quillpost the mail that is quick and quiet and kind"


def document_id(seed: int) -> str:
    """Return the id of the document of a seed."""
    return hashlib.sha256(str(seed).encode()).hexdigest()


def texts(rng: np.random.Generator) -> list[str]:
    """Return what the segments of a document say."""
    chances = 1 / np.arange(1, len(WORDS) + 1)
    said = [
        " ".join(rng.choice(WORDS, rng.integers(4, 30), p=chances / chances.sum()))
        for _ in range(rng.integers(1, 7))
    ]
    return [*said, ADVERT] if rng.random() < 0.5 else said


def features(rng: np.random.Generator, n: int, *, heard: bool) -> Features:
    """Return random features of `n` segments, with sound or without."""
    text = rng.standard_normal((n, WIDTH)) + 0.5
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    tokens = rng.standard_normal((4 * n if heard else 0, WIDTH))
    bounds = 4 * np.arange(n) if heard else np.zeros(n, int)
    starts = 20.0 * np.arange(n)
    return Features(
        audio_tokens=tokens.astype(np.float16),
        audio_bounds=np.stack([bounds, bounds + (4 if heard else 0)], axis=1),
        text=text.astype(np.float32),
        sentences=text.astype(np.float16),
        sentence_segments=np.arange(n),
        times=np.stack([starts, starts + 20], axis=1).astype(np.float32),
    )


def put(library: LibraryStore, seed: int, version: int = 0) -> str:
    """Put a document into the catalog, or another version of it; return its id."""
    rng = np.random.default_rng([seed, version])
    said = texts(rng)
    id_, n = document_id(seed), len(said)
    name = library.features.file_name(id_, str(version))
    library.features.write(name, features(rng, n, heard=seed % 3 != 0))
    speaker = SPEAKERS[seed % len(SPEAKERS)]
    document = Document(
        *(id_, f"made-{seed}", f"Talk {seed}: {WORDS[seed % len(WORDS)]}", "2024-05-01"),
        *(speaker, None, "en", 20.0 * n, f"/nowhere/{seed}.wav", None, None, "asr", name, ()),
    )
    segments = [Segment(20.0 * i, 20.0 * i + 20, t, i, i + 1, True) for i, t in enumerate(said)]
    cues = [Cue(s.text, s.start, s.end, speaker) for s in segments]
    spoken = [WordTime(float(i), i + 0.5, float(rng.random())) for i in range(count_words(cues))]
    about = Supplement(
        *((), (Chapter("Opening", 0.0, 20.0),), {DESCRIPTION: said[0][:40]}),
        pack_word_times(spoken),
    )
    with library.catalog.transaction():
        library.catalog.put_document(document, cues, segments, about)
    return id_


def put_recording(library: LibraryStore, seed: int, path: Path, seconds: float) -> str:
    """Put a document that has a recording; return its id."""
    known = library.catalog.document(put(library, seed))
    assert known
    with library.catalog.transaction():
        library.catalog.update_document(replace(known, recording=str(path), seconds=seconds))
    return known.id


def shards_of(library: LibraryStore) -> Sequence[str]:
    """Return the names of the shards that the current snapshot is made of."""
    return [entry.name for entry in library.snapshot().manifest.shards]
