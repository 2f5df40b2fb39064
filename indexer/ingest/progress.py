"""Progress of an indexing: one stage over all documents, weighted by the size of recordings."""

from __future__ import annotations

from indexer.base.progress import INDEXING, Progress


class IndexingProgress:
    """Reports bytes of recordings, and documents where there are hardly any, as one stage.

    Lengths in seconds would need every recording to be opened before the first is processed.
    """

    def __init__(self, progress: Progress, size: int, documents: int) -> None:
        self._progress = progress
        self._size, self._documents = max(size, 1), documents
        self._done, self._ended, self._name = 0.0, 0, ""
        if documents:
            summary = f"{documents} documents to index, {size / 1e6:.1f} MB of recordings"
            progress.start(INDEXING, self._size, summary)

    def begin_document(self, name: str) -> None:
        """Name the current document."""
        self._name = name
        self.within_document(0.0)

    def within_document(self, size: float) -> None:
        """Report bytes of the current recording that are done."""
        # Transcripts alone count nothing: the number of files counts as well.
        done = max(self._done + size, self._size * self._ended / self._documents)
        number = min(self._ended + 1, self._documents)
        detail = f"{self._name} ({number} of {self._documents})"
        self._progress.update(min(done, self._size), detail)

    def end_document(self, size: int) -> None:
        """Count the current document, with the size of its recording, as done."""
        self._done += size
        self._ended += 1
        self.within_document(0.0)
