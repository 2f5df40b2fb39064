"""Do long documents come first? `auto`, its channels, and BM25 on hearings of an hour each.

    HILBERT_DATA=... python -m benchmarks.long_documents --library DIR [--documents 200]

Indexes the first hearings by name, transcripts only, into the library DIR (a stopped run goes on
where it was), asks the questions that people wrote about them, and prints how often the right
hearing is found: by `auto` and by channels of words alone, beside BM25 over whole documents and
BM25 over passages of 60 words, of which the best one counts. Both are FTS5's BM25, with Porter
stems. The time of a search is the median over the questions, their encoding left out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.common.bm25 import Bm25
from benchmarks.common.exit_status import exit_status
from hilbert.retrieval_metrics import known_item_metrics
from hilbert.stats import bootstrap_interval
from indexer.adapt.eval_queries import EvalQuery, read_eval_queries
from indexer.index.segment_table import SegmentTable
from indexer.library import Library
from indexer.search.searcher import Searcher
from tools.speech_corpus.errors import SpeechError

CHANNELS = ("auto", "lexical", "text", "joint")
PASSAGE_WORDS = 60
_METRICS = ("mrr@10", "recall@1", "recall@10")
# Query by query, a metric's name to its value.
Found = Sequence[Mapping[str, float]]


def main() -> None:
    """Index what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=200, help="the first so many by name")
    options = parser.parse_args()
    sys.exit(exit_status(lambda: _measure(options.library, options.documents)))


def _measure(folder: Path, n_documents: int) -> None:
    hearings = Path(os.environ.get("HILBERT_DATA", "")) / "hearings"
    transcripts = sorted(hearings.glob("*.vtt"))[:n_documents]
    if not transcripts:
        raise SpeechError("set HILBERT_DATA to the folder that holds hearings")
    with Library.open(folder, create=True) as library:
        library.add(*transcripts)
        searcher = library.searcher()
        names = {document.name for document in searcher.documents.values()}
        asked = [q for q in read_eval_queries(hearings / "queries.jsonl") if q.document in names]
        print(f"{len(names)} documents, {len(searcher.table)} moments, {len(asked)} questions\n")
        print(
            "| documents by | MRR@10 | recall@1 | recall@10 | ms |\n| --- | --- | --- | --- | --- |"
        )
        for channel in CHANNELS:
            found, milliseconds = answer(searcher, asked, channel)
            print(_line(channel, found, f"{statistics.median(milliseconds):.1f}"))
        whole, passages = document_texts(searcher)
        print(_line("BM25, whole documents", rank(whole, asked)))
        print(_line(f"BM25, passages of {PASSAGE_WORDS} words", rank(passages, asked)))


def answer(
    searcher: Searcher, asked: Sequence[EvalQuery], channel: str
) -> tuple[Found, list[float]]:
    """Search with every question; return the metrics and the milliseconds of each."""
    found, milliseconds = [], []
    for question in asked:
        query = searcher.embed(question.text)
        result = searcher.answer(query, 10, channel, grouped=False)
        scores = [document.score for document in result.documents]
        right = [document.name == question.document for document in result.documents]
        found.append(known_item_metrics(scores, right))
        milliseconds.append(result.timings_ms["search"])
    return found, milliseconds


def rank(index: Bm25, asked: Sequence[EvalQuery]) -> Found:
    """Rank documents by BM25 for every question; return the metrics of each."""
    found = []
    for question in asked:
        scores = index.scores(question.text or "")
        found.append(
            known_item_metrics(list(scores.values()), [n == question.document for n in scores])
        )
    return found


def document_texts(searcher: Searcher) -> tuple[Bm25, Bm25]:
    """Index the words of a library by whole document, and by passage."""
    whole, passages = Bm25(), Bm25()
    table: SegmentTable = searcher.table
    for document in table.documents:
        segments = searcher.snapshot.lexical.segments_of(document.id)
        words = " ".join(segment.text for segment in segments).split()
        whole.add(document.name, " ".join(words))
        for first in range(0, len(words), PASSAGE_WORDS):
            passages.add(document.name, " ".join(words[first : first + PASSAGE_WORDS]))
    return whole, passages


def _line(name: str, found: Found, milliseconds: str = "") -> str:
    low, high = bootstrap_interval([metrics["mrr@10"] for metrics in found])
    means = [float(np.mean([metrics[metric] for metrics in found])) for metric in _METRICS]
    first, *others = (f"{mean:.3f}" for mean in means)
    return f"| {name} | {first} ({low:.3f}-{high:.3f}) | {' | '.join(others)} | {milliseconds} |"


if __name__ == "__main__":
    main()
