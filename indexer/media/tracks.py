"""Which sound track of a recording is indexed, where there are several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.base.languages import language_code
from indexer.media.frames import Frames
from indexer.media.mono import channel_samples
from indexer.media.opening import open_container

# Root mean square of a second with something in it, -60 dB: as quiet as speech is never.
_SILENT_RMS = 1e-3
_MOST_NAMED = 4
# Flags and titles of tracks that speak about the recording instead of being it.
_ASIDES = {"comment", "visual_impaired", "karaoke", "clean_effects"}
_ASIDE_TITLES = ("commentary", "audio description")


def choose_track(path: Path, container: Any, language: str | None) -> Any:
    """Return the sound track to decode.

    Tracks that only comment or describe come last; before them the wanted language's, the one
    marked as default, and the first. A track without any sound is passed over for one with sound.

    Args:
        path: The recording; with several tracks it is opened once more.
        container: The recording, open, with a sound track.
        language: The wanted language, as a tag or a code names it.
    """
    tracks = [s for s in container.streams.audio if s.codec_context is not None]
    ranked = sorted(tracks, key=lambda track: _rank(track, language_code(language)))
    if len(ranked) > 1:
        for track in ranked:
            if _has_sound(path, track.index):
                return track
    return ranked[0]


def describe_tracks(container: Any, chosen: Any) -> str | None:
    """Return which track of several was chosen and which others there are, else None."""
    tracks = list(container.streams.audio)
    if len(tracks) == 1:
        return None
    others = [_name(number, track) for number, track in enumerate(tracks, 1) if track is not chosen]
    named = ", ".join(others[:_MOST_NAMED])
    if len(others) > _MOST_NAMED:
        named += f" and {len(others) - _MOST_NAMED} more"
    number = tracks.index(chosen) + 1
    return f"{len(tracks)} sound tracks: {_name(number, chosen)} is used, not {named}"


def _rank(track: Any, language: str | None) -> tuple[bool, bool, bool, int]:
    spoken = language_code(track.metadata.get("language"))
    is_default = "default" in _flags(track)
    return (_is_aside(track), spoken is None or spoken != language, not is_default, track.index)


def _is_aside(track: Any) -> bool:
    title = track.metadata.get("title", "").lower()
    return bool(_flags(track) & _ASIDES) or any(words in title for words in _ASIDE_TITLES)


def _flags(track: Any) -> set[str]:
    return {str(flag.name) for flag in track.disposition}


def _name(number: int, track: Any) -> str:
    about = [track.metadata.get(key, "").strip()[:60] for key in ("title", "language")]
    about = [text for text in about if text and text != "und"]
    return f"track {number}" + (f" ({', '.join(about)})" if about else "")


def _has_sound(path: Path, index: int) -> bool:
    with open_container(path) as container:
        return any(
            float(np.sqrt(np.mean(np.square(channel_samples(frame))))) > _SILENT_RMS
            for _, frame in Frames(path, container, container.streams[index])
        )
