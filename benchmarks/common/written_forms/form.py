"""A form of transcripts, and what several write alike: turns, clocks, own exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer.base.timecode import caption_clock
from indexer.base.types import NOT_TRANSCRIBED, Cue
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS

Turn = tuple[float, float, str, str]
"""Start and end in seconds, speaker, words."""


@dataclass(frozen=True)
class Form:
    """A form of transcripts.

    Attributes:
        extension: Of its files, with the dot.
        write: Gives the content of a file.
        speakers: Whether it names them.
        precision: The largest difference of a start, in seconds; None for a form without times.
    """

    extension: str
    write: Callable[[Sequence[Turn]], str | bytes]
    speakers: bool = True
    precision: float | None = None


def clock(seconds: float) -> str:
    """Write `00:01:02`."""
    return caption_clock(int(seconds))[:-4]


def short(seconds: float) -> str:
    """Write `1:02`, with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
        if minutes > 59
        else f"{minutes}:{rest:02d}"
    )


def exact(seconds: float, decimal: str = ".") -> str:
    """Write `00:01:02.500`."""
    return caption_clock(seconds, decimal)


def each(
    turn: Callable[[float, float, str, str], str], head: str = "", tail: str = ""
) -> Callable[..., str]:
    """Write every turn by itself, between a head and a tail."""
    return lambda turns: head + "".join(turn(*one) for one in turns) + tail


def export(name: str, timed: bool) -> Callable[[Sequence[Turn]], str]:
    """Write as `hilbert transcript` does, with times or without any."""

    def write(turns: Sequence[Turn]) -> str:
        cues = tuple(Cue(w, a if timed else None, b if timed else None, n) for a, b, n, w in turns)
        document = DocumentTranscript("a", "en", NOT_TRANSCRIBED, (), cues, ())
        return TRANSCRIPT_EXPORTS[name].write(document)

    return write
