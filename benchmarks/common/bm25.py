"""Plain BM25, to measure against: documents ranked by their best passage, or as wholes."""

from __future__ import annotations

import re
import sqlite3


class Bm25:
    """SQLite's FTS5 in memory: BM25 with k1 = 1.2 and b = 0.75, Porter stems, no stop words."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "CREATE VIRTUAL TABLE passages USING "
            "fts5 (document UNINDEXED, text, tokenize='porter unicode61')"
        )

    def add(self, document: str, text: str) -> None:
        """Add a passage of a document, or all of its words."""
        self._db.execute("INSERT INTO passages VALUES (?, ?)", [document, text])

    def scores(self, query: str) -> dict[str, float]:
        """Return the name of each document that holds a word of the query, with its best score."""
        words = dict.fromkeys(re.findall(r"\w+", query.lower()))
        if not words:
            return {}
        rows = self._db.execute(
            "SELECT document, -bm25(passages) FROM passages WHERE passages MATCH ?",
            [" OR ".join(f'"{word}"' for word in words)],
        )
        found: dict[str, float] = {}
        for document, score in rows:
            found[document] = max(found.get(document, score), score)
        return found
