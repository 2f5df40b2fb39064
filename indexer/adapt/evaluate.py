"""Known-item evaluation of each channel, through the search itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hilbert.retrieval_metrics import KNOWN_ITEM_METRICS, known_item_metrics
from hilbert.stats import bootstrap_interval
from hilbert.system_faults import raise_system_fault
from indexer.adapt.eval_queries import EvalQuery, start_queries
from indexer.base.errors import AudioError, LibraryError, QueryError
from indexer.base.progress import Progress, SilentProgress
from indexer.search.channels import CHANNELS
from indexer.search.fusion import AUTO, RRF
from indexer.search.query import Query
from indexer.search.query_parser import MAX_TYPED
from indexer.search.results import Duplicate, Hit, SearchResult, is_right_moment
from indexer.search.searcher import Searcher
from indexer.search.vector_channel import VectorChannel
from indexer.store.catalog import document_key

log = logging.getLogger(__name__)

# How the channels of vectors rank documents when they are compared with each other.
LEVELS = ("best_segment", "document_vector")
_RESULTS = 200  # the metrics look at ten; more may be as good as the tenth
CUES_EACH = 4
_FEWEST_WORDS = 5
# Metric to its mean over the queries, and `ci95`: metric to `[low, high]`.
MetricMeans = dict[str, Any]


@dataclass(frozen=True)
class EvaluationReport:
    """Metrics of retrieval over a set of queries.

    Attributes:
        queries: Number of queries.
        timed: Number of those that want a moment.
        wanted: Number of documents they want. The intervals redraw these, or the queries where
            all are about one: then they say nothing of other documents.
        document: Channel to the metrics of documents, over all queries.
        moment: Channel to the metrics of moments, over the timed queries; empty without any.
        same_level: Level to channel to the metrics of typed words that rank documents by the
            best cosine of a segment, or by the cosine of the document's own vector. A search
            mixes both for the joint only, so its channels cannot be compared with each other.
        missing: Wanted documents that are not in the library; they count as not found.
        failed: Line and reason of queries that could not be read; they count as not found.
    """

    queries: int
    timed: int
    wanted: int
    document: dict[str, MetricMeans]
    moment: dict[str, MetricMeans]
    same_level: dict[str, dict[str, MetricMeans]]
    missing: tuple[str, ...]
    failed: tuple[tuple[int, str], ...]


def evaluate(
    searcher: Searcher,
    queries: Sequence[EvalQuery],
    progress: Progress | None = None,
) -> EvaluationReport:
    """Answer every query through every channel; each is embedded once.

    Args:
        searcher: Of the library.
        queries: Known items.
        progress: Receives one stage, in queries.

    Raises:
        LibraryError: The library holds no documents, or its model cannot be used.
    """
    _refuse_empty(searcher)
    tally, levels = _Tally(), _SameLevel(searcher)
    missing, failed = set(), []
    progress = progress or SilentProgress()
    start_queries(progress, queries)
    for done, wanted in enumerate(queries, 1):
        right = {d.id for d in searcher.documents.values() if wanted.document in (d.name, d.id)}
        if not right:
            missing.add(wanted.document)
        query = None
        try:
            query = searcher.embed(wanted.text, clip=wanted.clip)
        except (AudioError, QueryError, OSError, ValueError) as error:  # or a name too long
            raise_system_fault(error)
            log.debug("could not embed the query of line %s", wanted.line, exc_info=True)
            # The name of a clip may hold what no terminal can print.
            failed.append((wanted.line, str(error).encode("utf-8", "replace").decode()))
        for channel in _methods(wanted):
            _add_answer(tally, wanted, right, channel, _answer(searcher, query, channel))
        if wanted.clip is None:
            levels.add(tally, wanted, right, query)
        progress.update(done)
    return EvaluationReport(
        len(queries),
        sum(wanted.start is not None for wanted in queries),
        len({wanted.document for wanted in queries}),
        tally.means("document"),
        tally.means("moment"),
        {level: tally.means(level) for level in LEVELS},
        tuple(sorted(missing)),
        tuple(failed),
    )


def _methods(wanted: EvalQuery) -> Iterator[str]:
    """Yield what a query is judged by: a bonus, as metadata, is of typed words alone."""
    for name, channel in CHANNELS.items():
        if wanted.text is not None or not channel.is_bonus:
            yield name
    yield from (RRF, AUTO)


def known_items(searcher: Searcher) -> tuple[list[EvalQuery], str]:
    """Make queries of a library's own: cues of documents held out of training.

    Returns:
        Up to `CUES_EACH` cues of each held-out document, spread evenly over those with at least
        5 words, and a phrase that says where they come from.

    Raises:
        LibraryError: The library holds no documents, or no cue is long enough.
    """
    from hilbert.training.config import TrainingConfig
    from hilbert.training.splits import FEWEST_DOCUMENTS, held_out_ids

    _refuse_empty(searcher)
    ids = sorted({segment.document for segment in searcher.snapshot.lexical.segments()})
    # Fewer are not trained on, so nothing is gained by leaving any out.
    held_out = len(ids) >= FEWEST_DOCUMENTS
    if held_out:
        judging, validating = held_out_ids(ids, TrainingConfig().held_out_share)
        ids = sorted({*judging, *validating} - searcher.library.models.seen().learned)
    queries = [wanted for document in ids for wanted in _cues_of(searcher, document)]
    if not queries:
        raise LibraryError(
            f"no cue of the {'held-out ' if held_out else ''}documents has {_FEWEST_WORDS} words "
            "or more to ask for; give your own questions with --queries"
        )
    count = len({wanted.document for wanted in queries})
    which = "held-out documents" if held_out else "documents (too few to hold any out)"
    return queries, (
        f"up to {CUES_EACH} cues of each of {count} {which}; their words stand in the index, so "
        "lexical and text are flattered"
    )


def _refuse_empty(searcher: Searcher) -> None:
    if not searcher.documents:
        folder = searcher.library.folder
        raise LibraryError(f"{folder} holds no documents; index recordings first")


def _cues_of(searcher: Searcher, document: str) -> list[EvalQuery]:
    cues = [
        cue
        for cue in searcher.library.catalog.cues(document)
        if len(cue.text.split()) >= _FEWEST_WORDS and len(cue.text) <= MAX_TYPED
    ]
    # The middles of as many equal parts: first and last cues are greetings in many recordings.
    picks = {(2 * part + 1) * len(cues) // (2 * CUES_EACH) for part in range(CUES_EACH)}
    queries = []
    for cue in (cues[pick] for pick in sorted(picks) if cues):
        timed = cue.start is not None and cue.end is not None and cue.start < cue.end
        times = (cue.start, cue.end) if timed else (None, None)
        queries.append(EvalQuery(document, *times, text=cue.text))
    return queries


def _answer(searcher: Searcher, query: Query | None, channel: str) -> SearchResult:
    """Return what the search does; nothing where it cannot answer through this channel."""
    if query is not None:
        try:
            return searcher.answer(query, _RESULTS, channel, grouped=False, per_document=0)
        except QueryError:  # no words in a clip, or no sound
            pass
    return SearchResult((), (), {})


def _add_answer(
    tally: _Tally, wanted: EvalQuery, right: set[str], channel: str, result: SearchResult
) -> None:
    tally.add(
        "document",
        channel,
        wanted.document,
        [document.score for document in result.documents],
        [document.document in right for document in result.documents],
    )
    if wanted.start is not None and wanted.end is not None:
        # Duplicates of a moment are shown with it: each is as good an answer.
        shown: list[tuple[float, Hit | Duplicate]] = []
        for hit in result.hits:
            places: list[Hit | Duplicate] = [hit, *hit.duplicates]
            shown += [(hit.score, place) for place in places]
        tally.add(
            "moment",
            channel,
            wanted.document,
            [score for score, _ in shown],
            [
                is_right_moment(place, wanted.document, wanted.start, wanted.end)
                for _, place in shown
            ],
        )


class _SameLevel:
    """Ranks all documents by cosine, for every channel in the same way."""

    def __init__(self, searcher: Searcher) -> None:
        self._channels = [c for c in CHANNELS.values() if isinstance(c, VectorChannel)]
        self._snapshot = searcher.snapshot
        self._documents = sorted(searcher.documents)
        row_of = {document: row for row, document in enumerate(self._documents)}
        segments = self._snapshot.lexical.segments()
        self._ids = {
            "segments": [segment.id for segment in segments],
            "documents": [document_key(document) for document in self._documents],
        }
        self._owners = np.array([row_of[segment.document] for segment in segments], np.int64)

    def add(self, tally: _Tally, wanted: EvalQuery, right: set[str], query: Query | None) -> None:
        is_right = np.array([document in right for document in self._documents])
        for channel in self._channels:
            for level in LEVELS:
                cosines = np.full(len(is_right), np.nan)
                if query is not None:
                    typed = query.parts[0].vectors[0]
                    vector, _ = typed.encoded[channel.name]
                    cosines = self._cosines(level, channel.modality, vector)
                has = ~np.isnan(cosines)  # without a vector a document is not found
                tally.add(level, channel.name, wanted.document, cosines[has], is_right[has])

    def _cosines(
        self, level: str, modality: str, vector: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Return the cosine of each document, `[n_documents]`, NaN where it has no vector."""
        part = "segments" if level == "best_segment" else "documents"
        cosines = self._snapshot.index(part, modality).scores(vector, self._ids[part])
        if part == "segments":
            best = np.full(len(self._documents), np.nan, np.float32)
            np.fmax.at(best, self._owners, cosines)
            cosines = best
        # Equal vectors come out of a matrix product apart by less: they tie, as in a search.
        return np.asarray(np.round(cosines, 6), np.float64)


