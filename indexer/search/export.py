"""What was found, for other programs: JSON, CSV, and SRT as a list of clips."""

from __future__ import annotations

import csv
import io
from typing import Any

from indexer.search.results import SearchResult

_COLUMNS = ("rank", "name", "title", "path", "start", "end", "score", "text")
# A spreadsheet takes a cell that begins so for a formula and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_dict(result: SearchResult) -> dict[str, Any]:
    """The result as the JSON that the README documents."""
    return result.to_dict()


def as_csv(result: SearchResult) -> str:
    """One moment a line, under a header; times in seconds."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    for rank, hit in enumerate(result.hits, 1):
        words = (hit.name, hit.title, hit.path)
        row = [rank, *map(_harmless, words), hit.start, hit.end, hit.score, _harmless(hit.text)]
        table.writerow(row)
    return out.getvalue()


def as_srt(result: SearchResult) -> str:
    """A list of clips: one subtitle a moment, best first, its times those of its own recording.

    Moments without times are left out.
    """
    timed = [hit for hit in result.hits if hit.start is not None and hit.end is not None]
    return "".join(
        f"{number}\n{_clock(hit.start or 0.0)} --> {_clock(hit.end or 0.0)}\n"
        f"[{_line(hit.path)}] {_line(hit.text)}\n\n"
        for number, hit in enumerate(timed, 1)
    )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(text: str) -> str:
    return " ".join(text.split())


def _clock(seconds: float) -> str:
    millis = round(seconds * 1000)
    minutes, millis = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{millis // 1000:02d},{millis % 1000:03d}"
