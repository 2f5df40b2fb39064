"""Documents by what a user calls them: a name, an id, a path, or a beginning that fits no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from indexer.base.errors import LibraryError
from indexer.base.names import folded

_LISTED = 5


class Named(Protocol):
    """What is known of a document by every name it has."""

    @property
    def id(self) -> str:
        """Hex sha256."""
        ...

    @property
    def name(self) -> str:
        """File stem."""
        ...

    @property
    def path(self) -> str:
        """Absolute path of the recording, or of a lone transcript."""
        ...


NamedT = TypeVar("NamedT", bound=Named)


def matching_documents(documents: Sequence[NamedT], name: str) -> list[NamedT]:
    """Return the documents that a name fits.

    Exactly, also as a file is called with its extension, else in another Unicode form or case, else
    by the beginning of a name or an id.
    """
    exact = [d for d in documents if name in (d.name, d.id, d.path)]
    exact = exact or [d for d in documents if name == Path(d.path).name]
    if exact or not name:
        return exact
    wanted = folded(name)
    same = [d for d in documents if _is_called(d, wanted)]
    return same or [
        d for d in documents if folded(d.name).startswith(wanted) or d.id.startswith(wanted)
    ]


def _is_called(document: Named, folded_name: str) -> bool:
    names = (document.name, document.path, Path(document.path).name)
    return folded_name == document.id or folded_name in map(folded, names)


def named_document(documents: Sequence[NamedT], name: str) -> NamedT:
    """Return the one document that a name fits.

    Raises:
        LibraryError: None or several fit; lists them.
    """
    fits = matching_documents(documents, name)
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise LibraryError(f"no document is called '{name}'; 'hilbert list' shows them all")
    listed = ", ".join(f"{d.id[:12]} ({d.name}, {d.path})" for d in fits[:_LISTED])
    more = f" and {len(fits) - _LISTED} more" if len(fits) > _LISTED else ""
    if all(_is_called(d, folded(name)) for d in fits):
        raise LibraryError(f"several documents are called '{name}'; use an id: {listed}{more}")
    raise LibraryError(f"several documents begin with '{name}': {listed}{more}")
