"""Options that several verbs share, and the files that they name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.base.errors import QueryFileError

if TYPE_CHECKING:
    from indexer.adapt.eval_queries import EvalQuery
    from indexer.index.library_store import LibraryStore
    from indexer.search.filters import Filters


library_option: Callable[..., Any] = click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    # Not Path.expanduser, which fails for a user who is not there.
    callback=lambda _context, _parameter, path: Path(os.path.expanduser(path)).absolute(),
    required=True,
    help="Folder of the library.",
)


library_unless_store_option: Callable[..., Any] = click.option(
    "--library",
    "-l",
    type=click.Path(path_type=Path),
    callback=lambda _context, _parameter, path: (
        None if path is None else Path(os.path.expanduser(path)).absolute()
    ),
    help="Folder of the library.",
)


several_libraries_option: Callable[..., Any] = click.option(
    "--library",
    "-l",
    "libraries",
    type=click.Path(path_type=Path),
    multiple=True,
    callback=lambda _context, _parameter, paths: tuple(
        dict.fromkeys(Path(os.path.expanduser(path)).absolute() for path in paths)
    ),
    help="Folder of the library. May be repeated: several are searched together.",
)


store_option: Callable[..., Any] = click.option(
    "--store",
    metavar="STORE",
    help="A published library instead: PATH.db or http://HOST:19530, and #NAME where there are "
    "several.",
)


def check_library_or_store(library: object, store: str | None) -> None:
    """Refuse both, or neither, of `--library` and `--store`.

    Raises:
        click.UsageError: They are.
    """
    if bool(library) == bool(store):
        what = "--library and --store exclude each other" if store else "Missing option '--library'"
        raise click.UsageError(f"{what}; --store names a published library")


def open_library_or_store(library: Path | None, store: str | None) -> LibraryStore:
    """Open the library of a folder, or a published one.

    Raises:
        click.UsageError: Both are named, or neither.
        LibraryError: There is none.
    """
    check_library_or_store(library, store)
    if library:
        from indexer.index.library_store import LibraryStore

        return LibraryStore.open(library)
    from indexer.published.address import read_address
    from indexer.published.store import open_published

    return open_published(read_address(store or ""))


json_option: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)


class LazyChoice(click.Choice[str]):
    """A choice whose values are found when they are needed: registries take time to load."""

    def __init__(self, values: Callable[[], Sequence[str]]) -> None:
        self._values = values
        self.case_sensitive = True

    @property
    def choices(self) -> Sequence[str]:  # type: ignore[override]
        """The values."""
        return tuple(self._values())


def _methods() -> Sequence[str]:
    from indexer.search.fusion import methods

    return methods()


class LazyHelpOption(click.Option):
    """An option whose help is made when it is shown: it names members of registries."""

    def __init__(self, *args: Any, help_from: Callable[[], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._help_from = help_from

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's names and its help."""
        self.help = self._help_from()
        return super().get_help_record(ctx)


class LazyHelpCommand(click.Command):
    """A command whose help holds words that are filled in when it is shown.

    Args:
        fill: Word of the docstring to what stands for it, read from registries.
    """

    def __init__(self, *args: Any, fill: Mapping[str, Callable[[], str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fill = fill

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, its words filled in."""
        for word, text in self._fill.items():
            self.help = (self.help or "").replace(word, text())
        super().format_help_text(ctx, formatter)


def _vector_kinds() -> Sequence[str]:
    from indexer.index.vector_choice import AUTO
    from indexer.index.vector_index import VECTOR_INDEXES

    return (AUTO, *VECTOR_INDEXES)


def vector_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how vectors are indexed from now on."""
    kind = click.option(
        "--vector-index",
        type=LazyChoice(_vector_kinds),
        help="Kind of vector index from now on; auto chooses one for each shard by its size.",
    )
    memory = click.option(
        "--max-memory",
        type=click.FloatRange(0),
        metavar="MB",
        help="Megabytes of vectors that a search may hold, from now on; 0 for no limit.",
    )
    recall = click.option(
        "--target-recall",
        type=click.FloatRange(0.5, 1),
        metavar="SHARE",
        help="Share of the nearest vectors that auto must find, from now on; 1 for exact search.",
    )
    return kind(memory(recall(command)))


def _channel_help() -> str:
    from indexer.search.channels import CHANNELS

    channels = "; ".join(f"{name}: {channel.help}" for name, channel in CHANNELS.items())
    return f"What to score by; auto weighs them together, rrf fuses their ranks. {channels}."


channel_option: Callable[..., Any] = click.option(
    "--channel",
    cls=LazyHelpOption,
    help_from=_channel_help,
    type=LazyChoice(_methods),
    default="auto",
    show_default=True,
)


k_option: Callable[..., Any] = click.option(
    "-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many results."
)


def per_document_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that bounds the moments of one document."""
    return click.option(
        "--per-document",
        type=click.IntRange(0),
        default=3,
        show_default=True,
        metavar="N",
        help="At most so many moments of one document, unless only one is searched; 0 for all.",
    )(command)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add options that restrict what is searched; `read_filters` takes their values."""
    for name, help_text in (
        ("document", "Only documents of this name, title or id."),
        ("label", "Only documents with this label."),
        ("folder", "Only recordings in or below this folder."),
        ("speaker", "Only where somebody of this name speaks (part of it is enough)."),
        ("language", "Only documents in this language, such as en."),
    ):
        command = click.option(f"--{name}", multiple=True, help=f"{help_text} May be repeated.")(
            command
        )
    for name, meaning in (("since", "From this date on"), ("until", "Up to this date")):
        help_text = f"{meaning}: 2021, 2021-03 or 2021-03-28."
        command = click.option(f"--{name}", metavar="DATE", help=help_text)(command)
    return click.option(
        "--min-length",
        type=click.FloatRange(0),
        default=0.0,
        metavar="SECONDS",
        help="Only recordings at least this long.",
    )(command)


def read_filters(given: dict[str, Any]) -> Filters:
    """Return the filters that the options of `filter_options` name."""
    from indexer.search.filters import Filters

    return Filters(
        documents=given["document"],
        labels=given["label"],
        folders=given["folder"],
        speakers=given["speaker"],
        since=given["since"],
        until=given["until"],
        min_seconds=given["min_length"],
        languages=given["language"],
    )


def read_query_file(path: Path, key: str) -> list[EvalQuery]:
    """Read a file of queries with answers; `key` names its kind: `query` or `clip`."""
    from indexer.adapt.eval_queries import read_eval_queries

    with files_as_usage():
        return read_eval_queries(path, [key])


@contextmanager
def files_as_usage() -> Iterator[None]:
    """Report a file of queries that holds something else as wrong usage: exit status 2.

    One that cannot be read at all is a failure like any other: exit status 1.
    """
    try:
        yield
    except QueryFileError as error:
        if isinstance(error.__cause__, OSError | UnicodeError):
            raise
        raise click.UsageError(str(error)) from error
