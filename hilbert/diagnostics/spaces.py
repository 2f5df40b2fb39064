"""The embedding space of a model over some documents, and a control that has no gap to explain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hilbert.diagnostics.arrays import FloatArray, unit_rows
from hilbert.diagnostics.measures.space import Space
from hilbert.model.arrays import Embeddings, Floats, FusionModel, StateArrays
from hilbert.model.embed import fuse_windows, segment_states
from hilbert.model.features import Features


def model_space(model: FusionModel, documents: Iterable[Features]) -> Space:
    """Embed the segments that have both sound and words, and their documents.

    No audio vector has seen its text, nor a text vector its audio, in either fusion mode.

    Args:
        model: The fusion model.
        documents: Read one after the other, so that their features need not be held at once.

    Raises:
        ValueError: Fewer than two such segments.
    """
    parts, owners, sound, words, seconds = [], [], [], [], []
    whole: list[tuple[Embeddings, Embeddings]] = []
    for number, features in enumerate(documents):
        paired = paired_segments(features)
        seconds.append(_seconds(features))
        states = segment_states(model, features)
        parts.append(_rows(states, paired))
        owners.append(np.full(len(paired), number))
        whole.append(
            (
                fuse_windows(model, _only(states, audio=True)),
                fuse_windows(model, _only(states, text=True)),
            )
        )
        sound.append(_frozen_audio(features, paired))
        words.append(features.text[paired] if len(paired) else features.text[:0])
    if sum(map(len, owners)) < 2:
        raise ValueError("fewer than two segments have both sound and words")
    windows = _stacked(parts)
    heard = fuse_windows(model, _only(windows, audio=True))
    read = fuse_windows(model, _only(windows, text=True))
    mean_audio = replace(windows, audio=_mean(windows.audio, 0))
    mean_text = replace(windows, text=_mean(windows.text, 0))
    groups, kept = _renumbered(np.concatenate(owners))
    return Space(
        audio=_array(heard.audio),
        text=_array(read.text),
        joint=_array(fuse_windows(model, windows).joint),
        joint_of_audio=_array(heard.joint),
        joint_of_text=_array(read.joint),
        joint_mean_audio=_array(fuse_windows(model, mean_audio).joint),
        joint_mean_text=_array(fuse_windows(model, mean_text).joint),
        frozen_audio=unit_rows(np.concatenate(sound)),
        frozen_text=unit_rows(np.concatenate(words)),
        groups=groups,
        document_audio=_array(np.concatenate([whole[number][0].audio for number in kept])),
        document_text=_array(np.concatenate([whole[number][1].text for number in kept])),
        document_seconds=np.array([seconds[number] for number in kept], np.float64),
    )


def control_space(
    model: FusionModel, documents: Iterable[Features], most: int | None = None
) -> Space:
    """Embed one modality twice: the first sentences of a segment, and the rest of them.

    What a measure reads here is due to two texts not saying the same, not to a gap. The first
    half stands under `audio`, the second under `text`; segments of one sentence are left out.

    Args:
        model: The fusion model.
        documents: Read one after the other.
        most: Documents are taken until there are so many segments; None for all.

    Raises:
        ValueError: Fewer than two segments have two sentences.
    """
    first, second, times, seconds = [], [], [], []
    owners: list[int] = []
    for number, features in enumerate(documents):
        if most is not None and len(owners) >= most:
            break
        seconds.append(_seconds(features))
        for segment in range(features.n_segments):
            said = features.sentences[features.sentence_segments == segment].astype(np.float32)
            if len(said) > 1:
                half = (len(said) + 1) // 2
                first.append(said[:half].mean(0))
                second.append(said[half:].mean(0))
                start, end = features.times[segment].tolist()
                times.append([[start, (start + end) / 2], [(start + end) / 2, end]])
                owners.append(number)
    if len(owners) < 2:
        raise ValueError("fewer than two segments have two sentences")
    frozen = [unit_rows(np.array(half)) for half in (first, second)]
    windows = _text_windows(model, frozen, np.array(times, np.float32))
    one = fuse_windows(model, _half(windows, 0))
    other = fuse_windows(model, _half(windows, 1))
    groups, kept = _renumbered(np.array(owners, np.int64))
    whole = [_documents(model, windows, groups, half) for half in (0, 1)]
    return Space(
        audio=_array(one.text),
        text=_array(other.text),
        joint=_array(fuse_windows(model, windows).joint),
        joint_of_audio=_array(one.joint),
        joint_of_text=_array(other.joint),
        joint_mean_audio=_array(fuse_windows(model, _with_mean(windows, 0)).joint),
        joint_mean_text=_array(fuse_windows(model, _with_mean(windows, 1)).joint),
        frozen_audio=frozen[0],
        frozen_text=frozen[1],
        groups=groups,
        document_audio=whole[0],
        document_text=whole[1],
        document_seconds=np.array([seconds[number] for number in kept], np.float64),
    )


def paired_segments(features: Features) -> NDArray[np.int64]:
    """Return the segments that have both sound and words: a document's rows in `model_space`."""
    has_audio = features.audio_bounds[:, 1] > features.audio_bounds[:, 0]
    return np.flatnonzero(has_audio & features.has_text)


