"""SRT: the moments as a list of clips."""

from __future__ import annotations

from indexer.base.timecode import caption_clock
from indexer.search.export import EXPORT_FORMATS, ExportFormat
from indexer.search.results import SearchResult


def write(result: SearchResult) -> str:
    """Write one subtitle a moment, best first, its times those of its own recording.

    Moments without times are left out.
    """
    timed = [(hit, hit.start, hit.end) for hit in result.hits]
    return "".join(
        f"{number}\n{caption_clock(start, ',')} --> {caption_clock(end, ',')}\n"
        f"[{_line(hit.path)}] {_line(hit.text)}\n\n"
        for number, (hit, start, end) in enumerate(
            ((hit, s, e) for hit, s, e in timed if s is not None and e is not None), 1
        )
    )


def _line(text: str) -> str:
    return " ".join(text.split())


EXPORT_FORMATS.add(
    "srt", ExportFormat("SRT", "application/x-subrip", ".srt", write, timed_only=True), order=30
)
