"""A library whose audio vectors are given, not computed, written by the project's own code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale.real_documents import ScaleDocument
from hilbert.model.features import Features
from hilbert.model.onnx_fusion import OnnxFusion
from indexer.base.progress import Progress
from indexer.base.types import TIMED
from indexer.index import repeat_writer
from indexer.index.library_models import LibraryModels
from indexer.index.library_store import LibraryStore
from indexer.index.records import SegmentText
from indexer.index.repeat_arrays import RepeatArrays
from indexer.index.repeat_search import find_among
from indexer.store.catalog import Document

Floats = NDArray[np.float32]


class _GivenAudio(OnnxFusion):
    """The fusion model, for segments with one audio token: their audio vector itself."""

    def audio_arrays(self, tokens: Floats, mask: NDArray[np.bool_]) -> Floats:
        """Return the tokens `[n, 1, d]` as unit rows `[n, d]`."""
        found: Floats = tokens[:, 0] / np.linalg.norm(tokens[:, 0], axis=1, keepdims=True)
        return found


class _GivenAudioModels(LibraryModels):
    """The models of a library, which take audio vectors as they are given."""

    def _read(self, folder: Path) -> OnnxFusion:
        model = super()._read(folder)
        return _GivenAudio(model.config, model.graph, folder, is_stored=model.is_stored)


class MadeLibrary(LibraryStore):
    """The store of a library whose segments have one audio token each, their audio vector.

    The joint vectors are those that the fusion model makes of it and of the text vector.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.models = _GivenAudioModels(folder, self.catalog, self.encoders)

    def put(self, document: ScaleDocument, text: Floats, audio: Floats) -> None:
        """Store a document, within a transaction.

        Args:
            document: It is not there yet.
            text: Vectors of its segments, `[n_segments, d_text]`.
            audio: Likewise, `[n_segments, d_audio]`.
        """
        count = len(document.segments)
        tokens = np.arange(count)
        features = Features(
            audio_tokens=audio.astype(np.float16),
            audio_bounds=np.stack([tokens, tokens + 1], 1),
            text=text.astype(np.float32),
            sentences=np.zeros((0, 0), np.float16),
            sentence_segments=np.zeros(0, np.int64),
            times=np.array([(s.start, s.end) for s in document.segments], np.float32),
        )
        name = self.features.file_name(document.id, document.name)
        self.features.write(name, features)
        row = Document(
            id=document.id,
            name=document.name,
            title=document.name,
            date=document.date,
            speaker=None,
            label=document.label,
            language="en",
            seconds=document.seconds,
            recording=None,
            transcript=None,
            transcript_sha=None,
            text_source=TIMED,
            features=name,
            warnings=(),
        )
        self.catalog.put_document(row, document.cues, document.segments)


def put_all(
    library: MadeLibrary, documents: Sequence[tuple[ScaleDocument, Floats, Floats]]
) -> None:
    """Store documents with their text and audio vectors in one transaction."""
    with library.catalog.transaction():
        for document, text, audio in documents:
            library.put(document, text, audio)


def commit_without_repeats(
    library: MadeLibrary, progress: Progress | None = None, *, reuse: bool = True
) -> int:
    """Commit a snapshot in which nothing is taken for a repeat."""
    with without_repeats():
        return library.commit(progress, reuse=reuse)


@contextmanager
def without_repeats() -> Iterator[None]:
    """Take nothing for a repeat.

    Sentences that were exchanged are said in many documents: each would count as an advert, and
    folding of repeats is off for all that is compared.
    """

    def find_none(_: Iterable[SegmentText]) -> RepeatArrays:
        return find_among(())

    with patch.object(repeat_writer, "find_among", find_none):
        yield
