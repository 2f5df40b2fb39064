"""A query, embedded once: typed words, a clip, or a stored moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.errors import QueryError
from indexer.process import Processed, ProcessSettings, process
from indexer.sources import Source

if TYPE_CHECKING:
    from hilbert.model import Hilbert
    from indexer.generation import Generation
    from indexer.lexical import StoredSegment
    from indexer.library import Library

MAX_TYPED = 10_000
MAX_CLIP_SECONDS = 600.0
CHANNELS = ("lexical", "text", "audio", "joint")


@dataclass(frozen=True)
class Query:
    """What is searched for.

    Attributes:
        kind: `typed`, `clip` or `moment`.
        words: what was typed, heard in the clip, or said in the moment; may be empty.
        vectors: channel to (query vector `[d]`, name of its space in the background statistics).
            A channel that the query cannot serve is absent.
    """

    kind: str
    words: str
    vectors: dict[str, tuple[NDArray[np.float32], tuple[str, str]]]

    def serves(self, channel: str) -> bool:
        """Whether this query can be answered through a channel."""
        return bool(self.words.strip()) if channel == "lexical" else channel in self.vectors


def lexical_query(text: str) -> Query:
    """Typed words that are only to be looked up: no model is needed.

    Raises:
        QueryError: nothing was typed, or a whole book.
    """
    # A terminal that speaks another encoding sends lone surrogates, which no tokenizer takes.
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if not text:
        raise QueryError("the query is empty; type what you are looking for")
    if len(text) > MAX_TYPED:
        raise QueryError(f"the query is longer than {MAX_TYPED} characters; shorten it")
    return Query("typed", text, {})


def typed_query(library: Library, model: Hilbert, typed: Query) -> Query:
    """What `lexical_query` gave, embedded for the other channels."""
    from hilbert.embedding import embed_text

    embedded = embed_text(model, library.encoders.text.encode([typed.words], kind="query"))
    return Query(
        "typed",
        typed.words,
        {
            "text": (embedded.text[0], ("text", "text")),
            # Words in the space that the audio vectors were trained to share.
            "audio": (embedded.text[0], ("text", "audio")),
            "joint": (embedded.joint[0], ("text", "joint")),
        },
    )


def hear_clip(library: Library, clip: Path) -> Processed:
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


def clip_query(model: Hilbert, heard: Processed) -> Query:
    """Embed what was heard in a clip: its words and its sound are both searched with."""
    from hilbert.embedding import embed_documents

    embedded = embed_documents(model, [heard.features])
    vectors = {}
    for modality in ("text", "audio", "joint"):
        if getattr(embedded, f"has_{modality}")[0]:
            vectors[modality] = (getattr(embedded, modality)[0], (modality, modality))
    return Query("clip", " ".join(cue.text for cue in heard.cues), vectors)


def _clip_seconds(clip: Path) -> float:
    from indexer.audio import open_recording

    recording = open_recording(clip)
    recording.close()
    return recording.announced or 0.0


def moment_query(generation: Generation, segment: StoredSegment) -> Query:
    """A stored segment as a query: its vectors are already there."""
    vectors = {}
    for modality in ("text", "audio", "joint"):
        index = generation.index("segments", modality)
        if segment.id in index:
            vectors[modality] = (index.vectors([segment.id])[0], (modality, modality))
    return Query("moment", segment.text, vectors)
