"""A query, embedded once: typed words, a clip, both, a stored moment or a whole document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import QueryError
from indexer.base.text_analysis import query_terms
from indexer.index.parsed_query import ParsedQuery
from indexer.ingest.discover import Source
from indexer.ingest.pipeline import AnalysedDocument, ProcessSettings, process
from indexer.store.catalog import document_key

if TYPE_CHECKING:
    from hilbert.model.embed import Embeddings
    from hilbert.model.fusion import Hilbert
    from indexer.index.library_store import LibraryStore
    from indexer.index.records import IndexedSegment
    from indexer.index.snapshot import Snapshot

MAX_CLIP_SECONDS = 600.0
MODALITIES = ("text", "audio", "joint")
CHANNELS = ("lexical", *MODALITIES)
# A query vector `[d]` and what it is compared with: (its own space, that of what is indexed).
Vector = tuple[NDArray[np.float32], tuple[str, str]]


@dataclass(frozen=True)
class QueryVector:
    """One thing to compare with every segment: typed words, or a piece of a clip.

    Attributes:
        terms: words to look up (`indexer.search.query_parser.Typed.terms`).
        vectors: channel to its vector; a channel that cannot be served is absent.
        alike: a word of `terms` that nobody said is looked for by how it is spelt and sounds.
    """

    terms: tuple[str, ...]
    vectors: dict[str, Vector]
    alike: bool = False

    def serves(self, channel: str) -> bool:
        """Whether this channel can answer."""
        return bool(self.terms) if channel == "lexical" else channel in self.vectors


@dataclass(frozen=True)
class QueryPart:
    """What a query is made of: typed words, or a clip in one or more pieces.

    Attributes:
        kind: `typed`, `clip` or `moment`; tells the weights.
        probes: a moment is scored by the probe it fits best, a document by all of them.
        words: what was typed, heard or said; may be empty.
    """

    kind: str
    probes: tuple[QueryVector, ...]
    words: str

    def serves(self, channel: str) -> bool:
        """Whether this channel can answer."""
        return any(probe.serves(channel) for probe in self.probes)


@dataclass(frozen=True)
class Query:
    """What is searched for: one part, or typed words and a clip.

    Attributes:
        parts: each counts the same.
        phrases: runs of words that a moment must hold.
        excluded: runs of words that it must not hold.
    """

    parts: tuple[QueryPart, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()

    @property
    def heard(self) -> str | None:
        """What was said in the clip; None without one."""
        return next((part.words for part in self.parts if part.kind == "clip"), None)

    @property
    def words(self) -> str:
        """All words that it consists of."""
        return " ".join(filter(None, (part.words for part in self.parts)))

    @property
    def terms(self) -> tuple[str, ...]:
        """Distinct words that are looked up, in order; beginnings of words end in `*`."""
        found = (term for part in self.parts for probe in part.probes for term in probe.terms)
        return tuple(dict.fromkeys(found))

    @property
    def fuzzy_terms(self) -> frozenset[str]:
        """Those of `terms` that are looked for by how they are spelt and sound, too."""
        probes = (probe for part in self.parts for probe in part.probes if probe.alike)
        return frozenset(term for probe in probes for term in probe.terms)


def lexical_query(typed: ParsedQuery) -> Query:
    """Typed words that are only to be looked up: no model is needed."""
    part = QueryPart("typed", (QueryVector(typed.terms, {}, alike=True),), typed.text)
    return Query((part,), typed.phrases, typed.excluded)


def typed_query(library: LibraryStore, model: Hilbert, typed: ParsedQuery) -> Query:
    """Typed words, embedded for the channels of vectors too."""
    from hilbert.model.embed import embed_text

    embedded = embed_text(model, library.encoders.text.encode([typed.text], kind="query"))
    vectors: dict[str, Vector] = {
        "text": (embedded.text[0], ("text", "text")),
        # Words in the space that the audio vectors were trained to share.
        "audio": (embedded.text[0], ("text", "audio")),
        "joint": (embedded.joint[0], ("text", "joint")),
    }
    part = QueryPart("typed", (QueryVector(typed.terms, vectors, alike=True),), typed.text)
    return Query((part,), typed.phrases, typed.excluded)


def with_clip(words: Query, clip: Query) -> Query:
    """Typed words and a clip as one query."""
    return Query(words.parts + clip.parts, words.phrases, words.excluded)


def analyse_clip(library: LibraryStore, clip: Path) -> AnalysedDocument:
    """Hear a clip once, as recordings of the library are heard.

    Raises:
        AudioError: the clip cannot be decoded.
        QueryError: it is silent or too long.
    """
    seconds = _clip_seconds(clip)
    if seconds > MAX_CLIP_SECONDS:
        raise QueryError(
            f"{clip.name} is {seconds / 60:.0f} minutes long; cut out the part to search with "
            f"(at most {MAX_CLIP_SECONDS / 60:.0f} minutes)"
        )
    settings = ProcessSettings(language=library.language(), segments=library.segment_settings)
    heard = process(Source(clip, None), None, library.encoders, settings)
    if not heard.segments:
        raise QueryError(f"{clip.name} is silent; there is nothing to search with")
    return heard


def clip_query(model: Hilbert, heard: AnalysedDocument) -> Query:
    """Embed what was heard in a clip, in segments as those of the library: words and sound."""
    from hilbert.model.embed import embed_segments

    embedded = embed_segments(model, heard.features)
    probes = tuple(
        QueryVector(tuple(query_terms(segment.text)), _own_vectors(embedded, row))
        for row, segment in enumerate(heard.segments)
    )
    return Query((QueryPart("clip", probes, " ".join(cue.text for cue in heard.cues)),))


def moment_query(snapshot: Snapshot, segment: IndexedSegment) -> Query:
    """A stored segment as a query: its vectors are already there."""
    vectors = _stored_vectors(snapshot, "segments", segment.id)
    probe = QueryVector(tuple(query_terms(segment.text)), vectors)
    return Query((QueryPart("moment", (probe,), segment.text),))


def document_query(snapshot: Snapshot, segments: Sequence[IndexedSegment]) -> Query:
    """A stored document as a query: its own vectors, and the words that it says most."""
    document = segments[0].document
    vectors = _stored_vectors(snapshot, "documents", document_key(document))
    # All words of an hour tell nothing; the vectors know what it is about.
    return Query((QueryPart("moment", (QueryVector((), vectors),), ""),))


def _clip_seconds(clip: Path) -> float:
    from indexer.media.decode import open_recording

    recording = open_recording(clip)
    recording.close()
    return recording.announced or 0.0


def _own_vectors(embedded: Embeddings, row: int) -> dict[str, Vector]:
    return {
        modality: (getattr(embedded, modality)[row], (modality, modality))
        for modality in MODALITIES
        if getattr(embedded, f"has_{modality}")[row]
    }


def _stored_vectors(snapshot: Snapshot, level: str, id_: int) -> dict[str, Vector]:
    vectors: dict[str, Vector] = {}
    for modality in MODALITIES:
        index = snapshot.index(level, modality)
        if id_ in index:
            vectors[modality] = (index.vectors([id_])[0], (modality, modality))
    return vectors
