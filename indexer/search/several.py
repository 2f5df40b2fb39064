"""One search in several libraries: every one answers, and their scores are made comparable."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from indexer.base.errors import HilbertError, LibraryError
from indexer.index.library_store import LibraryStore
from indexer.index.records import IndexedDocument
from indexer.search.calibration import calibrated, factors
from indexer.search.fusion import AUTO
from indexer.search.query import Query
from indexer.search.results import DocumentHit, Hit, SearchResult
from indexer.search.searcher import NO_FILTERS, PER_DOCUMENT, Searcher, check_arguments
from indexer.search.sorting import SCORE, check_sort, sort_result

if TYPE_CHECKING:
    from indexer.search.filters import Filters
    from indexer.search.reranker import Reranker

log = logging.getLogger(__name__)

_F = TypeVar("_F", Hit, DocumentHit)


class SeveralSearchers:
    """Answers to queries from several libraries.

    Attributes:
        searchers: By the folder of the library.
        notes: Which libraries could not be opened, and why.
    """

    def __init__(self, searchers: Mapping[str, Searcher], notes: Sequence[str] = ()) -> None:
        self.searchers = dict(searchers)
        self.notes = tuple(notes)

    @classmethod
    def open(cls, folders: Iterable[Path]) -> SeveralSearchers:
        """Open libraries; those that cannot be opened are left out, and noted.

        Raises:
            LibraryError: None can be opened.
        """
        searchers, failed = {}, {}
        for folder in dict.fromkeys(folders):
            try:
                searchers[str(folder)] = Searcher(LibraryStore.open(folder))
            except HilbertError as error:
                log.debug("could not open %s", folder, exc_info=True)
                failed[str(folder)] = error
        if not searchers:
            raise LibraryError("; ".join(map(str, failed.values())) or "no library is named")
        return cls(searchers, [f"{folder}: {error}" for folder, error in failed.items()])

    def close(self) -> None:
        """Close the files of the libraries."""
        for searcher in self.searchers.values():
            searcher.close()
            searcher.library.close()

    def search(
        self,
        text: str | None = None,
        *,
        clip: Path | None = None,
        k: int = 10,
        channel: str = AUTO,
        filters: Filters = NO_FILTERS,
        reranker: Reranker | None = None,
        sort: str = SCORE,
        per_document: int = PER_DOCUMENT,
    ) -> SearchResult:
        """Find the best `k` moments, and documents, of all libraries.

        Each library is searched by itself, with its own model and weights. One that cannot answer,
        such as one without the speaker that a filter names, is noted.

        Args:
            text: See `indexer.search.searcher.Searcher.search`, as all others.
            clip: A short recording.
            k: How many.
            channel: What to score by.
            filters: Apply to every library.
            reranker: Reads the best moments of each library again.
            sort: How the best are ordered.
            per_document: How many moments of one document there are at most.

        Returns:
            Hits with their `library`; a recording that several hold is listed once.

        Raises:
            QueryError: No library can answer; says why.
        """
        check_arguments(k, channel, per_document)
        check_sort(sort)
        found: dict[str, SearchResult] = {}
        failed: dict[str, HilbertError] = {}
        encoded: dict[tuple[str, ...], Query] = {}
        started = time.perf_counter()
        for folder, searcher in self.searchers.items():
            # Libraries with the same model compare the same vectors: a clip is listened to once.
            same = (searcher.snapshot.manifest.fingerprint,)
            try:
                if same not in encoded:
                    encoded[same] = searcher.embed_for(channel, text, clip=clip)
                found[folder] = searcher.answer(
                    *(encoded[same], k, channel, filters, reranker),
                    per_document=per_document,
                    with_spread=len(self.searchers) > 1,
                )
            except HilbertError as error:
                log.debug("%s cannot answer", folder, exc_info=True)
                failed[folder] = error
        if not found:
            raise next(iter(failed.values()))
        notes = [*self.notes, *(f"{folder}: {error}" for folder, error in failed.items())]
        merged = merge(found, k, notes, calibrate=reranker is None)
        merged.timings_ms["search"] = round(1000 * (time.perf_counter() - started), 2)
        documents: dict[str, IndexedDocument] = {}
        for folder in found:
            documents |= self.searchers[folder].documents
        return sort_result(merged, sort, documents)


def merge(
    found: Mapping[str, SearchResult], k: int, notes: Sequence[str] = (), *, calibrate: bool = True
) -> SearchResult:
    """Merge what several libraries found for one query, the best `k` first.

    Args:
        found: By the folder of the library.
        k: How many moments and documents are kept.
        notes: What is to be said first.
        calibrate: Whether their scores are to be made comparable.
    """
    results = list(found.values())
    scale = factors([result.spread if calibrate else None for result in results])
    hits: list[Hit] = []
    documents: list[DocumentHit] = []
    for (folder, result), factor in zip(found.items(), scale, strict=True):
        hits += (_moment_of(hit, folder, factor) for hit in result.hits)
        documents += (_document_of(each, folder, factor) for each in result.documents)
    sure = [result.confidence for result in results]
    known = [each for each in sure if each is not None]
    return replace(
        results[0],
        hits=_best(hits, k, lambda hit: (hit.document, hit.start or hit.segment)),
        documents=_best(documents, k, lambda document: document.document),
        timings_ms={},
        notes=(*notes, *(f"{folder}: {n}" for folder, each in found.items() for n in each.notes)),
        # That any of them answers; where one was not judged, it is not known that none does.
        confidence=max(known) if len(known) == len(sure) else None,
        spread=None,
    )


def short_names(folders: Iterable[str]) -> dict[str, str]:
    """Name libraries by the last part of their folder where no other has it."""
    count = Counter(Path(folder).name for folder in set(folders))
    return {f: Path(f).name if count[Path(f).name] == 1 else f for f in folders}


def _moment_of(hit: Hit, folder: str, factor: float) -> Hit:
    return replace(calibrated(hit, factor), library=folder)


def _document_of(hit: DocumentHit, folder: str, factor: float) -> DocumentHit:
    moments = tuple(_moment_of(moment, folder, factor) for moment in hit.moments)
    return replace(calibrated(hit, factor), library=folder, moments=moments)


def _best(hits: Sequence[_F], k: int, identity: Callable[[_F], object]) -> tuple[_F, ...]:
    """Return the best `k`, each once; of equal ones the first."""
    kept: dict[object, _F] = {}
    for hit in sorted(hits, key=lambda hit: -hit.score):
        kept.setdefault(identity(hit), hit)
    return tuple(islice(kept.values(), k))
