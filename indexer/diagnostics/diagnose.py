"""Diagnostics of a library's embedding space, before and after centring."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.diagnostics import (
    CosineHistograms,
    Finding,
    Space,
    control_space,
    jackknife,
    measure,
    measure_frozen,
    model_space,
    paired_segments,
    read,
    sample_cosines,
)
from indexer.base.errors import QueryError
from indexer.base.progress import Progress, SilentProgress
from indexer.base.text_analysis import begin
from indexer.diagnostics.model_card import card_heading

if TYPE_CHECKING:
    from hilbert.model.arrays import FusionModel
    from hilbert.model.features import Features
    from indexer.index.library_store import LibraryStore
    from indexer.index.snapshot import Snapshot
    from indexer.store.feature_store import FeatureStore

log = logging.getLogger(__name__)

# Segments that are measured; of a larger library, those of a random sample of documents.
MOST_PAIRS = 2000
_POINTS = 400


@dataclass(frozen=True)
class MapPoint:
    """The segment of a point of a map, the same row in every modality.

    Attributes:
        document: Id.
        title: Of the document.
        start: Seconds, None where nothing is timed.
        words: The first ones of its text.
    """

    document: str
    title: str
    start: float | None
    words: str


@dataclass(frozen=True)
class Diagnosis:
    """Measures of an embedding space; numbers as `hilbert.diagnostics.measure` names them.

    Attributes:
        library: Its folder.
        model: Heading of the model's card.
        documents: Number of documents of the library.
        segments: Number of segments of the library.
        measured_documents: Documents in the sample: all, unless the library is large.
        pairs: Number of segments with both sound and words, on which the numbers rest.
        before: Of the space of the library's model.
        after_centering: The same without the mean of each modality.
        control: Of two halves of each text, as if they were two modalities; empty where no
            segment has two sentences.
        control_after_centering: The same without the mean of each half.
        frozen: `before` and `after_centering` of the encoders' features, before any model.
        intervals: `before` and `after_centering`: name of a number to its 95 % interval.
        reading: Interpretation of the numbers.
        histograms: Cosines of `before`, `after_centering` and, where there is one, `control`.
        vectors: `audio`, `text` and `joint` to `[n, d]`, a sample to draw a map of.
        points: Segments of the `n` rows.
    """

    library: str
    model: str
    documents: int
    segments: int
    measured_documents: int
    pairs: int
    before: dict[str, Any]
    after_centering: dict[str, Any]
    control: dict[str, Any]
    control_after_centering: dict[str, Any]
    frozen: dict[str, dict[str, Any]]
    intervals: dict[str, dict[str, tuple[float, float]]]
    reading: tuple[Finding, ...]
    histograms: dict[str, CosineHistograms]
    vectors: dict[str, NDArray[np.float32]]
    points: tuple[MapPoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of `hilbert diagnose --json`."""
        other = ("intervals", "reading", "histograms", "vectors", "points")
        return {
            **{e.name: getattr(self, e.name) for e in fields(self) if e.name not in other},
            "intervals": {
                name: {key: list(pair) for key, pair in found.items()}
                for name, found in self.intervals.items()
            },
            "reading": [str(finding) for finding in self.reading],
        }


