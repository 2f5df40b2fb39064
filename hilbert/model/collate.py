"""From features of documents to padded, masked tensors, and the windows drawn of documents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hilbert.model.features import Features, check_widths, pad_pieces

# A sentence of fewer tokens ("Yeah.") holds too little to learn from. A choice.
FEWEST_SPOKEN_TOKENS = 2


@dataclass(frozen=True)
class SegmentWindow:
    """Consecutive segments `start` to `stop` (exclusive) of a document's features.

    `crops` maps segments of which only a part is taken to a row of `features.crops`.
    """

    features: Features
    start: int
    stop: int
    crops: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """`B` windows of at most `S` segments; the `N` segments that have audio lie flat.

    Audio is kept flat because windows differ in length: padding tokens of padding segments
    would cost as much in the adapter as real ones.

    Attributes:
        audio_tokens: `[N, T, d_audio]` float32, zeros past the end of a segment.
        token_mask: `[N, T]` bool, true for real tokens; every row has at least one.
        audio_rows: `[N]` int64, where each flat segment belongs: `window * S + segment`.
        audio_mask: `[B, S]` bool, true for segments with audio.
        text: `[B, S, d_text]` float32.
        text_mask: `[B, S]` bool, true for segments with text.
        times: `[B, S, 2]` float32 seconds, zeros for padding.
        spoken: `[M, d_text]` float32, sentences of which it is known when they are said.
        spoken_rows: `[M]` int64, the row of `audio_tokens` that each is said in.
        spoken_bounds: `[M, 2]` int64, the half-open range of that row's tokens.
        spoken_windows: `[M]` int64, the window of each.
    """

    audio_tokens: Tensor
    token_mask: Tensor
    audio_rows: Tensor
    audio_mask: Tensor
    text: Tensor
    text_mask: Tensor
    times: Tensor
    spoken: Tensor
    spoken_rows: Tensor
    spoken_bounds: Tensor
    spoken_windows: Tensor

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on another device."""
        return Batch(**{entry.name: getattr(self, entry.name).to(device) for entry in fields(self)})


def collate(windows: Sequence[SegmentWindow], d_audio: int, d_text: int) -> Batch:
    """Pad windows to one batch; either modality of any of them may be missing.

    Args:
        windows: At least one window, each with at least one segment.
        d_audio: Width of the audio tokens that the model reads.
        d_text: Width of the text vectors that the model reads.

    Raises:
        ValueError: No window, an empty window, or features of other widths.
    """
    if not windows:
        raise ValueError("a batch needs at least one window")
    longest = max(window.stop - window.start for window in windows)
    shape = (len(windows), longest)
    audio_mask = np.zeros(shape, dtype=bool)
    text_mask = np.zeros(shape, dtype=bool)
    text = np.zeros((*shape, d_text), dtype=np.float32)
    times = np.zeros((*shape, 2), dtype=np.float32)
    pieces: list[NDArray[np.float16]] = []
    spoken = _Spoken()
    for row, window in enumerate(windows):
        features, size = window.features, window.stop - window.start
        if not 0 <= window.start < window.stop <= features.n_segments:
            raise ValueError(
                f"window {window.start}:{window.stop} of a document of "
                f"{features.n_segments} segments holds no segment"
            )
        check_widths(features, d_audio, d_text)
        times[row, :size] = features.times[window.start : window.stop]
        if features.has_text:
            text[row, :size] = features.text[window.start : window.stop]
            text_mask[row, :size] = True
        for column, (first, last) in enumerate(features.audio_bounds[window.start : window.stop]):
            segment = window.start + column
            if features.crops is not None and segment in window.crops:
                crop = window.crops[segment]
                first, last = features.crops.bounds[crop]
                text[row, column] = features.crops.text[crop]
            if last > first:
                spoken.add(features, segment, (first, last), len(pieces), row)
                pieces.append(features.audio_tokens[first:last])
                audio_mask[row, column] = True
    tokens, token_mask = pad_pieces(pieces, d_audio)
    return Batch(
        audio_tokens=torch.from_numpy(tokens),
        token_mask=torch.from_numpy(token_mask),
        # Row-major order of the mask is the order in which the pieces were added.
        audio_rows=torch.from_numpy(np.flatnonzero(audio_mask)),
        audio_mask=torch.from_numpy(audio_mask),
        text=torch.from_numpy(text),
        text_mask=torch.from_numpy(text_mask),
        times=torch.from_numpy(times),
        spoken=torch.from_numpy(np.concatenate([np.zeros((0, d_text), np.float32), *spoken.text])),
        spoken_rows=torch.tensor(spoken.rows, dtype=torch.int64),
        spoken_bounds=torch.tensor(spoken.bounds, dtype=torch.int64).reshape(-1, 2),
        spoken_windows=torch.tensor(spoken.windows, dtype=torch.int64),
    )


