"""Search results: moments and documents, and when a moment counts as the wanted one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, overload

# A longer moment takes too long to listen to.
LONGEST_MOMENT_SECONDS = 60.0
# Below it nothing answers: what people and programs read, and where `confidence` is cut.
LEAST_CONFIDENCE = 0.5
NOTHING_ANSWERS = "Nothing in this library answers this."
# Moments that are shown as the nearest where nothing answers.
MOST_NEAREST = 3


@dataclass(frozen=True)
class Duplicate:
    """A place where nearly the same is said; times in seconds, None in a text without times."""

    document: str
    name: str
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Hit:
    """A moment that was found.

    Attributes:
        document: Id.
        name: File stem.
        title: Of the document.
        path: Of the recording, or of the transcript where there is none.
        start: Seconds; None in a text without times.
        end: At most 60 s after `start` (one longer segment stays whole).
        text: The words said.
        score: 0 is what an unrelated pair gets on average, 1 a full match (a text that says
            every word of the query, some twice, can exceed it).
        channels: Each channel's share of `score`.
        words: The words of the query that are said, in the order of the query.
        duplicates: Other places where nearly the same is said.
        sounds: Labels of the sounds that its transcript notes in it.
        reasons: What of its metadata the query names (`title`, `speaker`, ...), the best first.
        repeat: Whether it is an advert, an intro or the like, which several documents hold, maybe
            in other words; `duplicates` are where.
        library: Folder of the library, where several were searched.
        doubtful: Numbers of the words between spaces of `text` that their recogniser doubts.
        segment: Id of its best segment.
        segments: Ids of all of its segments, in order.
    """

    document: str
    name: str
    title: str
    path: str
    start: float | None
    end: float | None
    text: str
    score: float
    channels: dict[str, float]
    words: tuple[str, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    sounds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    repeat: bool = False
    library: str | None = None
    doubtful: tuple[int, ...] = ()
    segment: int = field(repr=False, default=0)
    segments: tuple[int, ...] = field(repr=False, default=())

    def to_dict(self) -> dict[str, Any]:
        """Return what goes into JSON: all but the ids of segments; duplicates as `also`.

        `sounds`, `reasons`, `repeat`, `doubtful` and `library` stand there only where there are
        some, or it is one.
        """
        return {
            **({"library": self.library} if self.library else {}),
            "document": self.document,
            "name": self.name,
            "title": self.title,
            "path": self.path,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": self.score,
            "channels": dict(self.channels),
            "words": self.words,
            "also": [asdict(duplicate) for duplicate in self.duplicates],
            **({"sounds": self.sounds} if self.sounds else {}),
            **({"reasons": self.reasons} if self.reasons else {}),
            **({"repeat": True} if self.repeat else {}),
            **({"doubtful": self.doubtful} if self.doubtful else {}),
        }


@dataclass(frozen=True)
class DocumentHit:
    """A document that was found, ranked on its own.

    Attributes:
        document: Id.
        name: File stem.
        title: Of the document.
        score: See `Hit`.
        channels: Each channel's share of `score`.
        moments: Its best moments, best first.
        reasons: See `Hit`.
        library: See `Hit`.
    """

    document: str
    name: str
    title: str
    score: float
    channels: dict[str, float] = field(default_factory=dict)
    moments: tuple[Hit, ...] = ()
    reasons: tuple[str, ...] = ()
    library: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what goes into JSON; of its moments the times, scores and texts."""
        return {
            **({"library": self.library} if self.library else {}),
            "document": self.document,
            "name": self.name,
            "title": self.title,
            "score": self.score,
            "channels": dict(self.channels),
            **({"reasons": self.reasons} if self.reasons else {}),
            "moments": [
                {
                    **{"start": m.start, "end": m.end, "score": m.score, "text": m.text},
                    **({"repeat": True} if m.repeat else {}),
                }
                for m in self.moments
            ],
        }


@dataclass(frozen=True)
class ScoreSpread:
    """How far the scores of a library lie apart for a query; most are of unrelated segments.

    Attributes:
        deviation: Median absolute deviation from their median.
        segments: How many they are.
    """

    deviation: float
    segments: int


@dataclass(frozen=True)
class SearchResult:
    """Moments and documents that were found; a sequence of its moments.

    Attributes:
        hits: Moments, best first.
        documents: Documents, best first.
        timings_ms: Milliseconds of each step.
        heard: What was said in a clip, None for other queries.
        filters: Values of the filters that were typed with the words, by name.
        notes: What the user should know of the search, such as documents that a filter leaves out
            because they have no date.
        confidence: 0 to 1, that something in the library answers (`indexer.search.cut_off`); None
            where that is not judged.
        nearest: Moments that do not answer, taken out of `hits`; see `cut`.
        spread: Of the scores of all segments, None where most have none; not in JSON.
    """

    hits: tuple[Hit, ...]
    documents: tuple[DocumentHit, ...]
    timings_ms: dict[str, float]
    heard: str | None = None
    filters: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    confidence: float | None = None
    nearest: tuple[Hit, ...] = ()
    spread: ScoreSpread | None = field(repr=False, default=None)

    @property
    def answered(self) -> bool:
        """False where it is likely that nothing in the library answers."""
        return self.confidence is None or self.confidence >= LEAST_CONFIDENCE

    def cut(self) -> SearchResult:
        """Return the result without hits that do not answer; the first of them as `nearest`."""
        if self.answered:
            return self
        return replace(self, hits=(), documents=(), nearest=self.hits[:MOST_NEAREST])

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    @overload
    def __getitem__(self, rank: int) -> Hit: ...

    @overload
    def __getitem__(self, rank: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, rank: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[rank]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON that the README documents."""
        answer: dict[str, Any] = {
            "hits": [hit.to_dict() for hit in self.hits],
            "documents": [document.to_dict() for document in self.documents],
            "timings_ms": self.timings_ms,
        }
        if self.confidence is not None:
            answer["confidence"] = self.confidence
            answer["answered"] = self.answered
        if self.nearest:
            answer["nearest"] = [hit.to_dict() for hit in self.nearest]
        if self.heard is not None:
            answer["heard"] = self.heard
        if self.filters:
            answer["filters"] = self.filters
        if self.notes:
            answer["notes"] = self.notes
        return answer


def is_right_moment(hit: Hit | Duplicate, document: str, start: float, end: float) -> bool:
    """Judge whether a hit is of the wanted document, overlaps the wanted times, and is short.

    A hit without times is never right.

    Args:
        hit: A moment that was found, or a duplicate of it.
        document: Name (file stem) or id of the wanted document.
        start: Wanted times in seconds.
        end: See `start`.
    """
    return (
        document in (hit.name, hit.document)
        and hit.start is not None
        and hit.end is not None
        and hit.end - hit.start <= LONGEST_MOMENT_SECONDS
        and hit.start < end
        and hit.end > start
    )
