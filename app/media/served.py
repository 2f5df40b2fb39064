"""Which recordings may be asked for: those of documents in libraries that a page has opened."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from app.state.open_library import OpenLibrary, open_shared
from indexer.base.errors import HilbertError
from indexer.maintenance.manage import existing_recording
from indexer.store.catalog import Document

_opened: dict[str, Path] = {}
_lock = threading.Lock()


class NotServedError(HilbertError):
    """There is no recording at an address: why, and what to do."""


@dataclass(frozen=True)
class Recording:
    """A recording that may be asked for.

    Attributes:
        path: Where it is now.
        document: What the catalog knows of it.
        library: The library that holds it.
    """

    path: Path
    document: Document
    library: OpenLibrary


def serve_library(library: OpenLibrary) -> str:
    """Let the recordings of a library be asked for; return its name in addresses."""
    folder = library.store.folder
    key = hashlib.sha256(str(folder).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    with _lock:
        _opened[key] = folder
    return key


def find_recording(library: str, document: str) -> Recording:
    """Return a recording by the parts of its address, which hold no path.

    Raises:
        NotServedError: There is none.
        LibraryError: The library cannot be opened any more.
    """
    with _lock:
        folder = _opened.get(library)
    if folder is None:
        raise NotServedError("No page has opened this library since the app started; load it again")
    opened = open_shared(folder)
    known = opened.store.catalog.document(document)
    if known is None:
        raise NotServedError("This recording is not in the library any more")
    path = existing_recording(opened.store, document)
    if path is None:
        raise NotServedError(
            f"The recording is no longer at {known.recording}"
            if known.recording
            else "This is a transcript without a recording"
        )
    return Recording(path, known, opened)
