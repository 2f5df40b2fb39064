"""How many of the ten best of exhaustive scoring a search finds, by channel and kind of query.

    python -m benchmarks.scale.recall LIBRARY QUERIES.jsonl [--clips FOLDER] [--most N] [--json F]

Every query is answered twice, by a searcher as it is and by one that scores every moment, with each
channel that can answer it and with `auto`. Typed queries ask the text, audio and joint vectors, and
ask again among what filters leave; clips and stored moments (similar) ask with their sound too.
Prints the mean recall of the final ten moments and documents, the least, and how many queries lose
any.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.scale.search_times import read_queries, some_filters
from indexer.base.errors import QueryError
from indexer.index.library_store import LibraryStore
from indexer.search.channels import CHANNELS
from indexer.search.filters import Filters
from indexer.search.fusion import AUTO
from indexer.search.results import SearchResult
from indexer.search.searcher import Searcher

Ask = Callable[[Searcher, str], SearchResult]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--clips", type=Path)
    parser.add_argument("--most", type=int, default=200, help="queries of each kind")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    store = LibraryStore.open(options.library)
    found, exhaustive = Searcher(store), Searcher(store, exhaustive=True)
    queries = read_queries(options.queries, options.most)
    kinds = {"typed": _typed(exhaustive, queries)}
    for name, filters in some_filters(exhaustive).items():
        kinds[f"typed, {name.replace('_', ' ')}"] = _typed(exhaustive, queries, filters)
    kinds["similar"] = _similar(exhaustive, options.most)
    kinds["clip"] = _clips(exhaustive, options.clips, options.most)
    print("| query | channel | queries | moments | least | documents | least | lose any |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    rows = []
    for kind, asks in kinds.items():
        for channel in (AUTO, *CHANNELS):
            recalls = [r for ask in asks if (r := _recalls(ask, found, exhaustive, channel))]
            if recalls:
                rows.append((kind, channel, len(recalls), *_summary(recalls)))
                print("| " + " | ".join(map(str, rows[-1])) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _summary(recalls: Sequence[tuple[float, float]]) -> tuple[float, float, float, float, int]:
    """Return mean and least recall of moments, those of documents, and how many lose any."""
    moments, documents = zip(*recalls, strict=True)
    lost = sum(min(pair) < 1 for pair in recalls)
    count = len(recalls)
    return (
        *(round(sum(moments) / count, 4), min(moments)),
        *(round(sum(documents) / count, 4), min(documents)),
        lost,
    )


def _recalls(
    ask: Ask, found: Searcher, exhaustive: Searcher, channel: str
) -> tuple[float, float] | None:
    """Return the shares of the exhaustive ten that were found, of moments and of documents.

    None where a channel cannot answer, or answers nothing.
    """
    try:
        right = ask(exhaustive, channel)
    except QueryError:
        return None
    if not right.hits:
        return None
    answer = ask(found, channel)
    return (
        _share(_moments(right), _moments(answer)),
        _share({d.document for d in right.documents}, {d.document for d in answer.documents}),
    )


def _moments(result: SearchResult) -> set[Any]:
    return {(hit.document, hit.segment) for hit in result.hits}


def _share(right: set[Any], found: set[Any]) -> float:
    return len(right & found) / len(right) if right else 1.0


def _typed(searcher: Searcher, queries: Sequence[str], filters: Filters | None = None) -> list[Ask]:
    def asks(text: str) -> Ask:
        query = searcher.embed(text)
        return lambda asked, channel: asked.answer(
            query, channel=channel, filters=filters or Filters()
        )

    return [asks(text) for text in queries]


def _clips(searcher: Searcher, folder: Path | None, most: int) -> list[Ask]:
    def asks(clip: Path) -> Ask:
        query = searcher.embed(clip=clip)
        return lambda asked, channel: asked.answer(query, channel=channel)

    return [asks(clip) for clip in sorted(folder.glob("*.opus"))[:most]] if folder else []


def _similar(searcher: Searcher, most: int) -> list[Ask]:
    def asks(document: str, seconds: float) -> Ask:
        return lambda asked, channel: asked.similar(document, seconds, channel=channel)

    documents = searcher.table.documents
    chosen = documents[:: max(1, len(documents) // most)][:most]
    segments = {d.id: searcher.snapshot.lexical.segments_of(d.id) for d in chosen}
    return [asks(id_, of[len(of) // 2].start or 0.0) for id_, of in segments.items() if of]


if __name__ == "__main__":
    main()
