"""hilbert search: find moments by typed words, by a clip, or by both."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.base.json_lines import read_json_lines
from indexer.commands.completion import complete_query
from indexer.commands.options import (
    LazyChoice,
    LazyHelpCommand,
    channel_option,
    check_library_or_store,
    files_as_usage,
    filter_options,
    json_option,
    k_option,
    open_library_or_store,
    per_document_option,
    read_filters,
    several_libraries_option,
    store_option,
)
from indexer.commands.output import print_json, print_result
from indexer.commands.registry import verb
from indexer.commands.terminal import print_document, print_line

if TYPE_CHECKING:
    from indexer.search.filters import Filters
    from indexer.search.reranker import Reranker
    from indexer.search.results import SearchResult
    from indexer.search.searcher import Searcher
    from indexer.search.several import SeveralSearchers

log = logging.getLogger(__name__)

# As a query excludes a word; an option of one letter stands alone.
_EXCLUDED = re.compile(r"-[^\W\d_]{2}")


def _formats() -> Sequence[str]:
    from indexer.search.export import EXPORT_FORMATS

    return ("text", *EXPORT_FORMATS)


def _inline_filters() -> str:
    from indexer.search.inline_filters import INLINE_FILTERS, SOUND_HELP

    names = {**{name: each.help for name, each in INLINE_FILTERS.items()}, "sound": SOUND_HELP}
    return "; ".join(f"{name}: {text}" for name, text in names.items()) + "."


def _sorts() -> Sequence[str]:
    from indexer.search.sorting import SORTS

    return tuple(SORTS)


class _SearchCommand(LazyHelpCommand):
    """The command, which says how a query begins with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; what begins with a minus and is none may be a word to leave out."""
        typed = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            letter = error.option_name[1:2]
            words = [t for t in typed if t.startswith(f"-{letter}") and _EXCLUDED.match(t)]
            if letter == "-" or not words:
                raise
            hint = f"To leave out what says {words[0][1:]}, put -- before the query."
            raise click.NoSuchOption(
                error.option_name, f"{error.message} {hint}", ctx=error.ctx
            ) from error


@verb(order=20)
@click.command(
    "search",
    cls=_SearchCommand,
    fill={"FILTERS": _inline_filters},
    short_help="Find moments by typed words, by a clip, or by both.",
)
@click.argument("query", nargs=-1, shell_complete=complete_query)
@several_libraries_option
@store_option
@click.option("--clip", type=click.Path(path_type=Path), help="Search with a short recording.")
@click.option(
    "--queries",
    type=click.Path(path_type=Path),
    help='Answer a JSON Lines file of {"query": ...}, {"clip": ...} or both; one result a line.',
)
@k_option
@per_document_option
@channel_option
@filter_options
@click.option(
    "--sort",
    type=LazyChoice(_sorts),
    default="score",
    show_default=True,
    help="The order of what was found: by score, by date (newest first), or by time (as said).",
)
@click.option(
    "--rerank",
    metavar="MODEL",
    help="Put the 50 best moments in the order of a cross-encoder: a folder or a hub id.",
)
@click.option(
    "--all",
    "show_all",
    is_flag=True,
    help="Also list what was found where nothing in the library answers.",
)
@click.option("--explain", is_flag=True, help="Show each channel's share and the matched words.")
@json_option
@click.option(
    "--format",
    "form",
    type=LazyChoice(_formats),
    default="text",
    help="Print moments for people (text), or as a file for other programs.",
)
def command(
    query: tuple[str, ...],
    libraries: tuple[Path, ...],
    store: str | None,
    clip: Path | None,
    queries: Path | None,
    k: int,
    per_document: int,
    channel: str,
    sort: str,
    rerank: str | None,
    show_all: bool,
    explain: bool,
    as_json: bool,
    form: str,
    **filters: Any,
) -> None:
    """Find moments by typed words, by a clip, or by both together.

    "Words in quotes" must be said; a -word must not; begin* stands for every word that begins so.
    In a question of ten words or more beside them, quotes require nothing.

    Filters can be typed as well, as in speaker:anna since:2023; a value with spaces in quotes, a
    minus before the name excludes. Several values of one name are alternatives. FILTERS

    A query that starts with a minus goes behind --.
    """
    words = " ".join(query) if query else None
    if (queries and (query or clip)) or not (queries or clip or query):
        raise click.UsageError("give a query, --clip FILE or both; or --queries FILE")
    check_library_or_store(libraries, store)
    form = "json" if as_json else form
    if queries and form not in ("text", "json"):
        raise click.UsageError("--queries prints text or JSON; leave --format out")
    with files_as_usage():
        questions = list(_read_questions(queries)) if queries else []
    started = time.perf_counter()
    searcher = _open(libraries, store)
    opened = round(1000 * (time.perf_counter() - started), 2)
    options = SearchOptions(
        searcher, k, channel, read_filters(filters), _reranker(rerank), sort, per_document, show_all
    )
    if queries:
        for question in questions:
            _answer_line(options, question, form == "json", explain)
        return
    result = options.search(words, clip)
    result.timings_ms["open"] = opened
    print_result(result, explain) if form == "text" else _print_export(result, form)


@dataclass(frozen=True)
class SearchOptions:
    """Settings shared by all queries of a call."""

    searcher: Searcher | SeveralSearchers
    k: int
    channel: str
    filters: Filters
    reranker: Reranker | None
    sort: str
    per_document: int
    show_all: bool

    def search(self, query: str | None, clip: Path | None) -> SearchResult:
        """Answer one query, without hits that do not answer it unless all are wanted."""
        result = self.searcher.search(
            query,
            clip=clip,
            k=self.k,
            channel=self.channel,
            filters=self.filters,
            reranker=self.reranker,
            sort=self.sort,
            per_document=self.per_document,
        )
        return result if self.show_all else result.cut()


def _open(libraries: Sequence[Path], store: str | None) -> Searcher | SeveralSearchers:
    from indexer.search.searcher import Searcher
    from indexer.search.several import SeveralSearchers

    if len(libraries) > 1:
        return SeveralSearchers.open(libraries)
    return Searcher(open_library_or_store(libraries[0] if libraries else None, store))


def _reranker(model: str | None) -> Reranker | None:
    if not model:
        return None
    from indexer.search.reranker import Reranker

    return Reranker(model)


def _print_export(result: SearchResult, name: str) -> None:
    from indexer.search.export import EXPORT_FORMATS
    from indexer.search.results import NOTHING_ANSWERS

    if name == "json":  # whatever the terminal's encoding lacks is escaped, never replaced
        print_json(result.to_dict())
        return
    if result.nearest:
        print_line(f"{NOTHING_ANSWERS} --all lists what is nearest.", err=True)
    export = EXPORT_FORMATS[name]
    untimed = sum(hit.start is None for hit in result.hits)
    if untimed and export.timed_only:
        print_line(f"{untimed} moments without times are left out", err=True)
    print_document(export.write(result))


def _answer_line(
    options: SearchOptions, question: dict[str, Any], as_json: bool, explain: bool
) -> None:
    """Print a result; a query that fails is answered by its error, and the next one goes on."""
    from hilbert.errors import HilbertError

    try:
        result = options.search(question.get("query"), question.get("clip"))
    except (HilbertError, OSError) as error:
        log.debug("a query failed", exc_info=True)
        answer = {"hits": [], "documents": [], "timings_ms": {}, "error": str(error)}
        print_json(answer, indent=None) if as_json else print_line(f"failed: {error}")
        return
    if as_json:
        print_json(result.to_dict(), indent=None)
    else:
        asked_by = [str(question[key]) for key in ("query", "clip") if question.get(key)]
        print_line("", f"> {' + '.join(asked_by)}")
        print_result(result, explain)


def _read_questions(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a queries file; clip paths are relative to the file."""
    for number, question in read_json_lines(path):
        asked = [question.get(key) for key in ("query", "clip")]
        # Lone surrogates, which JSON can write, are no characters.
        asked = [a.encode("utf-8", "replace").decode() if isinstance(a, str) else a for a in asked]
        given = [a for a in asked if a is not None]
        if not given or not all(isinstance(a, str) for a in given):
            raise click.UsageError(f'{path}, line {number}: needs a "query" or a "clip", in quotes')
        query, clip = asked
        yield {"query": query, "clip": path.parent / clip if clip else None}
