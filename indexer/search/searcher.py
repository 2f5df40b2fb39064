"""The searcher: queries parsed, encoded, scored, fused and grouped into hits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import OptimisableEncoder
from hilbert.unused_memory import give_back_unused_memory
from indexer.base.errors import QueryError
from indexer.base.shell import quoted
from indexer.index.library_store import LibraryStore
from indexer.index.records import IndexedDocument, IndexedSegment
from indexer.index.segment_table import SegmentTable
from indexer.index.snapshot import Snapshot
from indexer.search.calibration import measure_spread, sample
from indexer.search.channels import CHANNELS
from indexer.search.cut_off import confidence
from indexer.search.evaluation import MOST_SCORED, Evaluation
from indexer.search.filters import Filters, filter_notes
from indexer.search.fusion import (
    AUTO,
    RRF,
    Weights,
    check_method,
    library_weights,
    part_weights,
    unserved,
)
from indexer.search.grouping import Moment
from indexer.search.hit_builder import HitBuilder
from indexer.search.index_view import IndexView
from indexer.search.inline_filters import split_filters
from indexer.search.moment_ranking import MomentRanking
from indexer.search.query import Query
from indexer.search.query_encoder import (
    analyse_clip,
    clip_query,
    document_query,
    moment_query,
    query_without_model,
    typed_query,
    with_clip,
)
from indexer.search.query_parser import parse_query
from indexer.search.results import SearchResult
from indexer.search.scores import FusedScores
from indexer.search.scoring import ComparedPart, Scorer
from indexer.search.searched import searched_segments
from indexer.search.sorting import SCORE, check_sort, sort_result

if TYPE_CHECKING:
    from hilbert.model.arrays import FusionModel
    from indexer.search.reranker import Reranker

# Moments that a document is listed with.
_MOMENTS_PER_DOCUMENT = 3
# Moments of one document in a list of moments: more of them would hide what others say.
PER_DOCUMENT = 3
# A time so far behind the end of a document still finds its last segment.
_NEAR_SECONDS = 30.0
NO_FILTERS = Filters()
_ANY_WORD = "hilbert"
# Of a list without words, so many segments are looked through for each moment: some are duplicates.
_SEGMENTS_OF_MOMENT = 16


def similarity_methods() -> dict[str, str]:
    """Map what can be similar in two moments (`words`, `sound`, `both`) to the method for it."""
    return {**{c.same: name for name, c in CHANNELS.items() if c.same}, "both": AUTO}


def check_arguments(k: int, method: str, per_document: int = PER_DOCUMENT) -> None:
    """Refuse what no search can do, before anything is loaded for it.

    Raises:
        QueryError: `k` is less than 1, `per_document` less than 0, or there is no such method.
    """
    if k < 1:
        raise QueryError("-k must be at least 1")
    if per_document < 0:
        raise QueryError("the moments per document must be at least 0, for any number")
    check_method(method)


class Searcher:
    """Answers to queries from one snapshot of a library; models are loaded once.

    Attributes:
        library: The store of the library.
        snapshot: Its current snapshot when this was made.

    Args:
        library: The store of the library.
        exhaustive: Score everything for each query, to compare with.
    """

    def __init__(self, library: LibraryStore, *, exhaustive: bool = False) -> None:
        self.library = library
        self._exhaustive = exhaustive
        self.snapshot: Snapshot = library.snapshot()

    @property
    def weights(self) -> Mapping[str, Weights]:
        """Weights of the channels by kind of query; tuned ones count without reopening."""
        return library_weights(self.library)

    @cached_property
    def documents(self) -> dict[str, IndexedDocument]:
        """The documents of the snapshot by id."""
        return {document.id: document for document in self.table.documents}

    @cached_property
    def table(self) -> SegmentTable:
        """The segments of the snapshot."""
        return SegmentTable(self.snapshot.lexical)

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer of these segments."""
        return Scorer(self.snapshot, self.table)

    @cached_property
    def model(self) -> FusionModel:
        """The model of the snapshot, also after the library adopted another one."""
        return self.library.models.load(self.snapshot.model_folder)

    def warm_up(self) -> None:
        """Load what a search for typed words needs, so that the first one takes no longer."""
        text = self.library.encoders.text
        if isinstance(text, OptimisableEncoder):
            text.optimise()
        self.model.optimise()
        self.answer(self.embed(_ANY_WORD), 1)
        give_back_unused_memory()

    def close(self) -> None:
        """Close the files of the snapshot, once nothing reads them."""
        if "scorer" in self.__dict__:  # made when it is first asked for
            self.scorer.close()
        self.snapshot.close()

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
        """Find the best `k` moments, and documents, for typed words, for a clip, or for both.

        Args:
            text: Typed words, `"phrases that must be said"`, `-words that must not`, `begin*`,
                `sound:music`, `speaker:anna` and the other `INLINE_FILTERS`; without words all
                moments that pass are listed, in no ranking.
            clip: A short recording.
            k: How many moments and how many documents.
            channel: `auto` combines the channels by weights, `rrf` by ranks; else the name of
                one.
            filters: Which part of the library is searched.
            reranker: Reads the best moments again, with the words, and puts them in its order.
            sort: How the best are ordered, of `SORTS`.
            per_document: How many moments of one document are among the `k` at most; 0 for any
                number. Does not count where only one document is searched, nor without words.

        Raises:
            QueryError: The query is empty, or the channel cannot answer it.
            AudioError: The clip cannot be decoded.
        """
        self._check(k, channel, per_document)
        check_sort(sort)
        started = time.perf_counter()
        query = self.embed_for(channel, text, clip=clip)
        embedded = round(1000 * (time.perf_counter() - started), 2)
        result = self.answer(query, k, channel, filters, reranker, per_document=per_document)
        result = sort_result(result, sort, self.documents)
        return replace(result, timings_ms={"embed": embedded, **result.timings_ms})

    def embed_for(
        self, channel: str, text: str | None = None, *, clip: Path | None = None
    ) -> Query:
        """Do as `embed`, but load no model for a channel that needs none."""
        if clip is None and channel in CHANNELS and not CHANNELS[channel].needs_model:
            return self._read(text or "", encode=False)
        return self.embed(text, clip=clip)

    def embed(self, text: str | None = None, *, clip: Path | None = None) -> Query:
        """Encode typed words, a clip or both, as a query for any number of calls of `answer`.

        Args:
            text: See `search`.
            clip: See `search`.

        Raises:
            QueryError: The query is empty or too long, or the clip is silent.
            AudioError: The clip cannot be decoded.
        """
        words = None
        if clip is None or (text and text.strip()):
            words = self._read(text or "", alone=clip is None)
        if clip is None:
            assert words is not None
            return words
        heard = analyse_clip(self.library, clip)  # before models load: it may be no recording
        spoken = clip_query(self.model, heard)
        return with_clip(words, spoken) if words else spoken

    def answer(
        self,
        query: Query,
        k: int = 10,
        channel: str = AUTO,
        filters: Filters = NO_FILTERS,
        reranker: Reranker | None = None,
        grouped: bool = True,
        per_document: int = PER_DOCUMENT,
        with_spread: bool = False,
    ) -> SearchResult:
        """Find the best `k` moments, and documents, for a query that `embed` made.

        Args:
            query: What is searched for.
            k: See `search`.
            channel: See `search`.
            filters: See `search`.
            reranker: See `search`.
            grouped: List each document with its best moments.
            per_document: See `search`.
            with_spread: Measure the spread of the scores, by which those of several libraries are
                compared.

        Raises:
            QueryError: The channel cannot answer it, no filter value is of this library, or `k`
                is less than 1.
        """
        self._check(k, channel, per_document)
        started = time.perf_counter()
        reranked = reranker is not None and bool(query.parts)
        depth = max(k, reranker.depth) if reranker is not None and reranked else k
        found = self._answer(
            *(query, depth, channel, filters),
            grouped=grouped,
            per_document=per_document,
            with_spread=with_spread,
        )
        if query.heard is not None:
            give_back_unused_memory()  # recognising a clip took much, and so do its candidates
        hits = found.hits
        if reranker is not None and reranked:
            hits = reranker.reorder(query.words, hits)[:k]
        elapsed = round(1000 * (time.perf_counter() - started), 2)
        restricted = (filters, query.filters.wanted)
        of_filters = (note for each in restricted for note in filter_notes(each, self.table))
        notes = dict.fromkeys((*query.notes, *of_filters))
        return replace(
            found,
            hits=hits,
            documents=found.documents[:k],
            timings_ms={"search": elapsed},
            heard=query.heard,
            filters=query.filters.to_dict(),
            notes=tuple(notes),
        )

    def similar(
        self,
        document: str,
        seconds: float | None = None,
        *,
        k: int = 10,
        channel: str = AUTO,
        segment_id: int | None = None,
        filters: Filters = NO_FILTERS,
        per_document: int = PER_DOCUMENT,
    ) -> SearchResult:
        """Find the moments most like a moment, or like a whole document, which is left out.

        Args:
            document: Id.
            seconds: Time of the moment; None for the whole document.
            k: See `search`.
            channel: See `search`.
            segment_id: The moment excluded (`Hit.segment`), for documents without times.
            filters: See `search`.
            per_document: See `search`.

        Raises:
            QueryError: The document has no moment there, or the channel cannot answer.
        """
        self._check(k, channel, per_document)
        started = time.perf_counter()
        if seconds is None and segment_id is None:
            query = document_query(self.snapshot, self._segments_of(document))
            excluded = self._rows_of(document)
        else:
            segment = self.segment_of(document, seconds, segment_id)
            query = moment_query(self.scorer.index, segment)
            excluded = np.array([self.table.row(segment.id)])
        found = self._answer(query, k + 1, channel, filters, excluded, per_document=per_document)
        documents = tuple(d for d in found.documents if d.document != document)
        elapsed = round(1000 * (time.perf_counter() - started), 2)
        notes = filter_notes(filters, self.table)
        return SearchResult(found.hits[:k], documents[:k], {"search": elapsed}, notes=notes)

    def segment_at(self, document: str, seconds: float) -> IndexedSegment:
        """Return the segment of a document at, or nearest to, a time in seconds.

        Raises:
            QueryError: The document has no segments, or ends long before.
        """
        segments = self._segments_of(document)
        timed = [s for s in segments if s.start is not None]
        if not timed:
            return segments[0]
        name = self.documents[document].name
        end = max(s.end or 0.0 for s in timed)
        if not 0 <= seconds <= end + _NEAR_SECONDS:
            raise QueryError(f"{name} ends at {end:.0f} s; there is nothing at {seconds:.0f} s")
        return min(timed, key=lambda s: _distance(s, seconds))

    def segment_of(
        self, document: str, seconds: float | None, segment_id: int | None
    ) -> IndexedSegment:
        """Return the segment that a query for neighbours means; see `similar`.

        Raises:
            QueryError: There is none.
        """
        if segment_id is None:
            return self.segment_at(document, seconds or 0.0)
        for segment in self.snapshot.lexical.segments([segment_id]):
            if segment.document == document:
                return segment
        raise QueryError("this moment is not there any more; search again")

    def _read(self, text: str, *, alone: bool = True, encode: bool = True) -> Query:
        """Parse a typed text; its words are encoded, where there are any, if `encode`."""
        rest, inline = split_filters(text)
        if inline and not rest.strip():
            return Query((), filters=inline)
        parsed = parse_query(rest, alone=alone and not inline)
        if encode and parsed.text:  # sounds and exclusions need no vectors
            self.scorer.look_ahead(query_without_model(parsed))
            query = typed_query(self.library, self.model, parsed)
        else:
            query = query_without_model(parsed)
        return replace(query, filters=inline)

    @cached_property
    def _unusable(self) -> dict[str, list[str]]:
        """Channels whose parts of the index this snapshot lacks, with these parts."""
        missing = {name: self.scorer.missing_parts(c) for name, c in CHANNELS.items()}
        return {name: parts for name, parts in missing.items() if parts}

    def _check(self, k: int, method: str, per_document: int) -> None:
        check_arguments(k, method, per_document)
        if method in self._unusable:
            raise QueryError(
                f"this library was indexed without what the {method} channel compares; run "
                f"'hilbert rebuild --library {quoted(self.library.folder)}'"
            )

    def _segments_of(self, document: str) -> list[IndexedSegment]:
        if document not in self.documents:
            raise QueryError("this document is not searchable yet; run 'hilbert rebuild' first")
        segments = self.snapshot.lexical.segments_of(document)
        if not segments:
            raise QueryError("this document has nothing to compare with: it is silent")
        return segments

    def _rows_of(self, document: str) -> NDArray[np.int64]:
        return self.scorer.index.rows_of(document)

    def _answer(
        self,
        query: Query,
        k: int,
        channel: str,
        filters: Filters,
        excluded: NDArray[np.int64] | None = None,
        grouped: bool = True,
        per_document: int = PER_DOCUMENT,
        with_spread: bool = False,
    ) -> SearchResult:
        index = self.scorer.index
        searched = searched_segments(query, filters, index)
        if excluded is not None:
            searched[excluded] = False
        counts = index.count_by_document(searched)
        if not query.parts or np.count_nonzero(counts) == 1:
            per_document = 0  # a list of all that passes, or one document was asked for
        compared = self._compared(query, channel)
        parts = [each for each, _ in compared]
        if compared:
            evaluation = Evaluation(
                *(compared, index, searched, k),
                ranks=channel == RRF,
                exhaustive=self._exhaustive,
                of_clip=query.heard is not None,
            )
            fused, moments, best = self._best(evaluation, k, per_document)
        else:
            fused = _everything(index, searched, counts, k)
            moments = MomentRanking(fused, index)
            best = moments.best(k)
        moments.add_duplicates(best, everywhere=self._exhaustive)
        sure = spread = None
        if channel == AUTO and compared:
            encoder = self.library.encoders.settings.text_fingerprint
            of_parts = list(zip(parts, fused.parts, strict=True))
            sure = confidence(query, of_parts, fused.rows, searched, encoder)
        if with_spread and compared:
            rows = sample(np.flatnonzero(searched))
            spread = measure_spread(Evaluation(compared, index, searched).at(rows))
        builder = HitBuilder(self.table, self.snapshot, query, fused, self.scorer.reasons(query))
        each = _MOMENTS_PER_DOCUMENT if grouped else 0
        of_documents = moments.of_documents(moments.documents(k), each)
        hits, *of_each = builder.hits_of([best, *of_documents.values()])
        documents = tuple(map(builder.document, of_documents, of_each))
        return SearchResult(hits, documents, {}, confidence=sure, spread=spread)

    def _best(
        self, evaluation: Evaluation, k: int, per_document: int
    ) -> tuple[FusedScores, MomentRanking, list[Moment]]:
        """Score and rank until the best `k` moments are certain."""
        while True:
            fused = evaluation.best()
            moments = MomentRanking(fused, self.scorer.index)
            best = moments.best(k, per_document)
            if len(best) == k and moments.least(best) >= evaluation.certain:
                return fused, moments, best
            if evaluation.certain == -np.inf:
                return fused, moments, best
            evaluation.deepen()

    def _compared(self, query: Query, channel: str) -> list[tuple[ComparedPart, Weights]]:
        """Compare the parts of a query that a channel can answer, with the weights of channels."""
        weights, unusable = self.weights, self._unusable
        weighted = [(part, part_weights(part, channel, weights, unusable)) for part in query.parts]
        served = [(part, shares) for part, shares in weighted if shares]
        if query.parts and not served:
            raise unserved(channel)
        return [(self.scorer.compare(part, shares), shares) for part, shares in served]


def _everything(
    index: IndexView, searched: NDArray[np.bool_], counts: NDArray[np.int64], k: int
) -> FusedScores:
    """Return what a query without words lists, in no ranking: the first moments and documents."""
    documents = np.flatnonzero(counts)[:k]
    rows = index.rows_of_documents(documents)
    first = np.flatnonzero(searched)[: max(MOST_SCORED, _SEGMENTS_OF_MOMENT * k)]
    rows = np.union1d(first, rows[searched[rows]])
    n_documents = len(index.table.documents)
    return FusedScores(rows, {}, {}, np.ones(len(rows), bool), n_documents, documents)


def _distance(segment: IndexedSegment, seconds: float) -> float:
    start, end = segment.start or 0.0, segment.end or 0.0
    return 0.0 if start <= seconds < end else min(abs(seconds - start), abs(seconds - end))
