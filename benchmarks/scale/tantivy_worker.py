"""Full-text search of the same words by tantivy; run by the interpreter of the peers.

    python benchmarks/scale/tantivy_worker.py build|search DATA INDEX OUT.json

DATA is what `word_data.py` writes. The words are given as they are, between spaces, so that the
text analysis is that of the library. It imports nothing of this project.
"""

from __future__ import annotations

import json
import math
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Occur, Query

_FIELDS = ("stems", "exact", "boundary")
_HEAP, _BEST, _ALL = 512 << 20, 256, 10_000_000
_SPACES = "spaces"


def schema() -> Any:
    """Return the fields: a segment is a document of its stems, exact words and boundary."""
    builder = tantivy.SchemaBuilder()
    for name in _FIELDS:
        builder.add_text_field(name, tokenizer_name=_SPACES, index_option="position")
    builder.add_integer_field("row", indexed=True, fast=True)
    return builder.build()


def opened(folder: Path) -> Any:
    """Open an index, or make an empty one."""
    index = tantivy.Index(schema(), path=str(folder))
    spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_SPACES, spaces)
    return index


def build(data: Path, folder: Path) -> dict[str, Any]:
    """Write the index with one thread, as the others are written."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wall, processor = time.perf_counter(), time.process_time()
    index = opened(folder)
    writer = index.writer(_HEAP, 1)
    files = [(data / f"{name}.txt").open(encoding="utf-8") for name in _FIELDS]
    for row, *lines in zip(np.load(data / "rows.npy").tolist(), *files, strict=True):
        given = dict(zip(_FIELDS, lines, strict=True))
        writer.add_document(tantivy.Document(row=row, **given))
    writer.commit()
    writer.wait_merging_threads()
    return {
        "build_s": round(time.perf_counter() - wall, 1),
        "build_processor_s": round(time.process_time() - processor, 1),
        "mebibytes": round(sum(p.stat().st_size for p in folder.rglob("*")) / (1 << 20), 1),
    }


class Searches:
    """Questions of each kind, as queries of tantivy.

    Args:
        folder: Of the index.
    """

    def __init__(self, folder: Path) -> None:
        self._index = opened(folder)
        self._index.reload()
        self._schema = schema()
        self._searcher = self._index.searcher()

    def rows(self, query: Any, most: int = _BEST) -> list[int]:
        """Return the best rows."""
        hits = self._searcher.search(query, most, count=False).hits
        return list(self._searcher.fast_field_values("row", [address for _, address in hits]))

    def words(self, terms: Sequence[Sequence[tuple[str, float]]]) -> Any:
        """Add the scores of terms, of what each stands for the best, by the idfs of the library."""
        several = []
        for phrases in terms:
            each = [self._phrase("stems", phrase, idf) for phrase, idf in phrases]
            several.append(each[0] if len(each) == 1 else Query.disjunction_max_query(each))
        return Query.boolean_query([(Occur.Should, query) for query in several])

    def phrase(self, phrase: str) -> Any:
        """Find words in a row, within a segment or across its boundary."""
        both = [self._phrase(field, phrase) for field in ("exact", "boundary")]
        return Query.boolean_query([(Occur.Should, query) for query in both])

    def prefix(self, prefix: str) -> Any:
        """Find beginnings of words, which tantivy does not score."""
        return Query.regex_query(self._schema, "exact", f"{prefix}.*")

    def excluding(self, terms: Sequence[Sequence[tuple[str, float]]], phrase: str) -> Any:
        """Score terms where a phrase is not said."""
        return Query.boolean_query(
            [(Occur.Must, self.words(terms)), (Occur.MustNot, self.phrase(phrase))]
        )

    def look_alike(self, word: str) -> Any:
        """Find words that two letters more or less make of a word, or two that change places."""
        return Query.fuzzy_term_query(self._schema, "exact", word, 2, True)

    def within(self, terms: Sequence[Sequence[tuple[str, float]]], rows: Iterable[int]) -> Any:
        """Score terms within some rows."""
        allowed = Query.const_score_query(
            Query.term_set_query(self._schema, "row", list(rows)), 0.0
        )
        return Query.boolean_query([(Occur.Must, self.words(terms)), (Occur.Must, allowed)])

    def _phrase(self, field: str, phrase: str, idf: float = 0.0) -> Any:
        words = phrase.split(" ")
        if len(words) == 1:
            query = Query.term_query(self._schema, field, words[0])
        else:
            query = Query.phrase_query(self._schema, field, words)
        if not idf:
            return query
        n, counted = self._searcher.num_docs, self._searcher.doc_freq
        own = sum(
            math.log(1 + (n - held + 0.5) / (held + 0.5))
            for held in (counted(field, word) for word in words)
        )
        return Query.boost_query(query, idf / own)


def timed(work: Callable[[Any], Any], questions: Iterable[Any]) -> tuple[list[float], list[Any]]:
    """Return the milliseconds of each question, and what was found."""
    times, found = [], []
    for question in questions:
        started = time.perf_counter()
        found.append(work(question))
        times.append(round(1000 * (time.perf_counter() - started), 3))
    return times, found


def search(data: Path, folder: Path) -> dict[str, Any]:
    """Ask all questions."""
    asked = json.loads((data / "asked.json").read_text(encoding="utf-8"))
    s = Searches(folder)
    allowed, words, phrases = asked["allowed"], asked["words"], asked["phrases"]
    pairs = list(zip(words, phrases, strict=True))
    found: dict[str, Any] = {}
    found["words"], best = timed(lambda each: s.rows(s.words(each)), words)
    found["best"] = best
    found["phrases"], _ = timed(lambda each: s.rows(s.phrase(each), _ALL), phrases)
    found["prefixes"], _ = timed(lambda each: s.rows(s.prefix(each)), asked["prefixes"])
    found["excluding"], _ = timed(lambda each: s.rows(s.excluding(*each)), pairs)
    found["misspelt"], _ = timed(lambda each: s.rows(s.look_alike(each)), asked["misspelt"])
    found["within"], _ = timed(lambda each: s.rows(s.within(each, allowed)), words)
    return found


def main() -> None:
    """Build or search; write what that took."""
    step, data, folder, out = sys.argv[1], *map(Path, sys.argv[2:])
    found = build(data, folder) if step == "build" else search(data, folder)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found["peak_mib"] = round(usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))
    out.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
