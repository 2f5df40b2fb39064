"""What a source was made into: its document, analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hilbert.model.features import Features
from indexer.base.types import Chapter, Cue, Segment, Sound, WordTime


@dataclass(frozen=True)
class AnalysedDocument:
    """What a source was made into.

    `text_source` is one of the sources of text of `indexer.base.types`; `recogniser` is the
    fingerprint of a recogniser that was chosen by name, else empty; `description` is a text that
    stood beside the recording and is not what is spoken; `unchecked` says why nobody could tell
    whether a timed transcript is the recording's; `sounds` are those that the transcript
    notes, `chapters` those of the container; `words` are the times of all words of the cues,
    where a recogniser gave them; `segment_languages` are the languages of segments by number, of
    those that are in another one than the document.
    """

    cues: tuple[Cue, ...]
    segments: tuple[Segment, ...]
    features: Features
    seconds: float
    text_source: str
    language: str
    tags: dict[str, str]
    warnings: tuple[str, ...]
    recogniser: str = ""
    description: str | None = None
    unchecked: str | None = None
    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    words: tuple[WordTime, ...] = ()
    segment_languages: Mapping[int, str] = field(default_factory=dict)