class _Tally:
    """The metrics of every query, by table and channel."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, list[tuple[str, dict[str, float]]]]] = {}

    def add(
        self, table: str, channel: str, wanted: str, scores: ArrayLike, right: ArrayLike
    ) -> None:
        """Add the metrics of one query: results `[n]` by score, of which some are `right [n]`."""
        rows = self._rows.setdefault(table, {}).setdefault(channel, [])
        rows.append((wanted, known_item_metrics(scores, right)))

    def means(self, table: str) -> dict[str, MetricMeans]:
        """Return means and intervals by channel."""
        return {channel: _means(rows) for channel, rows in self._rows.get(table, {}).items()}


def _means(rows: Sequence[tuple[str, dict[str, float]]]) -> MetricMeans:
    # Queries for one document are not independent, so whole documents are redrawn; of a single
    # one nothing could be redrawn, and an interval without width would be wrong.
    documents = [document for document, _ in rows]
    groups = documents if len(set(documents)) > 1 else None
    means: MetricMeans = {}
    intervals = {}
    for metric in KNOWN_ITEM_METRICS:
        values = [metrics[metric] for _, metrics in rows]
        means[metric] = round(float(np.mean(values)), 6)
        intervals[metric] = [round(end, 6) for end in bootstrap_interval(values, groups)]
    return {**means, "ci95": intervals}
