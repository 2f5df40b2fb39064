"""From files to answers: decode, transcribe, segment, store, search; the command line.

`Library`, `Filters` and the errors can be imported from here; they are loaded when first used, so
that `import indexer` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.adapt.eval_queries import EvalQuery
    from indexer.adapt.evaluate import EvaluationReport
    from indexer.base.errors import AudioError, HilbertError, LibraryError, QueryError
    from indexer.ingest.report import AddReport
    from indexer.library import Library
    from indexer.search.filters import Filters
    from indexer.search.libraries import Libraries
    from indexer.search.results import DocumentHit, Duplicate, Hit, SearchResult
    from indexer.store.catalog import Document

_HOME = {
    "AddReport": "ingest.report",
    "AudioError": "base.errors",
    "Document": "store.catalog",
    "DocumentHit": "search.results",
    "Duplicate": "search.results",
    "EvalQuery": "adapt.eval_queries",
    "EvaluationReport": "adapt.evaluate",
    "Filters": "search.filters",
    "HilbertError": "base.errors",
    "Hit": "search.results",
    "Libraries": "search.libraries",
    "Library": "library",
    "LibraryError": "base.errors",
    "QueryError": "base.errors",
    "SearchResult": "search.results",
}
__all__ = [
    "AddReport",
    "AudioError",
    "Document",
    "DocumentHit",
    "Duplicate",
    "EvalQuery",
    "EvaluationReport",
    "Filters",
    "HilbertError",
    "Hit",
    "Libraries",
    "Library",
    "LibraryError",
    "QueryError",
    "SearchResult",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'indexer' has no attribute '{name}'")
    return getattr(importlib.import_module(f"indexer.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
