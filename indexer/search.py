"""Search: each channel scores segments, scores are made comparable and combined."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.errors import QueryError
from indexer.generation import Generation, document_key
from indexer.lexical import StoredDocument, StoredSegment
from indexer.library import Library
from indexer.query import (
    CHANNELS,
    Query,
    clip_query,
    hear_clip,
    lexical_query,
    moment_query,
    typed_query,
)

if TYPE_CHECKING:
    from hilbert.model import Hilbert

# Weights of the channels by kind of query. Typed words are served best by the words that were
# said; the sound of a moment says more when the query is sound itself. Not fitted to anything.
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "typed": {"lexical": 0.4, "text": 0.5, "audio": 0.0, "joint": 0.1},
    "clip": {"lexical": 0.35, "text": 0.3, "audio": 0.15, "joint": 0.2},
    "moment": {"lexical": 0.15, "text": 0.4, "audio": 0.15, "joint": 0.3},
}
# Candidates of each channel; every candidate is then scored by every channel.
_DEPTH = 5000


@dataclass(frozen=True)
class Hit:
    """A moment that was found; `start` and `end` in seconds, None where nothing is timed.

    `channels` holds each channel's share of `score`. A score of 0 is what an unrelated pair
    gets on average, around 1 is a full match (a short text that says every word of the query,
    some twice, can exceed it).
    """

    document: str
    name: str
    title: str
    path: str
    start: float | None
    end: float | None
    text: str
    score: float
    channels: dict[str, float]
    segment: int = field(repr=False, default=0)


@dataclass(frozen=True)
class DocumentHit:
    """A document that was found, ranked on its own."""

    document: str
    name: str
    title: str
    score: float


@dataclass(frozen=True)
class SearchResult:
    """Moments and documents, best first, and how long each step took in milliseconds.

    `heard` is what was said in a clip, None for other queries.
    """

    hits: tuple[Hit, ...]
    documents: tuple[DocumentHit, ...]
    timings_ms: dict[str, float]
    heard: str | None = None


class Searcher:
    """Answers queries from one generation of a library; models are loaded once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.generation: Generation = library.generation()

    @cached_property
    def documents(self) -> dict[str, StoredDocument]:
        """The documents of the generation by id."""
        return {d.id: d for d in self.generation.lexical.documents()}

    @cached_property
    def model(self) -> Hilbert:
        """The model of the generation, also after the library adopted another one."""
        return self.library.load_model(self.generation.model_folder)

    def search(
        self,
        text: str | None = None,
        *,
        clip: Path | None = None,
        k: int = 10,
        channel: str = "auto",
    ) -> SearchResult:
        """The best `k` moments, and documents, for typed words or for a clip.

        Args:
            text: what was typed.
            clip: a short recording.
            k: how many moments and how many documents.
            channel: `auto` combines the channels; else `lexical`, `text`, `audio` or `joint`.

        Raises:
            QueryError: the query is empty, or the channel cannot answer it.
            AudioError: the clip cannot be decoded.
        """
        started = time.perf_counter()
        if clip is None and channel == "lexical":
            query = lexical_query(text or "")
        else:
            query = self.embed(text, clip=clip)
        embedded = round(1000 * (time.perf_counter() - started), 2)
        result = self.answer(query, k, channel)
        return replace(result, timings_ms={"embed": embedded, **result.timings_ms})

    def embed(self, text: str | None = None, *, clip: Path | None = None) -> Query:
        """Typed words or a clip as a query that any number of channels can `answer`.

        Raises:
            QueryError: the query is empty or too long, or there is nothing to hear.
            AudioError: the clip cannot be decoded.
        """
        if clip is not None and text and text.strip():
            raise QueryError("give either words or a clip")
        if clip is not None:
            heard = hear_clip(self.library, clip)
            return clip_query(self.model, heard)
        words = lexical_query(text or "")
        return typed_query(self.library, self.model, words)

    def answer(self, query: Query, k: int = 10, channel: str = "auto") -> SearchResult:
        """The best `k` moments, and documents, for a query that `embed` made.

        Raises:
            QueryError: the channel cannot answer it, or `k` is less than 1.
        """
        started = time.perf_counter()
        hits, documents = self._answer(query, k, channel)
        elapsed = round(1000 * (time.perf_counter() - started), 2)
        heard = query.words if query.kind == "clip" else None
        return SearchResult(hits, documents, {"search": elapsed}, heard)

    def similar(
        self,
        document: str,
        seconds: float,
        *,
        k: int = 10,
        channel: str = "auto",
        segment_id: int | None = None,
    ) -> SearchResult:
        """The moments most like the one at `seconds` of a document, itself left out.

        `segment_id` names the moment exactly (`Hit.segment`): the only way to tell the moments
        of a document without times apart.

        Raises:
            QueryError: the document has no moment there, or the channel cannot answer.
        """
        started = time.perf_counter()
        named = self.generation.lexical.segments([segment_id]) if segment_id is not None else []
        segment = named[0] if named else self.segment_at(document, seconds)
        query = moment_query(self.generation, segment)
        hits, documents = self._answer(query, k, channel, exclude=segment)
        elapsed = round(1000 * (time.perf_counter() - started), 2)
        return SearchResult(hits, documents, {"search": elapsed})

    def segment_at(self, document: str, seconds: float) -> StoredSegment:
        """The segment of a document at, or nearest to, a time.

        Raises:
            QueryError: the document has no segments, or ends long before.
        """
        if document not in self.documents:
            raise QueryError("this document is not searchable yet; run 'hilbert rebuild' first")
        segments = self.generation.lexical.segments_of(document)
        if not segments:
            raise QueryError("this document has nothing to compare with: it is silent")
        timed = [s for s in segments if s.start is not None]
        if not timed:
            return segments[0]
        name = self.documents[document].name
        end = max(s.end or 0.0 for s in timed)
        if not 0 <= seconds <= end + 30:
            raise QueryError(f"{name} ends at {end:.0f} s; there is nothing at {seconds:.0f} s")
        return min(timed, key=lambda s: _distance(s, seconds))

    def _answer(
        self, query: Query, k: int, channel: str, exclude: StoredSegment | None = None
    ) -> tuple[tuple[Hit, ...], tuple[DocumentHit, ...]]:
        if k < 1:
            raise QueryError("-k must be at least 1")
        weights = _weights(query, channel)
        matches = self._matches(query) if "lexical" in weights else {}
        ids = self._candidates(query, weights, matches)
        if exclude is not None:
            ids = ids[ids != exclude.id]
        shares = {c: w * self._scores(query, c, ids, matches) for c, w in weights.items()}
        total = np.sum(list(shares.values()), axis=0) if len(ids) else np.zeros(0)
        segments = {s.id: s for s in self.generation.lexical.segments(ids.tolist())}
        order = np.lexsort((ids, -total))
        hits = []
        for row in order[:k]:
            segment = segments[int(ids[row])]
            parts = {c: round(float(share[row]), 6) for c, share in shares.items()}
            hits.append(self._hit(segment, float(total[row]), parts))
        documents = self._documents(query, weights, ids, shares, segments)
        if exclude is not None:
            documents = tuple(d for d in documents if d.document != exclude.document)
        return tuple(hits), documents[:k]

    def _matches(self, query: Query) -> dict[int, float]:
        """Segments with words of the query, scored by the share of its weight they hold."""
        lexical = self.generation.lexical
        whole = lexical.weight(query.words)
        return {hit.id: hit.score / whole for hit in lexical.search(query.words, _DEPTH)}

    def _candidates(
        self, query: Query, weights: Mapping[str, float], matches: Mapping[int, float]
    ) -> NDArray[np.int64]:
        found = set(matches)
        for channel in weights:
            if channel != "lexical":
                index = self.generation.index("segments", channel)
                found.update(index.search(query.vectors[channel][0], _DEPTH)[0].tolist())
        return np.array(sorted(found), np.int64)

    def _scores(
        self, query: Query, channel: str, ids: NDArray[np.int64], matches: Mapping[int, float]
    ) -> NDArray[np.float64]:
        """Comparable scores of segments: 0 as an unrelated pair, around 1 as a full match."""
        if channel == "lexical":
            return np.array([matches.get(int(id_), 0.0) for id_ in ids])
        vector, pair = query.vectors[channel]
        cosines = self.generation.index("segments", channel).scores(vector, ids.tolist())
        return self._calibrated(cosines, pair)

    def _calibrated(
        self, cosines: NDArray[np.float32], pair: tuple[str, str]
    ) -> NDArray[np.float64]:
        mean = self.generation.background[pair].mean
        scores = (cosines.astype(np.float64) - mean) / max(1e-6, 1.0 - mean)
        return np.nan_to_num(scores, nan=0.0)  # no vector: nothing speaks for it

    def _documents(
        self,
        query: Query,
        weights: Mapping[str, float],
        ids: NDArray[np.int64],
        shares: Mapping[str, NDArray[np.float64]],
        segments: Mapping[int, StoredSegment],
    ) -> tuple[DocumentHit, ...]:
        """Documents by the best segment in each channel, and by their own joint vector."""
        owners = [segments[int(id_)].document for id_ in ids]
        names = sorted(set(owners))
        row_of = {name: row for row, name in enumerate(names)}
        rows = np.array([row_of[owner] for owner in owners], np.int64)
        total = np.zeros(len(names))
        for channel, share in shares.items():
            best = np.full(len(names), -np.inf)
            np.maximum.at(best, rows, share)
            if channel == "joint":
                vector, pair = query.vectors[channel]
                index = self.generation.index("documents", channel)
                whole = index.scores(vector, [document_key(name) for name in names])
                best = (best + weights[channel] * self._calibrated(whole, pair)) / 2
            total += best
        hits = []
        for row in np.lexsort((np.arange(len(names)), -total)):
            document = self.documents[names[row]]
            score = round(float(total[row]), 6)
            hits.append(DocumentHit(document.id, document.name, document.title, score))
        return tuple(hits)

    def _hit(self, segment: StoredSegment, score: float, channels: dict[str, float]) -> Hit:
        document = self.documents[segment.document]
        return Hit(
            document.id,
            document.name,
            document.title,
            document.path,
            segment.start,
            segment.end,
            segment.text,
            round(score, 6),
            channels,
            segment.id,
        )


def _weights(query: Query, channel: str) -> dict[str, float]:
    if channel == "auto":
        weights = {c: w for c, w in WEIGHTS[query.kind].items() if w and query.serves(c)}
        whole = sum(weights.values())
        return {c: w / whole for c, w in weights.items()}
    if channel not in CHANNELS:
        raise QueryError(f"no channel '{channel}'; use auto, " + ", ".join(CHANNELS))
    if not query.serves(channel):
        raise QueryError(
            f"the {channel} channel cannot answer: no words were heard; try --channel audio"
            if channel in ("lexical", "text")
            else f"the {channel} channel cannot answer: there is no sound to compare with"
        )
    return {channel: 1.0}


def _distance(segment: StoredSegment, seconds: float) -> float:
    start, end = segment.start or 0.0, segment.end or 0.0
    return 0.0 if start <= seconds < end else min(abs(seconds - start), abs(seconds - end))