@dataclass
class _Spoken:
    """The sentences of a batch of which it is known when they are said."""

    text: list[NDArray[np.float32]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    bounds: list[list[int]] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)

    def add(
        self, features: Features, segment: int, taken: tuple[int, int], row: int, window: int
    ) -> None:
        """Add those of a segment whose audio tokens, the range `taken`, are row `row`."""
        if not len(features.sentence_bounds):
            return
        first, last = taken
        bounds = features.sentence_bounds - first
        whole = (bounds[:, 0] >= 0) & (bounds[:, 1] <= last - first)
        long = bounds[:, 1] - bounds[:, 0] >= FEWEST_SPOKEN_TOKENS
        chosen = np.flatnonzero((features.sentence_segments == segment) & whole & long)
        self.text.append(features.sentences[chosen].astype(np.float32))
        self.rows += [row] * len(chosen)
        self.bounds += bounds[chosen].tolist()
        self.windows += [window] * len(chosen)


def sample_batches(
    documents: Sequence[Features],
    batch_documents: int,
    window_segments: tuple[int, int],
    rng: np.random.Generator,
    crop_share: float = 0.0,
) -> list[list[tuple[int, SegmentWindow]]]:
    """Draw the windows of one epoch, dealt into batches that hold each document at most once.

    A document gives windows in proportion to its length, but never two to one batch: they
    would be false negatives of each other. Where a few long documents stand beside many short
    ones that bounds what the long ones give.

    Args:
        documents: At least two documents, each with at least one segment.
        batch_documents: Most windows in a batch.
        window_segments: Shortest and longest window, in segments.
        rng: Source of the draw. The number of batches does not depend on it.
        crop_share: Chance that of a segment that has crops one of them is taken.

    Returns:
        Batches of (index into `documents`, window).
    """
    ranges = [tuple(min(bound, doc.n_segments) for bound in window_segments) for doc in documents]
    wanted = [
        max(1, round(2 * doc.n_segments / sum(span)))
        for doc, span in zip(documents, ranges, strict=True)
    ]
    size = min(batch_documents, len(documents))
    batches, last = math.ceil(sum(wanted) / size), 0
    while batches != last:
        last = batches
        wanted = [min(count, batches) for count in wanted]
        batches = math.ceil(sum(wanted) / size)
    dealt: list[list[tuple[int, SegmentWindow]]] = [[] for _ in range(batches)]
    card = 0
    for index in rng.permutation(len(documents)).tolist():
        document, (shortest, longest) = documents[index], ranges[index]
        for _ in range(wanted[index]):
            length = int(rng.integers(shortest, longest + 1))
            start = int(rng.integers(0, document.n_segments - length + 1))
            stop = start + length
            crops = _draw_crops(document, start, stop, crop_share, rng) if crop_share else {}
            dealt[card % batches].append((index, SegmentWindow(document, start, stop, crops)))
            card += 1
    return dealt


def _draw_crops(
    features: Features, start: int, stop: int, share: float, rng: np.random.Generator
) -> dict[int, int]:
    crops: dict[int, int] = {}
    if features.crops is None:
        return crops
    for segment in range(start, stop):
        rows = np.flatnonzero(features.crops.segments == segment)
        if len(rows) and rng.random() < share:
            crops[segment] = int(rng.choice(rows))
    return crops
