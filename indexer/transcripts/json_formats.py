"""Formats of JSON: each is recognised by what is found in the data, and read into cues."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.json_segments import peek_json, read_json
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, timed_transcript, untimed_transcript


@dataclass(frozen=True)
class JsonCues:
    """What a file of JSON holds.

    Attributes:
        cues: In the order of the file.
        language: ISO 639 code, where the file names it.
        notes: Warnings of reading.
        timed: Whether they have times, where the format knows files without any.
    """

    cues: Iterable[Cue]
    language: str | None = None
    notes: Notes | None = None
    timed: bool = True


@dataclass(frozen=True)
class JsonShape:
    """How a format of JSON is recognised and read.

    Attributes:
        keys: Keys of which one group stands in every such file.
        find: `find(data)` returns what is particular to the format; nothing for other JSON.
        read: `read(data, language)` gives the cues; `language` is the ISO 639 code to split
            sentences by where the file names none.
        markers: As in `TranscriptFormat`.
        timed: Whether its cues have times.
    """

    keys: tuple[tuple[str, ...], ...]
    find: Callable[[Any], object]
    read: Callable[[Any, str], JsonCues]
    markers: tuple[bytes, ...]
    timed: bool = True


def add_json_format(name: str, shape: JsonShape, order: int) -> None:
    """Register a format of files that end in `.json`."""

    def sniff(text: str, extension: str) -> bool:
        return any(shape.find(peek_json(text, extension, *keys)) for keys in shape.keys)

    def parse(text: str, extension: str, language: str) -> Transcript:
        given = shape.read(read_json(text), language)
        make = timed_transcript if shape.timed and given.timed else untimed_transcript
        return make(given.cues, name, given.language, given.notes)

    TRANSCRIPT_FORMATS.add(
        name, TranscriptFormat((".json",), shape.timed, sniff, parse, shape.markers), order=order
    )
