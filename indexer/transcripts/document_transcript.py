"""The transcript of a document as a library stores it, for printing and export."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from indexer.base.types import Chapter, Cue, Segment, Sound, WordTime


@dataclass(frozen=True)
class DocumentTranscript:
    """What is stored of the words of a document.

    Attributes:
        name: File stem of the document.
        language: As a tag or an option names it.
        text_source: Where the words came from; a constant of `indexer.base.types`.
        warnings: What was noticed while it was indexed.
        cues: In order.
        segments: What is searched, in order; seconds are estimated where nothing is timed.
        sounds: What the transcript notes that is no speech, in order.
        chapters: As its makers divided it.
        description: What its makers write about it.
        words: When the words of each cue are said, and how sure the recogniser is of them; empty
            where nobody recognised them.
    """

    name: str
    language: str | None
    text_source: str
    warnings: tuple[str, ...]
    cues: tuple[Cue, ...]
    segments: tuple[Segment, ...]
    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    description: str | None = None
    words: tuple[tuple[WordTime, ...], ...] = ()

    @property
    def timed(self) -> bool:
        """Whether all cues have times."""
        return all(cue.start is not None and cue.end is not None for cue in self.cues)

    def entries(self) -> Iterator[Cue | Sound]:
        """Yield cues and sounds in order, a sound before the cue that it is noted in."""
        sounds = sorted(self.sounds, key=lambda sound: sound.cue)
        for number, cue in enumerate(self.cues):
            while sounds and sounds[0].cue <= number:
                yield sounds.pop(0)
            yield cue
        yield from sounds

    def _times(self) -> tuple[tuple[WordTime, ...], ...]:
        return self.words or ((),) * len(self.cues)

    def with_doubts(self) -> DocumentTranscript:
        """Return the transcript with a mark around each word that the recogniser doubts."""
        cues = tuple(
            replace(cue, text=_marked(cue.text, times))
            for cue, times in zip(self.cues, self._times(), strict=True)
        )
        return replace(self, cues=cues)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON that the README documents."""
        return {
            "name": self.name,
            "language": self.language,
            "text_source": self.text_source,
            "warnings": list(self.warnings),
            "description": self.description,
            "chapters": [{"start": c.start, "end": c.end, "title": c.title} for c in self.chapters],
            "cues": [
                {
                    "start": cue.start,
                    "end": cue.end,
                    "speaker": cue.speaker,
                    "text": cue.text,
                    "confidence": confidence(cue),
                    **({"words": _words_to_dicts(cue, times)} if times else {}),
                }
                for cue, times in zip(self.cues, self._times(), strict=True)
            ],
            "sounds": [asdict(sound) for sound in self.sounds],
            "segments": [{"start": s.start, "end": s.end} for s in self.segments],
        }


def _words_to_dicts(cue: Cue, times: Sequence[WordTime]) -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "start": time.start,
            "end": time.end,
            "confidence": None if time.confidence is None else round(time.confidence, 2),
            "doubtful": time.doubtful,
        }
        for text, time in zip(cue.text.split(), times, strict=True)
    ]


def _marked(text: str, times: Sequence[WordTime]) -> str:
    """Return a text with `word` as `[word?]` where it is doubtful."""
    if not times:
        return text
    return " ".join(
        f"[{word}?]" if time.doubtful else word
        for word, time in zip(text.split(), times, strict=True)
    )


def confidence(cue: Cue) -> float | None:
    """Return the geometric mean of the tokens' probabilities, None where nothing measured it."""
    if cue.avg_logprob is None or not math.isfinite(cue.avg_logprob):
        return None
    return round(math.exp(min(0.0, cue.avg_logprob)), 3)
