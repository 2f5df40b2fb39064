"""Addresses of stores and of the libraries in them, as users write them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hilbert.offline import OfflineError, is_here, is_offline
from indexer.base.errors import LibraryError

TOKEN_VARIABLE = "HILBERT_STORE_TOKEN"
"""The environment variable whose value a server is given to let us in; it is never written."""
SCHEME = "milvus://"
_FORMS = "name PATH.db, or http://HOST:19530; #NAME behind it says which library"
_UNUSUAL = re.compile(r"\W+", re.ASCII)


@dataclass(frozen=True)
class StoreAddress:
    """A store, and which of its libraries is meant.

    Attributes:
        uri: `http://HOST:PORT`, `https://HOST:PORT`, or the absolute path of a file for
            milvus-lite, which ends in `.db`.
        library: Name that the library was published under; empty for the only one.
    """

    uri: str
    library: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is a file on this machine."""
        return not self.uri.startswith(("http://", "https://"))

    def __str__(self) -> str:
        return f"{self.uri}#{self.library}" if self.library else self.uri

    def check_allowed(self) -> None:
        """Refuse what `--offline` forbids: a server on another machine.

        Raises:
            OfflineError: It is one.
        """
        host = "" if self.is_file else urlsplit(self.uri).hostname or ""
        if is_offline() and not is_here(host):
            raise OfflineError(f"nothing may leave this machine (--offline): {host} was asked for")


def is_address(text: str) -> bool:
    """Return whether a text that may name a folder names a store."""
    return text.startswith((SCHEME, "http://", "https://")) or _is_file(text.partition("#")[0])


def _is_file(text: str) -> bool:
    return text.endswith(".db") and not (Path(os.path.expanduser(text)) / "catalog.sqlite").exists()


def read_address(text: str) -> StoreAddress:
    """Read `PATH.db`, `http(s)://HOST:PORT` or `milvus://` with either, and `#NAME` behind it.

    Raises:
        LibraryError: It is none of these, or holds a password.
    """
    uri, _, library = text.strip().partition("#")
    if uri.startswith(SCHEME):
        rest = uri.removeprefix(SCHEME)
        uri = rest if rest.endswith(".db") else f"http://{rest}"
    if not uri.startswith(("http://", "https://")):
        if not uri.endswith(".db"):
            raise LibraryError(f"{text} names no store; {_FORMS}")
        return StoreAddress(os.path.abspath(os.path.expanduser(uri)), library)
    parts = urlsplit(uri)
    if parts.username is not None or parts.password is not None:
        raise LibraryError(
            f"leave user and password out of the address; put them in ${TOKEN_VARIABLE}"
        )
    try:
        port = parts.port or 19530
    except ValueError as error:
        raise LibraryError(f"{text} names no store; {_FORMS}") from error
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise LibraryError(f"{text} names no store; {_FORMS}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return StoreAddress(f"{parts.scheme}://{host}:{port}", library)


def check_name(name: str) -> str:
    """Return the name of a library as a store can hold it: letters, digits and underscores.

    Raises:
        LibraryError: Nothing is left of it.
    """
    plain = _UNUSUAL.sub("_", name).strip("_")[:100]
    if not plain:
        raise LibraryError(f"'{name}' cannot name a library in a store; give letters with --name")
    return plain
