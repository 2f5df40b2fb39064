"""Completion of what is typed in a shell: filters of a query, with the values of the library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

log = logging.getLogger(__name__)


def complete_query(
    context: click.Context, _parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete `spe` to `speaker:`, and `speaker:an` by a speaker of the libraries named before it.

    Behind `--`, where a minus begins no option, also `-spe` and `-speaker:an`.

    Enabled by the user: `eval "$(_HILBERT_COMPLETE=zsh_source hilbert)"`.
    """
    from indexer.search.inline_filters import INLINE_FILTERS, SOUND_HELP

    sign = "-" if typed.startswith("-") else ""
    name, colon, begun = typed.removeprefix(sign).partition(":")
    if not colon:
        names = {n: f.help for n, f in INLINE_FILTERS.items() if f.excludes or not sign}
        names["sound"] = SOUND_HELP
        return [
            CompletionItem(f"{sign}{known}:", help=f"not {text}" if sign else text)
            for known, text in names.items()
            if known.startswith(name.lower())
        ]
    libraries = context.params.get("libraries") or ()
    values = {value for library in libraries for value in _values(library, name.lower())}
    fits = (v for v in sorted(values) if v.casefold().startswith(begun.strip('"').casefold()))
    # The quotes are hilbert's: they must come through the shell.
    return [
        CompletionItem(f'{sign}{name}:"{v}"' if " " in v else f"{sign}{name}:{v}") for v in fits
    ]


def _values(library: Path, name: str) -> Iterable[str]:
    from hilbert.errors import HilbertError
    from indexer.search.filters import day_of
    from indexer.store.catalog import Catalog

    values: dict[str, Callable[[Catalog], Iterable[str | None]]] = {
        "speaker": lambda c: (*(d.speaker for d in c.documents()), *c.cue_speakers()),
        "label": lambda c: (d.label for d in c.documents()),
        "language": lambda c: (d.language for d in c.documents()),
        "in": lambda c: (d.name for d in c.documents()),
        "folder": lambda c: (str(Path(d.path).parent) for d in c.documents()),
        "since": lambda c: (day_of(d.date) for d in c.documents()),
        "until": lambda c: (day_of(d.date) for d in c.documents()),
        "sound": lambda c: c.sound_labels(),
    }
    if name not in values:
        return ()
    try:
        catalog = Catalog(library / "catalog.sqlite")
        try:
            return list(filter(None, values[name](catalog)))
        finally:
            catalog.close()
    except (HilbertError, OSError):
        log.debug("no values to complete with", exc_info=True)
        return ()
