"""JSON: the whole result, as the README documents it."""

from __future__ import annotations

import json

from indexer.base.json_schema import versioned
from indexer.search.export import EXPORT_FORMATS, ExportFormat
from indexer.search.results import SearchResult


def write(result: SearchResult) -> str:
    """Write moments and documents with scores and timings, indented."""
    return json.dumps(versioned(result.to_dict()), ensure_ascii=False, indent=2) + "\n"


EXPORT_FORMATS.add("json", ExportFormat("JSON", "application/json", ".json", write), order=10)
