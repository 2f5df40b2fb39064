"""How many of the ten best of exhaustive scoring a search finds, by channel and kind of query.

    python -m benchmarks.scale.recall LIBRARY QUERIES.jsonl [--clips FOLDER] [--most N] [--json FILE]

Every query is answered twice, by a searcher as it is and by one that scores every moment, with each
channel that can answer it and with `auto`. Typed queries ask the text, audio and joint vectors;
clips and stored moments (similar) ask with their sound too. Prints the mean recall of the final ten
moments, the least, and how many queries lose any.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.scale.search_times import read_queries
from indexer.base.errors import QueryError
from indexer.index.library_store import LibraryStore
from indexer.search.channels import CHANNELS
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
    kinds = {
        "typed": _typed(exhaustive, read_queries(options.queries, options.most)),
        "similar": _similar(exhaustive, options.most),
        "clip": _clips(exhaustive, options.clips, options.most),
    }
    print("| query | channel | queries | recall of ten | least | lose any |")
    print("| --- | --- | --- | --- | --- | --- |")
    rows = []
    for kind, asks in kinds.items():
        for channel in (AUTO, *CHANNELS):
            recalls = [r for ask in asks if (r := _recall(ask, found, exhaustive, channel)) >= 0]
            if recalls:
                mean, lost = sum(recalls) / len(recalls), sum(r < 1 for r in recalls)
                rows.append((kind, channel, len(recalls), round(mean, 4), min(recalls), lost))
                print("| " + " | ".join(map(str, rows[-1])) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _recall(ask: Ask, found: Searcher, exhaustive: Searcher, channel: str) -> float:
    """Return the share of the exhaustive ten that were found; -1 where a channel cannot answer."""
    try:
        right = _moments(ask(exhaustive, channel))
    except QueryError:
        return -1.0
    return len(right & _moments(ask(found, channel))) / len(right) if right else -1.0


def _moments(result: SearchResult) -> set[Any]:
    return {(hit.document, hit.segment) for hit in result.hits}


def _typed(searcher: Searcher, queries: Sequence[str]) -> list[Ask]:
    def asks(text: str) -> Ask:
        query = searcher.embed(text)
        return lambda asked, channel: asked.answer(query, channel=channel, grouped=False)

    return [asks(text) for text in queries]


def _clips(searcher: Searcher, folder: Path | None, most: int) -> list[Ask]:
    def asks(clip: Path) -> Ask:
        query = searcher.embed(clip=clip)
        return lambda asked, channel: asked.answer(query, channel=channel, grouped=False)

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
