"""Words of segments that their recogniser doubts: in the records, and by stem for the scores.

A doubtful word counts as half a word wherever words are counted, so that a document in which it was
surely said comes first; it is found all the same. Files of earlier releases list none.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.base.text_analysis import Token
from indexer.base.types import Segment, WordTime
from indexer.index.postings import NO_POSTINGS, Postings, read_postings
from indexer.store.catalog import segment_id

DOUBTFUL_COUNT = 0.5

# Numbers of words between spaces, int32; rows of segments and how often, as in `postings`.
_RECORDS = "CREATE TABLE doubtful_words (segment INTEGER PRIMARY KEY, numbers BLOB NOT NULL)"
_BY_STEM = """CREATE TABLE doubtful_stems (
    stem TEXT PRIMARY KEY, rows BLOB NOT NULL, times BLOB NOT NULL
)"""
_BY_STEM_TABLE = "doubtful_stems"


def put_doubtful_words(
    db: sqlite3.Connection,
    document: str,
    segments: Sequence[Segment],
    of_cues: Sequence[Sequence[WordTime]],
) -> None:
    """Note the doubtful words of a document; its segments are made of whole cues."""
    rows = []
    for i, segment in enumerate(segments):
        times = [time for cue in of_cues[segment.first_cue : segment.last_cue] for time in cue]
        numbers = [number for number, time in enumerate(times) if time.doubtful]
        if numbers:
            rows.append((segment_id(document, i), np.array(numbers, np.int32).tobytes()))
    if rows:
        db.execute(_RECORDS.replace("TABLE", "TABLE IF NOT EXISTS"))
        db.executemany("INSERT INTO doubtful_words VALUES (?, ?)", rows)


def read_doubtful_words(db: sqlite3.Connection) -> dict[int, NDArray[np.int32]]:
    """Map segments to the numbers of their doubtful words."""
    if not _has_table(db, "doubtful_words"):
        return {}
    rows = db.execute("SELECT segment, numbers FROM doubtful_words")
    return {row[0]: np.frombuffer(row[1], np.int32) for row in rows}


class DoubtfulStems:
    """Collects how often each stem is doubtful in each row."""

    def __init__(self) -> None:
        self._rows: dict[str, Counter[int]] = defaultdict(Counter)

    def add(
        self,
        row: int,
        text: str,
        tokens: Sequence[Token],
        stems: Sequence[str],
        numbers: NDArray[np.int32],
    ) -> None:
        """Note the doubtful words of a segment.

        Args:
            row: Of the segment.
            text: Of the segment.
            tokens: Of the text, in order.
            stems: Of the tokens; more may follow.
            numbers: Which of the words between spaces are doubtful.
        """
        begins = np.array([i for i, c in enumerate(text) if i == 0 or text[i - 1] == " "])
        words = np.searchsorted(begins, [token.start for token in tokens], side="right") - 1
        doubted = set(numbers.tolist())
        for word, stem in zip(words.tolist(), stems, strict=False):
            if word in doubted:
                self._rows[stem][row] += 1

    def write(self, db: sqlite3.Connection) -> None:
        """Write what was collected, if anything."""
        db.execute(f"DROP TABLE IF EXISTS {_BY_STEM_TABLE}")
        if not self._rows:
            return
        db.execute(_BY_STEM)
        db.executemany(
            f"INSERT INTO {_BY_STEM_TABLE} VALUES (?, ?, ?)",
            (
                (
                    stem,
                    np.array(sorted(rows), np.int32).tobytes(),
                    np.array([rows[row] for row in sorted(rows)], np.uint16).tobytes(),
                )
                for stem, rows in sorted(self._rows.items())
            ),
        )


def has_doubtful_stems(read: Callable[[str], Sequence[sqlite3.Row]]) -> bool:
    """Whether a file lists any; `read` answers a query."""
    return bool(read(f"SELECT 1 FROM sqlite_master WHERE name = '{_BY_STEM_TABLE}'"))


def read_doubtful_stem(
    read: Callable[[str, Sequence[str]], Sequence[sqlite3.Row]], stem: str
) -> Postings:
    """Return the rows in which a stem is doubtful, and how often.

    Args:
        read: Answers a query with parameters, of a file that lists doubtful stems.
        stem: Which.
    """
    found = read(f"SELECT rows, times FROM {_BY_STEM_TABLE} WHERE stem = ?", [stem])
    return read_postings(found[0][0], found[0][1]) if found else NO_POSTINGS


def discounted(postings: Postings, doubtful: Postings) -> Postings:
    """Return postings in which a doubtful word counts as half a word."""
    if not len(doubtful.rows) or not len(postings.rows):
        return postings
    times = postings.times.astype(np.float64)
    places = np.searchsorted(postings.rows, doubtful.rows)
    times[places] -= (1 - DOUBTFUL_COUNT) * np.minimum(doubtful.times, times[places])
    return Postings(postings.rows, times)


def find_doubtful_words(
    read: Callable[[str, Sequence[int]], Sequence[sqlite3.Row]], ids: Sequence[int]
) -> dict[int, list[int]]:
    """Map those of some segments that have doubtful words to the numbers of these, in order.

    Args:
        read: Answers a query with parameters, of a file that lists doubtful words.
        ids: Of the segments.
    """
    found: dict[int, list[int]] = {}
    for first in range(0, len(ids), 500):  # SQLite bounds the number of variables
        part = ids[first : first + 500]
        marks = ",".join("?" * len(part))
        rows = read(f"SELECT segment, numbers FROM doubtful_words WHERE segment IN ({marks})", part)
        found.update((row[0], np.frombuffer(row[1], np.int32).tolist()) for row in rows)
    return found


def _has_table(db: sqlite3.Connection, name: str) -> bool:
    found = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    return found.fetchone() is not None
