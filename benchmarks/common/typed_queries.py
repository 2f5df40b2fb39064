"""Typed queries of `queries.jsonl` on a library, for a model that the library does not hold."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hilbert.model.embed import embed_segments, embed_text
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert
from hilbert.retrieval_metrics import known_item_metrics
from indexer.index.library_store import LibraryStore
from tools.speech_corpus.errors import SpeechError


@dataclass(frozen=True)
class TypedQueries:
    """Queries and the documents that they look for.

    Attributes:
        documents: features of each document.
        vectors: `[q, d_text]`, the queries as the text encoder embeds them.
        wanted: `[q]`, number of the document of each.
    """

    documents: list[Features]
    vectors: NDArray[np.float32]
    wanted: list[int]


def queries_file() -> Path:
    """The typed queries of `changelog-speech`.

    Raises:
        SpeechError: `HILBERT_DATA` does not name the folder that holds them.
    """
    path = Path(os.environ.get("HILBERT_DATA", "")) / "changelog-speech" / "queries.jsonl"
    if not path.is_file():
        raise SpeechError("set HILBERT_DATA to the folder that holds changelog-speech")
    return path


def read_queries(library: LibraryStore, queries: Path) -> TypedQueries:
    """Read the features of a library and embed the lines of a `queries.jsonl`.

    Raises:
        SpeechError: a query wants a document that the library lacks.
    """
    documents = library.catalog.documents()
    number = {document.name: row for row, document in enumerate(documents)}
    lines = [json.loads(line) for line in queries.read_text(encoding="utf-8").splitlines()]
    if lost := {line["document"] for line in lines} - set(number):
        raise SpeechError(f"{library.folder} lacks {len(lost)} documents of {queries}")
    return TypedQueries(
        [library.features.read(document.features) for document in documents],
        library.encoders.text.encode([line["query"] for line in lines], kind="query"),
        [number[line["document"]] for line in lines],
    )


def read_all(clean: Path | None, noisy: Path | None) -> dict[str, TypedQueries]:
    """Queries on the libraries of `changelog-speech` and of its noisy copies, as far as named."""
    folders = {"clean": clean, "noisy": noisy}
    return {
        name: read_queries(LibraryStore.open(folder), queries_file())
        for name, folder in folders.items()
        if folder
    }


def typed_mrr(model: Hilbert, queries: TypedQueries) -> dict[str, float]:
    """MRR@10 by channel; every channel ranks documents by the best cosine of a segment.

    So the channels are compared at the same level; it is `best_segment` of `hilbert evaluate`.
    """
    parts = [embed_segments(model, features) for features in queries.documents]
    owners = np.repeat(np.arange(len(parts)), [len(part.has_joint) for part in parts])
    asked = embed_text(model, queries.vectors)
    found = {}
    for channel, asking in (("text", asked.text), ("audio", asked.text), ("joint", asked.joint)):
        vectors = np.concatenate([getattr(part, channel) for part in parts])
        has = np.concatenate([getattr(part, f"has_{channel}") for part in parts])
        cosines = np.where(has, asking @ vectors.T, -np.inf)  # [q, segments]
        best = np.full((len(asking), len(parts)), -np.inf, np.float32)
        np.maximum.at(best, (slice(None), owners), cosines)
        found[channel] = _mean_mrr(np.round(best, 6), queries.wanted)
    return found


def _mean_mrr(scores: NDArray[np.float32], wanted: list[int]) -> float:
    values = []
    for row, target in zip(scores, wanted, strict=True):
        there = np.isfinite(row)  # without a vector a document is not found
        right = np.arange(len(row)) == target
        values.append(known_item_metrics(row[there], right[there])["mrr@10"])
    return float(np.mean(values))
