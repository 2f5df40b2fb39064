"""Frozen features of one document: the only input of the fusion model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Crops:
    """Parts of segments as further examples to learn from: `C` runs of their sentences.

    A few hours of speech are soon learned by heart; a part of a segment is another example, with
    words of its own, at the price of embedding them.

    Attributes:
        segments: `[C]` int64, the segment that each is a part of.
        bounds: `[C, 2]` int64, the half-open range of the document's audio tokens.
        text: `[C, d_text]` float32 unit vectors of their words.
    """

    segments: NDArray[np.int64]
    bounds: NDArray[np.int64]
    text: NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """Frozen features of a document with `S` segments.

    A missing modality is an array with no rows, never zeros that look like data. A document
    has text for all of its segments or for none; a single segment may lack audio (an empty
    range in `audio_bounds`), for instance where a transcript runs past the recording's end.

    Attributes:
        audio_tokens: `[n_tokens, d_audio]` float16, speech encoder states at a fixed rate.
        audio_bounds: `[S, 2]` int64, the half-open range of `audio_tokens` of each segment.
        text: `[S, d_text]` float32, one unit vector a segment; `[0, d_text]` without text.
        sentences: `[n_sentences, d_text]` float16, one unit vector a sentence.
        sentence_segments: `[n_sentences]` int64, the segment that each sentence belongs to.
        times: `[S, 2]` float32 seconds; estimated from the word count where there are no times.
        sentence_bounds: `[n_sentences, 2]` int64, the half-open range of `audio_tokens` in which
            each sentence is said, an empty range where that is not known; `[0, 2]` where it is
            known of none. For training only, so not stored.
        crops: Parts of the segments, None where there are none. For training only.
    """

    audio_tokens: NDArray[np.float16]
    audio_bounds: NDArray[np.int64]
    text: NDArray[np.float32]
    sentences: NDArray[np.float16]
    sentence_segments: NDArray[np.int64]
    times: NDArray[np.float32]
    sentence_bounds: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    crops: Crops | None = None

    def __post_init__(self) -> None:
        segments = len(self.audio_bounds)
        if self.times.shape != (segments, 2) or self.audio_bounds.shape != (segments, 2):
            raise ValueError(
                f"times {self.times.shape} and audio_bounds {self.audio_bounds.shape} "
                "must both be [segments, 2]"
            )
        if len(self.text) not in (0, segments):
            raise ValueError(f"{len(self.text)} text vectors for {segments} segments")
        if len(self.sentences) != len(self.sentence_segments):
            raise ValueError("sentences and sentence_segments differ in length")
        if len(self.sentence_bounds) not in (0, len(self.sentences)):
            raise ValueError(
                f"{len(self.sentence_bounds)} sentence_bounds for {len(self.sentences)} sentences"
            )
        if segments and self.audio_bounds.max(initial=0) > len(self.audio_tokens):
            raise ValueError("audio_bounds reach past the last audio token")

    @property
    def n_segments(self) -> int:
        """Number of segments of the document."""
        return len(self.audio_bounds)

    @property
    def has_text(self) -> bool:
        """Whether the document has a transcript."""
        return len(self.text) > 0

    @property
    def has_audio(self) -> bool:
        """Whether any segment of the document has audio tokens."""
        return bool((self.audio_bounds[:, 1] > self.audio_bounds[:, 0]).any())

    def without_audio(self) -> Features:
        """Return the same document without its audio, as if it were a transcript only."""
        return replace(
            self,
            audio_tokens=self.audio_tokens[:0],
            audio_bounds=np.zeros_like(self.audio_bounds),
            sentence_bounds=self.sentence_bounds[:0],
            crops=None,
        )

    def without_text(self) -> Features:
        """Return the same document without its transcript."""
        return replace(
            self,
            text=self.text[:0],
            sentences=self.sentences[:0],
            sentence_segments=self.sentence_segments[:0],
            sentence_bounds=self.sentence_bounds[:0],
            crops=None,
        )

    def select(self, segments: Sequence[int]) -> Features:
        """Return some segments as a document of their own, in the order given, without crops.

        Args:
            segments: Different numbers of segments.
        """
        rows = np.asarray(segments, dtype=np.int64)
        place = np.full(self.n_segments, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.sentence_segments] >= 0
        return replace(
            self,
            audio_bounds=self.audio_bounds[rows],
            text=self.text[rows] if self.has_text else self.text,
            sentences=self.sentences[kept],
            sentence_segments=place[self.sentence_segments[kept]],
            sentence_bounds=self.sentence_bounds[kept[: len(self.sentence_bounds)]],
            times=self.times[rows],
            crops=None,
        )

    def with_bounds(self, bounds: NDArray[np.int64]) -> Features:
        """Return the document with `bounds [n_sentences, 2]` as its `sentence_bounds`."""
        return replace(self, sentence_bounds=bounds)

    def with_crops(self, crops: Crops) -> Features:
        """Return the document with parts of its segments."""
        return replace(self, crops=crops)

    def with_phrases(
        self, vectors: NDArray[np.floating], segments: NDArray[np.integer]
    ) -> Features:
        """Return the document with more short texts beside its sentences.

        Args:
            vectors: `[n, d_text]` unit vectors of the text encoder.
            segments: `[n]`, the segment that each text stands for.
        """
        bounds = self.sentence_bounds
        if len(bounds):  # a phrase is made of words from all over its segment
            bounds = np.concatenate([bounds, np.zeros((len(vectors), 2), np.int64)])
        return replace(
            self,
            sentences=np.concatenate([self.sentences, vectors.astype(np.float16)]),
            sentence_segments=np.concatenate([self.sentence_segments, segments.astype(np.int64)]),
            sentence_bounds=bounds,
        )


def check_widths(features: Features, d_audio: int, d_text: int) -> None:
    """Refuse features of other encoders than the model was made for.

    Raises:
        ValueError: The width of the audio tokens, text or sentence vectors is not the model's.
    """
    for name, array, width in (
        ("audio_tokens", features.audio_tokens, d_audio),
        ("text", features.text, d_text),
        ("sentences", features.sentences, d_text),
    ):
        if len(array) and array.shape[1] != width:
            raise ValueError(
                f"features hold {name} of width {array.shape[1]}, the model reads {width}: "
                "they come from another encoder; make the features again or load its model"
            )


def pad_tokens(
    features: Features, segments: Sequence[int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Pad the audio tokens of some segments, each of which must have audio.

    Returns:
        Tokens `[len(segments), T, d_audio]` float32 and their mask `[len(segments), T]`.
    """
    pieces = [features.audio_tokens[slice(*features.audio_bounds[s])] for s in segments]
    return pad_pieces(pieces, features.audio_tokens.shape[1])


def pad_pieces(
    pieces: Sequence[NDArray[np.float16]], d_audio: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Pad runs of audio tokens to one array `[len(pieces), T, d_audio]`, with its mask."""
    longest = max((len(piece) for piece in pieces), default=0)
    tokens = np.zeros((len(pieces), longest, d_audio), dtype=np.float32)
    mask = np.zeros((len(pieces), longest), dtype=bool)
    for row, piece in enumerate(pieces):
        tokens[row, : len(piece)] = piece
        mask[row, : len(piece)] = True
    return tokens, mask
