"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass, field

# A longer moment leaves too much to listen to.
LONGEST_MOMENT_SECONDS = 60.0


@dataclass(frozen=True)
class Duplicate:
    """Where else nearly the same is said; times in seconds, None where nothing is timed."""

    document: str
    name: str
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Hit:
    """A moment that was found.

    Attributes:
        document: id.
        name: file stem.
        title: of the document.
        path: of the recording, or of the transcript where there is none.
        start: seconds; None where nothing is timed.
        end: at most 60 s after `start` (one longer segment stays whole).
        text: what is said.
        score: 0 is what an unrelated pair gets on average, 1 a full match (a text that says
            every word of the query, some twice, can exceed it).
        channels: each channel's share of `score`.
        words: the words of the query that are said, in the order of the query.
        also: where nearly the same is said.
        segment: id of its best segment.
        segments: ids of all of them, in order.
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
    also: tuple[Duplicate, ...] = ()
    segment: int = field(repr=False, default=0)
    segments: tuple[int, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class DocumentHit:
    """A document that was found, ranked on its own.

    Attributes:
        document: id.
        name: file stem.
        title: of the document.
        score: see `Hit`.
        channels: each channel's share of `score`.
        moments: its best moments, best first.
    """

    document: str
    name: str
    title: str
    score: float
    channels: dict[str, float] = field(default_factory=dict)
    moments: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class SearchResult:
    """Moments and documents, best first, and how long each step took in milliseconds.

    `heard` is what was said in a clip, None for other queries.
    """

    hits: tuple[Hit, ...]
    documents: tuple[DocumentHit, ...]
    timings_ms: dict[str, float]
    heard: str | None = None


def is_right_moment(hit: Hit | Duplicate, document: str, start: float, end: float) -> bool:
    """Whether a hit is of the wanted document, overlaps `start` to `end`, and is short enough.

    A hit without times is never right.

    Args:
        hit: a moment that was found, or a copy of it.
        document: name (file stem) or id of the wanted document.
        start: wanted times in seconds.
        end: see `start`.
    """
    return (
        document in (hit.name, hit.document)
        and hit.start is not None
        and hit.end is not None
        and hit.end - hit.start <= LONGEST_MOMENT_SECONDS
        and hit.start < end
        and hit.end > start
    )
