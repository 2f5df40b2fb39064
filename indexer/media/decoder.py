"""The decoder: recordings as PyAV reads them, 16 kHz mono or a part as it sounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from indexer.media.bounds import check_length, check_sound
from indexer.media.chapters import container_chapters
from indexer.media.frames import Frames
from indexer.media.length import declared_seconds
from indexer.media.missing import missing_bytes
from indexer.media.mono import to_mono
from indexer.media.opening import check_decodable, open_container
from indexer.media.part import Part, cut_part
from indexer.media.resample import join_frames, resampled
from indexer.media.riff_parts import unplayed_parts
from indexer.media.stream import Block, StreamFacts
from indexer.media.tags import readable
from indexer.media.tracks import choose_track, describe_tracks


def decode(
    path: Path,
    part: Part | None = None,
    block_seconds: float = 30.0,
    language: str | None = None,
) -> Iterator[StreamFacts | Block]:
    """Decode a sound file, or the sound of a video: the only place that does.

    It runs in a guarded process (`indexer.media.decode`). Seconds are those of a player: sound
    that begins late, pauses without packets and damage are silence (`indexer.media.timeline`).

    Args:
        path: The file; it is opened once, when the first item is asked for.
        part: None for the whole as 16 kHz mono. Everything before a part is decoded as well.
        block_seconds: Length of the blocks, about.
        language: Code of the language wanted, where there are several sound tracks.

    Yields:
        The facts, then blocks in order; the last one may be empty.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it that can be
            decoded.
    """
    with open_container(path) as container:
        check_decodable(path, container)
        track = choose_track(path, container, language)
        check_sound(path, track.channels, track.sample_rate or 0)
        facts = _facts(path, container, track)
        check_length(path, facts.announced)
        yield facts
        frames = Frames(path, container, track)
        if part is not None:
            for samples in cut_part(frames, part):
                yield Block(samples, frames.losses)
            return
        for samples in resampled(join_frames(to_mono(frames), block_seconds)):
            yield Block(samples, frames.losses)
        yield Block(np.zeros(0, np.float32), frames.losses)


def _facts(path: Path, container: Any, track: Any) -> StreamFacts:
    import av

    tags = {key.lower(): readable(value).strip() for key, value in container.metadata.items()}
    of_track = {key.lower(): readable(value).strip() for key, value in track.metadata.items()}
    if "language" in of_track:  # what is decoded
        tags["language"] = of_track["language"]
    return StreamFacts(
        of_track | tags,
        declared_seconds(path, container, track),
        container.duration / av.time_base if container.duration else None,
        missing_bytes(path, container.format.name),
        describe_tracks(container, track),
        unplayed_parts(path) if container.format.name == "wav" else None,
        container_chapters(container),
    )
