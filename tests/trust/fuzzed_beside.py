"""One mutated file that lies beside recordings: a table, chapters, queries with their answers."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexer.adapt.eval_queries import read_eval_queries
from indexer.base.errors import AudioError, QueryError
from indexer.ingest.metadata_table import read_metadata_table, split_speakers
from indexer.ingest.table_rows import TableError
from indexer.media.chapters import read_chapters
from tests.trust.fuzzing import Input, wrong_message
from tests.trust.mutations import mutated_text

_CORPUS = Path(__file__).with_name("corpus") / "beside"


@cache
def seeds() -> dict[str, bytes]:
    """Return the seeds by name: one of each kind."""
    return {file.name: file.read_bytes() for file in sorted(_CORPUS.iterdir())}


def make(number: int) -> Input:
    """Make an input; the same number gives the same one."""
    rng = random.Random(f"beside {number}")
    name = rng.choice(list(seeds()))
    return Input(name, mutated_text(rng, list(seeds().values()), seeds()[name]))


def findings(path: Path) -> Iterator[str]:
    """Read a file by its name, and yield what is wrong."""
    try:
        if path.suffix == ".csv":
            for name, row in read_metadata_table(path).rows.items():
                split_speakers(row)
                if any(not value.strip() for value in row.values()):
                    yield f"an empty value of {name!r}"
        elif path.suffix == ".jsonl":
            for query in read_eval_queries(path):
                if query.start is not None and not math.isfinite(query.start):
                    yield f"impossible times: {query}"
        else:
            for chapter in read_chapters(path):
                end = chapter.start if chapter.end is None else chapter.end
                if not 0 <= chapter.start <= end < math.inf:
                    yield f"impossible times: {chapter}"
    except (AudioError, QueryError, TableError) as error:
        yield from wrong_message(str(error))
