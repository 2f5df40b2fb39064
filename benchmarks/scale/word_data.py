"""The words of a library, and questions about them, as files that other full-text engines read."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.base.text_analysis import MAX_PHRASE, query_terms
from indexer.index.analysed_lines import AnalysedLines
from indexer.index.document_words import inverse_document_frequency
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.fulltext_tables import STEM_FTS, VERSION
from indexer.index.vocabulary_writer import VocabularyWriter

FIELDS = ("stems", "exact", "boundary")
# Words of a phrase, letters of a prefix, letters of a word that is misspelt, share of a filter.
_PHRASE, _PREFIX, _LEAST_LETTERS, _ALLOWED = 3, 5, 7, 0.05


def write_words(lexical: FulltextIndex, data: Path) -> None:
    """Write the words of all segments, as the text analysis made them; not again if they are there.

    Args:
        lexical: Of a library.
        data: A folder. `stems.txt` gets the stems of a segment a line, `exact.txt` its exact
            words, `boundary.txt` the exact words around its end; `rows.npy` its row in the library.
    """
    if (data / "rows.npy").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    rows: list[int] = []
    files = [(data / f"{name}.txt").open("w", encoding="utf-8") for name in FIELDS]
    for number, shard in enumerate(lexical.shards):
        (database,) = shard.read("PRAGMA database_list")
        lines = AnalysedLines(Path(database["file"]), VERSION)
        of_shard = iter(lexical.rows[number].tolist())
        for id_ in shard.document_ids:
            for fields in _segments(lines, id_):
                rows.append(next(of_shard))
                for file, words in zip(files, fields, strict=True):
                    file.write(" ".join(words) + "\n")
    for file in files:
        file.close()
    np.save(data / "rows.npy", np.array(rows, np.int64))


def _segments(lines: AnalysedLines, document: str) -> Iterator[tuple[list[str], ...]]:
    """Yield the words of each segment of a document, by `FIELDS`."""
    analysed = lines.document(document)
    assert analysed is not None, f"{document} was analysed by another version"
    words = VocabularyWriter()
    read = words.take(analysed)[:-1]  # the last is its description
    exact = [[words.words[w] for w in (line[line & 1 == 0] >> 1).tolist()] for line in read]
    for line, said, following in zip(read, exact, [*exact[1:], []], strict=True):
        around = [*said[-MAX_PHRASE:], *following[:MAX_PHRASE]] if said and following else []
        yield [words.stems[stem] for stem in words.stems_of(line).tolist()], said, around


def questions(
    lexical: FulltextIndex, queries: Sequence[str], data: Path, seed: int = 0
) -> dict[str, Any]:
    """Draw questions of each kind from the words of a library, and write them to `asked.json`.

    Args:
        lexical: Of the library.
        queries: Typed ones.
        data: Of `write_words`.
        seed: Of what is drawn.

    Returns:
        `terms` of the queries; `words`: for each term the phrases of stems that it stands for, with
        their inverse document frequencies; `phrases`: words in a row; `prefixes`; `misspelt`
        words; `allowed`: rows that a filter leaves.
    """
    drawn = random.Random(seed)
    n = lexical.n_segments
    chosen = set(drawn.sample(range(n), len(queries)))
    with (data / "exact.txt").open(encoding="utf-8") as file:
        lines = [line.split() for number, line in enumerate(file) if number in chosen]
    said = [line for line in lines if len(line) > _PHRASE] or lines
    phrases, prefixes, misspelt = [], [], []
    for line in (drawn.choice(said) for _ in queries):
        begin = drawn.randrange(max(1, len(line) - _PHRASE))
        phrases.append(" ".join(line[begin : begin + _PHRASE]))
        long = [word for word in line if len(word) >= _LEAST_LETTERS and word.isascii()]
        if long:
            word = drawn.choice(long)
            prefixes.append(word[:_PREFIX])
            place = drawn.randrange(1, len(word) - 2)  # two letters change places
            misspelt.append(word[:place] + word[place + 1] + word[place] + word[place + 2 :])
    terms = [query_terms(query) for query in queries]

    def weighed(term: str) -> list[tuple[str, float]]:
        counts = {p: lexical.count(STEM_FTS, [p]) for p in lexical.phrases(term)}
        return [(p, inverse_document_frequency(n, count)) for p, count in counts.items() if count]

    found: dict[str, Any] = {
        "terms": terms,
        "words": [[found for t in each if (found := weighed(t))] for each in terms],
        "phrases": phrases,
        "prefixes": prefixes,
        "misspelt": misspelt,
        "allowed": sorted(drawn.sample(range(n), int(_ALLOWED * n))),
    }
    (data / "asked.json").write_text(json.dumps(found), encoding="utf-8")
    return found
