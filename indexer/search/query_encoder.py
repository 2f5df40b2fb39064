"""Queries encoded once: typed words, a clip, both, a stored moment or a whole document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import QueryError
from indexer.base.text_analysis import query_terms
from indexer.index.parsed_query import ParsedQuery
from indexer.index.vector_index import MODALITIES
from indexer.search.channels import CHANNELS
from indexer.search.query import (
    CLIP,
    MOMENT,
    TYPED,
    Query,
    QueryInput,
    QueryPart,
    QueryVector,
)
from indexer.search.unknown_words import are_unknown
from indexer.store.catalog import document_key

if TYPE_CHECKING:
    from hilbert.model.arrays import Embeddings, FusionModel
    from indexer.index.library_store import LibraryStore
    from indexer.index.records import IndexedSegment
    from indexer.index.snapshot import Snapshot
    from indexer.ingest.analysed import AnalysedDocument
    from indexer.media.decode import Recording
    from indexer.search.index_view import IndexView

MAX_CLIP_SECONDS = 600.0
# Of a text encoder with a window of 128 word pieces, of some four letters each in English; a
# character of another script may be a piece of its own.
_MAX_UNITS, _UNITS_OTHER = 480, 3
# Words, or 40 characters of what has no spaces.
_WORDS = re.compile(r"\S{1,40}")
# Of a clip, as a path: two slashes are one. A drive of Windows has one letter.
_ADDRESS = re.compile(r"(?:^|/)[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
# Modality to its unit vector `[d]`, for those that there are.
Vectors = Mapping[str, NDArray[np.float32]]


def encode(query: QueryInput, *, fuzzy: bool = False) -> QueryVector:
    """Let every channel encode what it compares."""
    encoded = {name: channel.encode(query) for name, channel in CHANNELS.items()}
    return QueryVector(
        query.terms, {name: what for name, what in encoded.items() if what is not None}, fuzzy
    )


def query_without_model(parsed: ParsedQuery) -> Query:
    """Return typed words as a query for the channels that need no vectors of them."""
    return _typed_query(parsed, [{} for _ in split_long(parsed.text)])


def typed_query(library: LibraryStore, model: FusionModel, parsed: ParsedQuery) -> Query:
    """Return typed words as a query for all channels."""
    from hilbert.model.embed import embed_text

    # Encoders know letters of one width only.
    pieces = [unicodedata.normalize("NFKC", piece) for piece in split_long(parsed.text)]
    encoded = library.encoders.text.encode(pieces, kind="query")
    embedded = embed_text(model, encoded)
    unknown = are_unknown(library.encoders.text, pieces, encoded)
    vectors: list[Vectors] = [
        {} if is_unknown else {"text": text, "joint": joint}
        for text, joint, is_unknown in zip(embedded.text, embedded.joint, unknown, strict=True)
    ]
    return _typed_query(parsed, vectors)


def _typed_query(parsed: ParsedQuery, vectors: Sequence[Vectors]) -> Query:
    """Return typed words as a query, in pieces where they are long, like a long clip."""
    parts: tuple[QueryPart, ...] = ()
    pieces = split_long(parsed.text)
    if len(pieces) == 1:
        vector = encode(QueryInput(TYPED, parsed.text, parsed.terms, vectors[0]), fuzzy=True)
        parts = (QueryPart(TYPED, (vector,), parsed.text),)
    elif pieces:
        encoded = (
            encode(QueryInput(TYPED, piece, tuple(query_terms(piece)), of_piece))
            for piece, of_piece in zip(pieces, vectors, strict=True)
        )
        parts = (QueryPart(TYPED, tuple(encoded), parsed.text),)
    return Query(
        parts,
        parsed.phrases,
        parsed.excluded,
        parsed.sounds,
        parsed.excluded_sounds,
        quoted=parsed.quoted,
        negated=parsed.negated,
        any_of=parsed.any_of,
    )


def split_long(text: str) -> list[str]:
    """Split a text that a text encoder would cut into pieces of about equal length.

    Returns:
        The text itself where it is short enough; nothing for an empty one.
    """
    if not text:
        return []
    n_pieces = -(-_units(text) // _MAX_UNITS)
    if n_pieces == 1:
        return [text]
    pieces: list[str] = []
    words: list[str] = []
    length = 0
    share = _units(text) / n_pieces
    for word in _WORDS.findall(text):
        if length and length + _units(word) > share:
            pieces.append(" ".join(words))
            length, words = 0, []
        words.append(word)
        length += _units(word) + 1
    return [*pieces, " ".join(words)]


def _units(text: str) -> int:
    """Return how much of an encoder's window a text takes, in letters of English."""
    if text.isascii():
        return len(text)
    return sum(1 if character.isascii() else _UNITS_OTHER for character in text)


