"""hilbert search: find moments by typed words or by a clip."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.commands.common import (
    channel_option,
    json_option,
    k_option,
    library_option,
    print_json,
    print_result,
    read_json_lines,
    result_to_dict,
)

if TYPE_CHECKING:
    from indexer.search import Searcher


@click.command("search")
@click.argument("query", required=False)
@library_option
@click.option("--clip", type=click.Path(path_type=Path), help="Search with a short recording.")
@click.option(
    "--queries",
    type=click.Path(path_type=Path),
    help='Answer a JSON Lines file of {"query": ...} or {"clip": ...}; one result a line.',
)
@k_option
@channel_option
@json_option
def command(
    query: str | None,
    library: Path,
    clip: Path | None,
    queries: Path | None,
    k: int,
    channel: str,
    as_json: bool,
) -> None:
    """Find moments by typed words or by a clip."""
    if sum(bool(given) for given in (query is not None, clip, queries)) != 1:
        raise click.UsageError("give one of: a query, --clip FILE, --queries FILE")
    questions = list(_read_questions(queries)) if queries else []
    from indexer.library import Library
    from indexer.search import Searcher

    started = time.perf_counter()
    searcher = Searcher(Library.open(library))
    opened = round(1000 * (time.perf_counter() - started), 2)
    if queries:
        for question in questions:
            _answer_line(searcher, question, k, channel, as_json)
        return
    result = searcher.search(query, clip=clip, k=k, channel=channel)
    result.timings_ms["open"] = opened
    print_json(result_to_dict(result)) if as_json else print_result(result)


def _answer_line(
    searcher: Searcher, question: dict[str, Any], k: int, channel: str, as_json: bool
) -> None:
    """One result a line; a question that fails is answered by its error, the others go on."""
    from hilbert.errors import HilbertError

    try:
        result = searcher.search(
            question.get("query"), clip=question.get("clip"), k=k, channel=channel
        )
    except HilbertError as error:
        answer = {"hits": [], "documents": [], "timings_ms": {}, "error": str(error)}
        print_json(answer, indent=None) if as_json else click.echo(f"failed: {error}")
        return
    if as_json:
        print_json(result_to_dict(result), indent=None)
    else:
        click.echo(f"\n> {question.get('query') or question.get('clip')}")
        print_result(result)


def _read_questions(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a queries file; clip paths are relative to the file."""
    for number, question in read_json_lines(path):
        asked = [question.get(key) for key in ("query", "clip")]
        if not any(asked) or not all(isinstance(a, str) for a in asked if a is not None):
            raise click.UsageError(f'{path}, line {number}: needs a "query" or a "clip", in quotes')
        if question.get("clip"):
            question["clip"] = path.parent / question["clip"]
        yield question
