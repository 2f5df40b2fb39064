"""Text vectors of a document, and the frozen features that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import OptimisableEncoder
from hilbert.model.features import Features
from indexer.base.types import Segment
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.segment import token_bounds
from indexer.transcripts.sentences import split_sentences

if TYPE_CHECKING:
    from hilbert.encoders.protocols import TextEncoder, TextKind
    from indexer.ingest.transcribe import AudioAnalysis


@dataclass(frozen=True)
class DocumentDraft:
    """A document of which nothing is missing but its text vectors: `embed_texts` adds them."""

    document: AnalysedDocument

    @cached_property
    def segment_texts(self) -> list[str]:
        """The text of each segment; empty where none has any."""
        texts = [segment.text for segment in self.document.segments]
        return texts if any(texts) else []

    @cached_property
    def sentences(self) -> list[tuple[int, str]]:
        """The sentences of each segment's own text, with the number of the segment."""
        return [
            (number, sentence)
            for number, text in enumerate(self.segment_texts)
            for sentence in split_sentences(text, self.document.language)
        ]


def audio_features(
    segments: Sequence[Segment], heard: AudioAnalysis | None, width: int
) -> Features:
    """Return the frozen features of segments without those of their text.

    Args:
        segments: Of a document.
        heard: What was heard in its recording, None without one.
        width: Length of an audio token.
    """
    if heard is None:
        tokens = np.zeros((0, width), np.float16)
        bounds = np.zeros((len(segments), 2), np.int64)
    else:
        tokens, bounds = heard.tokens, token_bounds(segments, heard.token_times)
    return Features(
        audio_tokens=tokens,
        audio_bounds=bounds,
        text=np.zeros((0, 0), np.float32),
        sentences=np.zeros((0, 0), np.float16),
        sentence_segments=np.zeros(0, np.int64),
        times=np.array([(s.start, s.end) for s in segments], np.float32).reshape(-1, 2),
    )


def embed_texts(draft: DocumentDraft, encoder: TextEncoder) -> AnalysedDocument:
    """Embed the segments and sentences of a document in one call; equal texts only once.

    No text of another document is in the call: in another batch a vector differs in its last bits,
    and the features of a document are to be the same whatever is indexed beside it.
    """
    return _embed(draft, draft.sentences, encoder, "document")


def embed_as_query(draft: DocumentDraft, encoder: TextEncoder) -> AnalysedDocument:
    """Embed the segments of what others are searched with, which is not stored: no sentences."""
    if isinstance(encoder, OptimisableEncoder):
        encoder.optimise()  # heard again, a clip has the same vector to the bit
    return _embed(draft, [], encoder, "query")


def _embed(
    draft: DocumentDraft, sentences: Sequence[tuple[int, str]], encoder: TextEncoder, kind: TextKind
) -> AnalysedDocument:
    texts = draft.segment_texts + [sentence for _, sentence in sentences]
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    vectors = np.zeros((0, encoder.width), np.float32)
    if rows:
        vectors = encoder.encode(list(rows), kind)

    def vectors_of(wanted: Sequence[str]) -> NDArray[np.float32]:
        return vectors[np.array([rows[text] for text in wanted], np.int64)]

    features = replace(
        draft.document.features,
        text=vectors_of(draft.segment_texts),
        sentences=vectors_of([s for _, s in sentences]).astype(np.float16),
        sentence_segments=np.array([number for number, _ in sentences], np.int64),
    )
    return replace(draft.document, features=features)