def with_clip(words: Query, clip: Query) -> Query:
    """Join typed words and a clip into one query."""
    return replace(words, parts=words.parts + clip.parts)


def analyse_clip(library: LibraryStore, clip: Path) -> AnalysedDocument:
    """Analyse a clip as recordings of the library are analysed.

    Raises:
        AudioError: The clip cannot be decoded.
        QueryError: It is silent or too long.
    """
    from indexer.ingest.pipeline import ProcessSettings, draft_document
    from indexer.ingest.source import Source
    from indexer.ingest.text_vectors import embed_as_query

    settings = ProcessSettings(language=library.language(), segments=library.segment_settings)
    recording = _open_clip(clip, settings.language)
    draft = draft_document(Source(clip, None), None, library.encoders, settings, opened=recording)
    heard = embed_as_query(draft, library.encoders.text)
    if not heard.segments:
        raise QueryError(f"{clip.name} is silent; there is nothing to search with")
    return heard


def _open_clip(clip: Path, language: str) -> Recording:
    """Open a clip that is not too long, by what can be decoded where its header is no proof."""
    if _ADDRESS.search(clip.as_posix()) and not clip.exists():
        raise QueryError(
            f"{clip.name} is named by an address: nothing is fetched from the network; download "
            "it, and name the file"
        )
    from indexer.media.decode import open_recording

    recording = open_recording(clip, language=language)
    announced = recording.facts.announced
    if announced and max(announced, recording.estimated or 0.0) <= MAX_CLIP_SECONDS:
        return recording
    for _ in recording.blocks():
        if recording.seconds > MAX_CLIP_SECONDS:
            recording.close()
            minutes = max(recording.seconds, announced or 0.0) / 60
            raise QueryError(
                f"{clip.name} is {minutes:.0f} minutes long; cut out the part to search with (at "
                f"most {MAX_CLIP_SECONDS / 60:.0f} minutes)"
            )
    return open_recording(clip, language=language)


def clip_query(model: FusionModel, heard: AnalysedDocument) -> Query:
    """Embed a clip, in segments as those of the library: words and sound."""
    from hilbert.model.embed import embed_segments

    embedded = embed_segments(model, heard.features)
    vectors = tuple(
        encode(
            QueryInput(
                CLIP, segment.text, tuple(query_terms(segment.text)), _own_vectors(embedded, row)
            )
        )
        for row, segment in enumerate(heard.segments)
    )
    return Query((QueryPart(CLIP, vectors, " ".join(cue.text for cue in heard.cues)),))


def moment_query(index: IndexView, segment: IndexedSegment) -> Query:
    """Return a stored segment as a query: its vectors are already there."""
    row, values = index.table.row(segment.id), index.snapshot.values
    stored = {modality: index.vector(modality, row) for modality in MODALITIES}
    vector = encode(
        QueryInput(
            MOMENT,
            segment.text,
            tuple(query_terms(segment.text)),
            {modality: found for modality, found in stored.items() if found is not None},
            {name: float(values.of(name, [segment.id])[0]) for name in values},
        )
    )
    return Query((QueryPart(MOMENT, (vector,), segment.text),))


def document_query(snapshot: Snapshot, segments: Sequence[IndexedSegment]) -> Query:
    """Return a stored document as a query, by its own vectors.

    Its words are left out: all words of an hour match nearly everything.
    """
    key = document_key(segments[0].document)
    indexes = {modality: snapshot.index("documents", modality) for modality in MODALITIES}
    stored = {m: index.vectors([key])[0] for m, index in indexes.items() if key in index}
    vector = encode(QueryInput(MOMENT, "", (), stored))
    return Query((QueryPart(MOMENT, (vector,), ""),))


def _own_vectors(embedded: Embeddings, row: int) -> Vectors:
    return {
        modality: getattr(embedded, modality)[row]
        for modality in MODALITIES
        if getattr(embedded, f"has_{modality}")[row]
    }
