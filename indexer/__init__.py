"""From files to answers: decode, transcribe, segment, store, search; the command line.

`Library`, `Filters` and the errors can be imported from here; they are loaded when first used, so
that `import indexer` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.errors import AudioError, HilbertError, LibraryError, QueryError
    from indexer.filters import Filters
    from indexer.library import Library
    from indexer.results import DocumentHit, Hit, SearchResult

_HOME = {
    "AudioError": "errors",
    "HilbertError": "errors",
    "LibraryError": "errors",
    "QueryError": "errors",
    "Filters": "filters",
    "Library": "library",
    "DocumentHit": "results",
    "Hit": "results",
    "SearchResult": "results",
}
__all__ = [
    "AudioError",
    "DocumentHit",
    "Filters",
    "HilbertError",
    "Hit",
    "Library",
    "LibraryError",
    "QueryError",
    "SearchResult",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'indexer' has no attribute '{name}'")
    return getattr(importlib.import_module(f"indexer.{_HOME[name]}"), name)
