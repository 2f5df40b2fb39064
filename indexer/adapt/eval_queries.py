"""Queries with known answers, and the files that hold them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.base.errors import QueryFileError
from indexer.base.json_lines import read_json_lines
from indexer.base.progress import Progress

KEYS = ("query", "clip")


@dataclass(frozen=True)
class EvalQuery:
    """Typed words or a clip, and where the answer is.

    Attributes:
        document: Name (file stem) or id of the wanted document.
        start: Wanted times in seconds; None with `end` where only the document is wanted.
        end: After `start`.
        text: Typed words.
        clip: A recording to search with, instead of words.
        line: Number of its line in the file it comes from.
    """

    document: str
    start: float | None = None
    end: float | None = None
    text: str | None = None
    clip: Path | None = None
    line: int = 0


def read_eval_queries(path: Path, keys: Sequence[str] = KEYS) -> list[EvalQuery]:
    """Read a JSON Lines file of queries and the documents that answer them.

    Args:
        path: The file; clips are relative to its folder.
        keys: What a line may hold: `query`, `clip` or either of them.

    Raises:
        QueryError: The file cannot be read.
        QueryFileError: A line lacks something, or there is none.
    """
    queries = []
    for number, line in read_json_lines(path):
        where = f"{path}, line {number}"
        key = next((key for key in keys if key in line), keys[0])
        for needed in (key, "document"):
            if not isinstance(line.get(needed), str) or not line[needed].strip():
                raise QueryFileError(f'{where}: needs a "{needed}", in quotes')
        times = line.get("start"), line.get("end")
        if times != (None, None) and not _are_times(*times):
            raise QueryFileError(
                f'{where}: "start" and "end" must be seconds, "start" first, or both null'
            )
        text, clip = (line[key], None) if key == "query" else (None, path.parent / line[key])
        # A lone surrogate, which JSON can spell, is in no file's name and cannot be printed.
        document = line["document"].encode("utf-8", "replace").decode()
        queries.append(EvalQuery(document, *times, text=text, clip=clip, line=number))
    if not queries:
        raise QueryFileError(f"{path} is empty: nothing to ask for")
    return queries


def start_queries(progress: Progress, queries: Sequence[EvalQuery]) -> None:
    """Start the stage in which queries of one kind are answered, where there are any."""
    if queries:
        kind = "typed queries" if queries[0].clip is None else "clips"
        progress.start(kind, len(queries))


def _are_times(start: object, end: object) -> bool:
    numbers = [t for t in (start, end) if isinstance(t, int | float) and not isinstance(t, bool)]
    return len(numbers) == 2 and 0 <= numbers[0] < numbers[1] < math.inf
