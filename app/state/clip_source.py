"""Which recording a clip was cut from, and where: found by its very sound, never by likeness."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.state.clips import clip_file
from app.state.open_library import OpenLibrary
from indexer.base.errors import HilbertError
from indexer.maintenance.manage import existing_recording
from indexer.media.decode import SAMPLE_RATE, Part, decode_part, open_recording
from indexer.media.same_sound import find_sound, loudest_part
from indexer.search.results import SearchResult

log = logging.getLogger(__name__)

_MOST_RECORDINGS = 3
# A recording is decoded from its beginning; beyond this, later candidates are not looked at.
_MOST_DECODED_SECONDS = 7200.0
# Shorter sounds fit by chance; of longer clips this much is looked for.
_SHORTEST_SECONDS, _PIECE_SECONDS = 2.0, 15.0
_MOST_CLIP_SECONDS = 300.0
# A moment and the clip need not begin together.
_AROUND_SECONDS = 5.0


class ClipSource(NamedTuple):
    """Where a clip was cut from: a document, and the second of it at which the clip begins."""

    document: str
    seconds: float


class _Place(NamedTuple):
    """A moment that may hold the clip."""

    document: str
    start: float
    end: float


def find_clip_source(
    library: OpenLibrary, clip: str, name: str, result: SearchResult
) -> ClipSource | None:
    """Compare the sound of a clip with the best moments of a search for it.

    Args:
        library: Library that was searched.
        clip: SHA-256 of the clip's bytes.
        name: Of its file.
        result: What was found.

    Returns:
        Where it is from; None where that is not certain.
    """
    best: dict[str, _Place] = {}
    for hit in (*result.hits[:1], *(m for d in result.documents for m in d.moments[:1])):
        if hit.start is not None and hit.end is not None:
            best.setdefault(hit.document, _Place(hit.document, hit.start, hit.end))
    return _compare(library.key, clip, tuple(best.values())[:_MOST_RECORDINGS], library, name)


@st.cache_data(max_entries=64, show_spinner=False)
def _compare(
    key: str, clip: str, places: tuple[_Place, ...], _library: OpenLibrary, _name: str
) -> ClipSource | None:
    try:
        with clip_file(clip, _name) as path:
            samples = _beginning(path)
    except HilbertError:
        log.debug("could not compare the sound of a clip", exc_info=True)
        return None
    length = len(samples) / SAMPLE_RATE
    if length < _SHORTEST_SECONDS:
        return None
    first = loudest_part(samples, round(_PIECE_SECONDS * SAMPLE_RATE))
    piece = samples[first : first + round(_PIECE_SECONDS * SAMPLE_RATE)]
    decoded = 0.0
    for place in places:
        begin = max(0.0, place.start - length - _AROUND_SECONDS)
        end = place.end + length + _AROUND_SECONDS
        decoded += end
        if place is not places[0] and decoded > _MOST_DECODED_SECONDS:
            break
        recording = existing_recording(_library.store, place.document)
        whole = _decode(_library, recording, place.document, Part(begin, end, SAMPLE_RATE))
        found = find_sound(piece, whole, SAMPLE_RATE)
        if found is not None:
            return ClipSource(place.document, max(0.0, begin + found - first / SAMPLE_RATE))
    return None


def _beginning(clip: Path) -> NDArray[np.float32]:
    """Decode the first minutes of a clip, which may be a recording of hours."""
    recording, blocks, seconds = open_recording(clip), [], 0.0
    for block in recording.blocks():
        blocks.append(block)
        seconds += len(block) / SAMPLE_RATE
        if seconds >= _MOST_CLIP_SECONDS:
            recording.close()
            break
    return np.concatenate(blocks)


def _decode(
    library: OpenLibrary, recording: Path | None, document: str, part: Part
) -> NDArray[np.float32]:
    """Decode a part of a recording as mono; nothing where that cannot be done."""
    if recording is None:
        return np.zeros(0, np.float32)
    try:
        channels = decode_part(recording, part, library.searcher.documents[document].language)
    except HilbertError:
        log.debug("could not compare a clip with %s", recording, exc_info=True)
        return np.zeros(0, np.float32)
    return np.asarray(channels.mean(axis=0), np.float32)
