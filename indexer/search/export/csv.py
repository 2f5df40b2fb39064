"""CSV: a table of the moments."""

from __future__ import annotations

import csv
import io

from indexer.search.export import EXPORT_FORMATS, ExportFormat
from indexer.search.results import SearchResult

_COLUMNS = ("rank", "name", "title", "path", "start", "end", "score", "text")
# A spreadsheet takes a cell that begins so for a formula and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(result: SearchResult) -> str:
    """Write one moment a line, under a header; times in seconds."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    several = any(hit.library for hit in result.hits)
    table.writerow((*_COLUMNS, "library") if several else _COLUMNS)
    for rank, hit in enumerate(result.hits, 1):
        words = (hit.name, hit.title, hit.path)
        row = [rank, *map(_harmless, words), hit.start, hit.end, hit.score, _harmless(hit.text)]
        table.writerow([*row, _harmless(hit.library or "")] if several else row)
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


EXPORT_FORMATS.add("csv", ExportFormat("CSV", "text/csv", ".csv", write), order=20)
