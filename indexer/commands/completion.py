"""Completion of what is typed in a shell: filters of a query, with the values of the library."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

log = logging.getLogger(__name__)


def complete_query(
    context: click.Context, _parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete `spe` to `speaker:`, and `speaker:an` by a speaker of the library named before it.

    Enabled by the user: `eval "$(_HILBERT_COMPLETE=zsh_source hilbert)"`.
    """
    from indexer.search.inline_filters import INLINE_FILTERS

    name, colon, begun = typed.partition(":")
    if not colon:
        names = {known: inline.help for known, inline in INLINE_FILTERS.items()}
        names["sound"] = "where the transcript notes this sound"
        return [
            CompletionItem(f"{known}:", help=text)
            for known, text in names.items()
            if known.startswith(name.lower())
        ]
    library = context.params.get("library")
    values = _values(library, name.lower()) if library else ()
    fits = (v for v in values if v.casefold().startswith(begun.strip('"').casefold()))
    # The quotes are hilbert's: they must come through the shell.
    return [CompletionItem(f'{name}:"{v}"' if " " in v else f"{name}:{v}") for v in fits]


def _values(library: Path, name: str) -> Iterable[str]:
    from hilbert.errors import HilbertError
    from indexer.store.catalog import Catalog

    try:
        catalog = Catalog(library / "catalog.sqlite")
        documents = catalog.documents()
        catalog.close()
    except (HilbertError, OSError):
        log.debug("no values to complete with", exc_info=True)
        return ()
    found = {
        "speaker": (document.speaker for document in documents),
        "label": (document.label for document in documents),
        "language": (document.language for document in documents),
        "in": (document.name for document in documents),
    }.get(name, ())
    return sorted(set(filter(None, found)))
