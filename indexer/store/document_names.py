"""Documents by what a user calls them: a name, an id, a path, or a beginning that fits no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from indexer.base.errors import LibraryError

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
    """Return the documents that a name fits: exactly, else by the beginning of a name or an id."""
    exact = [d for d in documents if name in (d.name, d.id, d.path)]
    if exact or not name:
        return exact
    folded = name.casefold()
    return [d for d in documents if d.name.casefold().startswith(folded) or d.id.startswith(folded)]


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
    if all(name in (d.name, d.id, d.path) for d in fits):
        raise LibraryError(f"several documents are called '{name}'; use an id: {listed}{more}")
    raise LibraryError(f"several documents begin with '{name}': {listed}{more}")
