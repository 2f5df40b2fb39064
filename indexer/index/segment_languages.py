"""Languages of the segments that are in another one than their document, where there are any."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from indexer.store.catalog import segment_id

_TABLE = "segment_languages"
_SCHEMA = (
    f"CREATE TABLE IF NOT EXISTS {_TABLE} (segment INTEGER PRIMARY KEY, language TEXT NOT NULL)"
)


def put_segment_languages(
    db: sqlite3.Connection, document: str, languages: Mapping[int, str]
) -> None:
    """Note the languages of segments of a document, by their number."""
    if languages:
        db.execute(_SCHEMA)
        rows = ((segment_id(document, number), code) for number, code in languages.items())
        db.executemany(f"INSERT INTO {_TABLE} VALUES (?, ?)", rows)


def read_segment_languages(read: Callable[[str], Sequence[sqlite3.Row]]) -> dict[int, str]:
    """Map the ids of segments to their languages.

    Args:
        read: Answers a query.
    """
    if not read(f"SELECT 1 FROM sqlite_master WHERE name = '{_TABLE}'"):
        return {}
    return {row[0]: row[1] for row in read(f"SELECT segment, language FROM {_TABLE}")}