def _frozen_audio(features: Features, segments: NDArray[np.int64]) -> FloatArray:
    """Return the mean audio token of each segment, `[rows, d_audio]`."""
    bounds = features.audio_bounds[segments].tolist()
    means = [features.audio_tokens[a:b].mean(0, dtype=np.float64) for a, b in bounds]
    return np.array(means, np.float64).reshape(len(bounds), features.audio_tokens.shape[1])


def _rows(states: StateArrays, rows: NDArray[np.int64]) -> StateArrays:
    """Return segments `[1, S, ...]` of a document as windows of one, `[rows, 1, ...]`."""
    return StateArrays(
        audio=states.audio[0, rows, None],
        audio_mask=states.audio_mask[0, rows, None],
        text=states.text[0, rows, None],
        text_mask=states.text_mask[0, rows, None],
        times=states.times[0, rows, None],
    )


def _stacked(parts: Sequence[StateArrays]) -> StateArrays:
    return StateArrays(
        audio=np.concatenate([part.audio for part in parts]),
        audio_mask=np.concatenate([part.audio_mask for part in parts]),
        text=np.concatenate([part.text for part in parts]),
        text_mask=np.concatenate([part.text_mask for part in parts]),
        times=np.concatenate([part.times for part in parts]),
    )


def _only(states: StateArrays, *, audio: bool = False, text: bool = False) -> StateArrays:
    return replace(states, audio_mask=states.audio_mask & audio, text_mask=states.text_mask & text)


def _mean(vectors: Floats, segment: int) -> Floats:
    """Put the mean of all windows' vectors in place of each, at one segment of a window."""
    changed = vectors.copy()
    changed[:, segment] = unit_rows(vectors[:, segment].mean(0, keepdims=True))
    return changed


def _text_windows(
    model: FusionModel, halves: Sequence[FloatArray], times: NDArray[np.float32]
) -> StateArrays:
    """Return windows of two segments without audio: the halves of a text."""
    states = np.stack([model.text_arrays(half.astype(np.float32)) for half in halves], axis=1)
    there = np.ones(states.shape[:2], np.bool_)  # [n, 2]
    return StateArrays(
        audio=np.zeros_like(states),
        audio_mask=~there,
        text=states,
        text_mask=there,
        times=times,
    )


def _half(windows: StateArrays, half: int) -> StateArrays:
    rows = slice(half, half + 1)
    return StateArrays(
        audio=windows.audio[:, rows],
        audio_mask=windows.audio_mask[:, rows],
        text=windows.text[:, rows],
        text_mask=windows.text_mask[:, rows],
        times=windows.times[:, rows],
    )


def _with_mean(windows: StateArrays, half: int) -> StateArrays:
    return replace(windows, text=_mean(windows.text, half))


def _documents(
    model: FusionModel, windows: StateArrays, groups: NDArray[np.int64], half: int
) -> FloatArray:
    """Return the text vector of each document, made of one half of all its texts."""
    alone = _half(windows, half)
    found = []
    for group in range(int(groups.max()) + 1):
        rows = np.flatnonzero(groups == group)
        document = StateArrays(
            audio=alone.audio[rows].swapaxes(0, 1),
            audio_mask=alone.audio_mask[rows].swapaxes(0, 1),
            text=alone.text[rows].swapaxes(0, 1),
            text_mask=alone.text_mask[rows].swapaxes(0, 1),
            times=alone.times[rows].swapaxes(0, 1),
        )
        found.append(fuse_windows(model, document).text)
    return _array(np.concatenate(found))


def _renumbered(owners: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int]]:
    """Return documents that have something, numbered from 0, and their numbers before."""
    kept, groups = np.unique(owners, return_inverse=True)
    return groups.astype(np.int64), kept.tolist()


def _seconds(features: Features) -> float:
    return float(features.times.max(initial=0.0))


def _array(vectors: NDArray[np.float32]) -> FloatArray:
    return vectors.astype(np.float64)
