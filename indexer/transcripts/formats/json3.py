"""json3, YouTube's own captions as yt-dlp keeps them: `events` of `segs`, in milliseconds.

Source: https://github.com/yt-dlp/yt-dlp (`--sub-format json3`). Each event holds new words only,
though it is shown until later ones have scrolled it away; events with `aAppend` add a line break
to the window.
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.durations import without_overlaps
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import objects, peek_json, read_json, seconds
from indexer.transcripts.markup import without_tags
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_EXTENSIONS = (".json3", ".json")


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by the start of an event."""
    return peek_json(text, extension, "events", "tStartMs", extensions=_EXTENSIONS) is not None


def parse(text: str, extension: str = ".json3", language: str = "en") -> Transcript:
    """Read the events that hold words; a cue ends where the next starts, or sooner.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; the file names none.

    Raises:
        TranscriptError: It is not such JSON, or there are no words.
    """
    events = objects(read_json(text), "events")
    cues = [cue for event in events if (cue := _cue(event)).text]
    if not cues:
        raise TranscriptError('it has no "events" with words; download the captions again')
    return timed_transcript(without_overlaps(cues), "json3")


def _cue(event: dict[str, Any]) -> Cue:
    start = seconds(event.get("tStartMs"), 0.001)
    lasting = seconds(event.get("dDurationMs"), 0.001)
    words = "".join(str(seg.get("utf8", "")) for seg in objects(event, "segs"))
    end = start + lasting if start is not None and lasting is not None else None
    return Cue(without_tags(words), start, end)


TRANSCRIPT_FORMATS.add(
    "json3", TranscriptFormat(_EXTENSIONS, True, sniff, parse, (b'"tStartMs"',)), order=41
)
