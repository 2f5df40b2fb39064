"""Whisper's `.tsv`: columns `start`, `end` (milliseconds) and `text`.

Source: https://github.com/openai/whisper/blob/main/whisper/utils.py (`WriteTSV`).
"""

from __future__ import annotations

from indexer.base.timecode import read_caption_clock
from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import seconds, speaker
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_NEEDED = ("start", "end", "text")
# Of editors: "Speaker Name", "Start Time", "Transcript".
_OTHER_NAMES = {
    **dict.fromkeys(("start time", "begin", "in", "from"), "start"),
    **dict.fromkeys(("end time", "stop", "out", "to"), "end"),
    **dict.fromkeys(("transcript", "sentence", "words"), "text"),
    **dict.fromkeys(("speaker name", "name", "who"), "speaker"),
}


def sniff(text: str, extension: str) -> bool:
    """Recognise a table by the names of its columns."""
    columns = _columns(text.lstrip().split("\n", 1)[0])
    return all(name in columns for name in _NEEDED)


def parse(text: str, extension: str = ".tsv", language: str = "en") -> Transcript:
    """Read the rows; a column `speaker` is read where there is one.

    Times are milliseconds where all are whole numbers, and seconds otherwise, or clocks.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; rows are cues as they stand.

    Raises:
        TranscriptError: A column is missing, or there are no words.
    """
    header, *rows = text.strip("\n").split("\n")
    columns = _columns(header)
    if not all(name in columns for name in _NEEDED):
        raise TranscriptError(
            "line 1: it does not name the columns start, end and text; it is no table of Whisper"
        )
    start, end, words = (columns.index(name) for name in _NEEDED)
    who = columns.index("speaker") if "speaker" in columns else None
    # The last column may hold tabs of its own.
    cells = [row.split("\t", len(columns) - 1) for row in rows if row.strip()]
    times = [row[i] for row in cells if len(row) == len(columns) for i in (start, end)]
    scale = 1.0 if any("." in time for time in times) else 0.001
    notes = Notes()
    cues = []
    for number, row in enumerate(cells, start=1):
        if len(row) < len(columns):
            notes.add("a column is missing, so it is left out", f"row {number}")
            continue
        name = speaker(row[who]) if who is not None else None
        cues.append(Cue(row[words], _time(row[start], scale), _time(row[end], scale), name))
    return timed_transcript(cues, "whisper-tsv", None, notes)


def _time(cell: str, scale: float) -> float | None:
    return read_caption_clock(cell) if ":" in cell else seconds(cell, scale)


def _columns(line: str) -> list[str]:
    names = (name.strip().lower().replace("_", " ") for name in line.split("\t"))
    return [_OTHER_NAMES.get(name, name) for name in names]


TRANSCRIPT_FORMATS.add(
    "whisper-tsv",
    TranscriptFormat((".tsv",), True, sniff, parse, (b"tart", b"egin")),
    order=23,
)
