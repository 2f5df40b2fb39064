"""Full-text engines beside each other, on the words of one library: ours, FTS5 alone, tantivy.

    python -m benchmarks.scale.fulltext_engines LIBRARY QUERIES.jsonl WORK [--json FILE]

All get the words that the one text analysis made; none analyses anything. Ours are postings read as
arrays, with FTS5 for words in a row. FTS5 alone ranks by its own bm25(), which counts each file for
itself. tantivy ranks by its BM25, whose inverse document frequencies are exchanged for ours. Prints
sizes, times to build, and median times (95th percentiles) of questions, each asked once: the 256
best for the words of a query, also where a phrase is excluded, or within a twentieth of the
segments; all that hold a phrase; the best for a prefix, which tantivy does not score; the best for
a misspelt word, which FTS5 has no means to find. WORK gets the peers' environment, the words as
files, and tantivy's index.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale.peer_environment import peer_python
from benchmarks.scale.search_times import read_queries
from benchmarks.scale.timing import measured, memory
from benchmarks.scale.word_data import FIELDS, questions, write_words
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.fulltext_tables import BOUNDARY_FTS, EXACT_FTS, STEM_FTS, TOKENIZE
from indexer.index.id_lookup import IdLookup
from indexer.index.library_store import LibraryStore
from indexer.index.postings import PostingsWriter
from indexer.index.term_phrases import quoted

_BEST, _TOP = 256, 10
# FTS5 takes seconds for a question: each kind is asked so many.
_MOST_FTS5 = 15
_KINDS = ("words", "excluding", "within", "phrases", "prefixes", "misspelt")
_FTS = {"stems": STEM_FTS, "exact": EXACT_FTS, "boundary": BOUNDARY_FTS}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    store = LibraryStore.open(options.library)
    lexical = store.snapshot().lexical
    data = options.work / "word-data" / str(lexical.n_segments)
    write_words(lexical, data)
    drawn_from = LibraryStore.open(options.library)  # what draws them has looked their words up
    asked = questions(drawn_from.snapshot().lexical, read_queries(options.queries), data)
    drawn_from.close()
    ours, fts5 = _Ours(lexical, asked), _Fts5(lexical, asked)
    found = {
        "hilbert": ours.ask_all() | {"resident_mib": memory()["resident"]} | _built(data, "ours"),
        "FTS5": fts5.ask_all() | _built(data, "fts5"),
        "tantivy": _tantivy(options.work, data),
    }
    store.close()
    best = found["hilbert"]["best"]
    for engine in found.values():
        pairs = list(zip(best, engine.pop("best"), strict=False))
        engine |= {f"as ours, of {most}": _overlap(pairs, most) for most in (_TOP, _BEST)}
    _print(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


class _Ours:
    """Questions as the library answers them."""

    def __init__(self, lexical: FulltextIndex, asked: dict[str, Any]) -> None:
        self._lexical, self._asked = lexical, asked
        self._allowed = np.array(asked["allowed"], np.int64)
        self._lookup = IdLookup(lexical.segment_ids)

    def ask_all(self) -> dict[str, Any]:
        """Ask all; the times, and the best for words."""
        asked, best = self._asked, self._best
        pairs = list(zip(asked["terms"], asked["phrases"], strict=True))
        self._lexical.scores(["warm", "up"])
        self._lexical.fuzzy_matches("wramup")  # reads the vocabulary
        found: dict[str, Any] = {}
        found["words"], found["best"] = _timed(best, asked["terms"])
        found["phrases"], _ = _timed(self._lexical.segments_with_phrase, asked["phrases"])
        found["prefixes"], _ = _timed(lambda prefix: best([f"{prefix}*"]), asked["prefixes"])
        found["excluding"], _ = _timed(lambda pair: self._excluding(*pair), pairs)
        found["misspelt"], _ = _timed(lambda word: best([word], fuzzy=True), asked["misspelt"])
        found["within"], _ = _timed(self._within, asked["terms"])
        return found

    def _best(self, terms: Sequence[str], fuzzy: bool = False) -> list[int]:
        return _highest(self._lexical.scores(terms, fuzzy))

    def _excluding(self, terms: Sequence[str], phrase: str) -> list[int]:
        scores = self._lexical.scores(terms, fuzzy=False)
        scores[self._lookup.rows(sorted(self._lexical.segments_with_phrase(phrase)))] = 0.0
        return _highest(scores)

    def _within(self, terms: Sequence[str]) -> list[int]:
        return _highest(self._lexical.scores(terms, fuzzy=False, rows=self._allowed))


class _Fts5:
    """Questions as the FTS5 tables of the library answer them, one file after the other."""

    def __init__(self, lexical: FulltextIndex, asked: dict[str, Any]) -> None:
        self._lexical, self._asked = lexical, asked
        self._allowed = [
            json.dumps(np.flatnonzero(np.isin(rows, asked["allowed"])).tolist())
            for rows in lexical.rows
        ]

    def ask_all(self) -> dict[str, Any]:
        """Ask all that it can answer; the times, and the best for words."""
        asked = self._asked
        expressions = [
            " OR ".join(quoted(p) for t in each for p, _ in t) for each in asked["words"]
        ]
        pairs = list(zip(expressions, asked["phrases"], strict=True))
        found: dict[str, Any] = {}
        found["words"], found["best"] = _timed(self._ranked, expressions)
        found["phrases"], _ = _timed(self._holding, asked["phrases"])
        prefixes = [quoted(f"{prefix}*") for prefix in asked["prefixes"]]
        found["prefixes"], _ = _timed(self._ranked, prefixes)
        found["excluding"], _ = _timed(lambda pair: self._excluding(*pair), pairs)
        found["within"], _ = _timed(self._within, expressions)
        return found

    def _ranked(self, expression: str, condition: str = "", *values: Sequence[str]) -> list[int]:
        found: list[tuple[float, int]] = []
        for number, (shard, rows) in enumerate(
            zip(self._lexical.shards, self._lexical.rows, strict=True)
        ):
            best = shard.read(
                f"SELECT rank, rowid FROM {STEM_FTS} WHERE {STEM_FTS} MATCH ? {condition} "
                f"ORDER BY rank LIMIT {_BEST}",
                [expression, *(each[number] for each in values)],
            )
            found += [(row[0], int(rows[row[1]])) for row in best]
        return [row for _, row in sorted(found)[:_BEST]]

    def _holding(self, phrase: str) -> list[int]:
        found: list[int] = []
        for shard, rows in zip(self._lexical.shards, self._lexical.rows, strict=True):
            for table in (EXACT_FTS, BOUNDARY_FTS):
                found += rows[shard.rows_matching(table, quoted(phrase))].tolist()
        return found

    def _excluding(self, expression: str, phrase: str) -> list[int]:
        n = len(self._lexical.shards)
        tables = (EXACT_FTS, BOUNDARY_FTS)
        condition = "".join(
            f"AND +rowid NOT IN (SELECT rowid FROM {table} WHERE {table} MATCH ?) "
            for table in tables
        )
        return self._ranked(expression, condition, *[[quoted(phrase)] * n] * len(tables))

    def _within(self, expression: str) -> list[int]:
        # The sign keeps SQLite from asking FTS5 once for each row.
        condition = "AND +rowid IN (SELECT value FROM json_each(?))"
        return self._ranked(expression, condition, self._allowed)


def _highest(scores: NDArray[np.float64]) -> list[int]:
    """Return the rows of the highest scores above 0, the highest first."""
    held = np.flatnonzero(scores)  # of many zeros `argpartition` takes long
    if len(held) > _BEST:
        held = held[np.argpartition(scores[held], len(held) - _BEST)[-_BEST:]]
    best: list[int] = held[np.argsort(-scores[held], kind="stable")].tolist()
    return best


def _timed(work: Callable[[Any], Any], given: Iterable[Any]) -> tuple[list[float], list[Any]]:
    """Return the milliseconds of each question, and what was found."""
    runs: list[tuple[float, float]] = []
    found = [measured(lambda each=each: work(each), runs) for each in given]
    return [round(1000 * wall, 3) for wall, _ in runs], found


def _built(data: Path, engine: str) -> dict[str, float]:
    """Build what an engine needs of the words anew; return its size and the time."""
    with tempfile.TemporaryDirectory(dir=data) as folder:
        path = Path(folder) / "words.sqlite"
        db = sqlite3.connect(path)
        wall, processor = time.perf_counter(), time.process_time()
        for field in FIELDS:
            name = _FTS[field]
            sized = int(field == "stems")
            db.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5 "
                f"(text, content='', columnsize={sized}, {TOKENIZE})"
            )
            with (data / f"{field}.txt").open(encoding="utf-8") as lines:
                given = enumerate(line.rstrip("\n") for line in lines)
                db.executemany(f"INSERT INTO {name} (rowid, text) VALUES (?, ?)", given)
            db.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
        if engine == "ours":
            _write_postings(db, data)
        db.commit()
        db.close()
        return {
            "build_s": round(time.perf_counter() - wall, 1),
            "build_processor_s": round(time.process_time() - processor, 1),
            "mebibytes": round(path.stat().st_size / (1 << 20), 1),
        }


def _write_postings(db: sqlite3.Connection, data: Path) -> None:
    writer, numbers = PostingsWriter(), dict[str, int]()
    with (data / "stems.txt").open(encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            stems = [numbers.setdefault(word, len(numbers)) for word in line.split()]
            writer.add_segment(row, np.array(stems, np.int32))
    writer.add_document(np.zeros(0, np.int32))
    writer.write(db, list(numbers))


def _tantivy(work: Path, data: Path) -> dict[str, Any]:
    """Build its index, and ask; each in a process of its own."""
    worker = [str(peer_python(work)), str(Path(__file__).with_name("tantivy_worker.py"))]
    found: dict[str, Any] = {}
    for step in ("build", "search"):
        out = data / f"tantivy-{step}.json"
        given = [step, str(data), str(data / "tantivy"), str(out)]
        subprocess.run([*worker, *given], check=True)
        found |= json.loads(out.read_text(encoding="utf-8"))
    return found


def _overlap(pairs: Sequence[tuple[list[int], list[int]]], most: int) -> float:
    """Return the share of our best that another engine has among its best."""
    tops = [({*ours[:most]}, {*theirs[:most]}) for ours, theirs in pairs if ours]
    return round(statistics.mean(len(ours & theirs) / len(ours) for ours, theirs in tops), 3)


def _print(found: dict[str, dict[str, Any]]) -> None:
    print("| | " + " | ".join(found) + " |")
    print("| --- " * (1 + len(found)) + "|")
    for kind in _KINDS:
        cells = (_summary(engine.get(kind, [])) for engine in found.values())
        print(f"| {kind}, ms | " + " | ".join(cells) + " |")
    shares = (f"as ours, of {most}" for most in (_TOP, _BEST))
    for key in ("mebibytes", "build_s", "build_processor_s", *shares):
        print(f"| {key} | " + " | ".join(str(engine[key]) for engine in found.values()) + " |")


def _summary(times: Sequence[float]) -> str:
    if not times:
        return ""
    last = sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
    return f"{statistics.median(times):.1f} ({last:.1f})"


if __name__ == "__main__":
    main()