def diagnose(
    library: LibraryStore,
    snapshot: Snapshot,
    model: FusionModel,
    *,
    most: int = MOST_PAIRS,
    intervals: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> Diagnosis:
    """Measure the embedding space of a library.

    Args:
        library: Its stored features are read, since the index holds no tokens and no sentences.
        snapshot: Of the library.
        model: That of the snapshot.
        most: About the largest number of segments to measure.
        intervals: Also estimate 95 % intervals, by the jackknife over documents.
        seed: Of the samples; the same seed gives the same report.
        progress: Receives one stage, whose total is 1.

    Raises:
        QueryError: Fewer than two segments have both modalities; the message names what is
            missing.
    """
    progress = progress or SilentProgress()
    require_pairs(snapshot)
    progress.start("measuring", 1.0)
    sample = _Sample(snapshot, library.features, most, seed)
    space = model_space(
        model, sample.read(lambda share: progress.update(0.4 * share, "listening again"))
    )
    progress.update(0.4, "a control")
    try:
        again = sample.read(lambda share: progress.update(0.4 + 0.1 * share, "a control"))
        control = control_space(model, again, most)
    except ValueError:
        log.debug("could not measure a control", exc_info=True)
        control = None
    progress.update(0.5, "measuring")
    centred = space.centred()
    before, after = measure(space, seed), measure(centred, seed)
    progress.update(0.6, "measuring")
    controls = [measure(c, seed) for c in (control, control.centred())] if control else [{}, {}]
    frozen = {
        name: measure_frozen(s.frozen_audio, s.frozen_text, s.groups)
        for name, s in (("before", space), ("after_centering", centred))
    }
    progress.update(0.65, "intervals")
    found: dict[str, dict[str, tuple[float, float]]] = {}
    if intervals:

        def measured(some: Space, share: float) -> dict[str, Any]:
            progress.update(share, "intervals")
            return measure(some, seed)

        found["before"] = jackknife(space, before, lambda s: measured(s, 0.7))
        progress.update(0.82, "intervals")
        found["after_centering"] = jackknife(space, after, lambda s: measured(s.centred(), 0.88))
    progress.update(1.0, "done")
    shown = _some(len(space.audio), _POINTS, seed)
    return Diagnosis(
        library=str(library.folder),
        model=card_heading(snapshot.model_folder),
        documents=len(snapshot.lexical.documents()),
        segments=snapshot.lexical.n_segments,
        measured_documents=len(space.document_seconds),
        pairs=len(space.audio),
        before=before,
        after_centering=after,
        control=controls[0],
        control_after_centering=controls[1],
        frozen=frozen,
        intervals=found,
        reading=tuple(read(before, after, controls[0] or None, space.audio.shape[1])),
        histograms=_histograms(space, centred, control, seed),
        vectors={
            name: getattr(space, name)[shown].astype(np.float32)
            for name in ("audio", "text", "joint")
        },
        points=sample.points(shown),
    )


def require_pairs(snapshot: Snapshot) -> None:
    """Refuse a snapshot in which fewer than two segments have both sound and words.

    Raises:
        QueryError: The message names what is missing.
    """
    audio = snapshot.index("segments", "audio").ids
    text = snapshot.index("segments", "text").ids
    if not len(audio) and not len(text):
        raise QueryError("nothing in this library can be measured; index recordings into it")
    if not len(audio):
        raise QueryError(
            "nothing in this library has sound: it holds transcripts only, so there is no gap "
            "to measure; index their recordings"
        )
    if not len(text):
        raise QueryError(
            "nothing in this library has words, so there is no gap to measure; index it with "
            "transcripts, or with --asr auto"
        )
    both = len(np.intersect1d(audio, text))
    if both < 2:
        raise QueryError(
            "diagnostics rest on segments with both sound and words; this library has "
            f"{both} of them, at least 2 are needed"
        )


class _Sample:
    """A random sample of documents with about the wanted number of segments; read one at a time."""

    def __init__(self, snapshot: Snapshot, store: FeatureStore, most: int, seed: int) -> None:
        self._snapshot, self._store, self._most = snapshot, store, most
        documents = snapshot.lexical.documents()
        order = np.random.default_rng(seed).permutation(len(documents))
        self._documents = [documents[row] for row in order.tolist()]
        self._seed = seed
        self._rows: list[tuple[int, int]] = []  # document and ordinal of each segment

    def read(self, on_share: Callable[[float], None]) -> Iterator[Features]:
        """Yield features of the sample, of the last document only as many segments as wanted."""
        rows: list[tuple[int, int]] = []
        for number, document in enumerate(self._documents):
            features = self._store.read(document.features)
            left = self._most - len(rows)
            paired = paired_segments(features)
            if not len(paired):
                continue
            if len(paired) > left:
                chosen = paired[_some(len(paired), left, self._seed)]
                features = features.select(chosen.tolist())
                paired = chosen
            rows += [(number, int(ordinal)) for ordinal in paired]
            on_share(max(len(rows) / self._most, (number + 1) / len(self._documents)))
            yield features
            if len(rows) >= self._most:
                break
        self._rows = rows

    def points(self, shown: NDArray[np.int64]) -> tuple[MapPoint, ...]:
        """Return the segments of some rows of the space."""
        points = []
        segments: dict[str, dict[int, Any]] = {}
        for row in shown.tolist():
            number, ordinal = self._rows[row]
            document = self._documents[number]
            if document.id not in segments:
                found = self._snapshot.lexical.segments_of(document.id)
                segments[document.id] = {segment.ordinal: segment for segment in found}
            segment = segments[document.id][ordinal]
            points.append(MapPoint(document.id, document.title, segment.start, begin(segment.text)))
        return tuple(points)


def _some(n: int, most: int, seed: int) -> NDArray[np.int64]:
    """Return rows in their order, a random sample where there are more than wanted."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


def _histograms(
    space: Space, centred: Space, control: Space | None, seed: int
) -> dict[str, CosineHistograms]:
    spaces = {"before": space, "after_centering": centred}
    if control:
        spaces["control"] = control
    return {
        name: sample_cosines(s.audio, s.text, seed=seed).histograms() for name, s in spaces.items()
    }
