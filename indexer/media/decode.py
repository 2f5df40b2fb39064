"""Recordings decoded by PyAV: as a stream of 16 kHz mono samples, or a part as it sounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE as SAMPLE_RATE
from indexer.base.errors import AudioError
from indexer.base.timecode import clock
from indexer.base.types import Chapter
from indexer.media.bounds import check_length, check_sound
from indexer.media.chapters import container_chapters
from indexer.media.frames import Frames, Losses
from indexer.media.length import declared_seconds
from indexer.media.missing import missing_bytes
from indexer.media.mono import to_mono
from indexer.media.opening import check_decodable, open_container
from indexer.media.part import Part as Part
from indexer.media.part import cut_part
from indexer.media.resample import join_frames, resampled
from indexer.media.riff_parts import unplayed_parts
from indexer.media.tags import readable
from indexer.media.tracks import choose_track, describe_tracks

# A recording that ends this much before the length in its header was cut off.
_MISSING_SECONDS = 2.0


@dataclass(frozen=True)
class StreamFacts:
    """What a recording announces of itself.

    Attributes:
        tags: Title, artist, date, genre and language from the container, lower-case keys.
        announced: Where its sound ends by its header, in seconds; None where no header says so.
        estimated: Length in seconds, perhaps by the bit rate; None where nothing is known.
        missing_bytes: How many bytes the file's structure has beyond its end.
        tracks: Which of several sound tracks is decoded and which are not, in words, else None.
        unplayed: Sound of the file that is not decoded, in words, else None.
        chapters: The container's chapters.
    """

    tags: dict[str, str]
    announced: float | None
    estimated: float | None = None
    missing_bytes: int = 0
    tracks: str | None = None
    unplayed: str | None = None
    chapters: tuple[Chapter, ...] = ()


@dataclass(frozen=True)
class Block:
    """Consecutive samples.

    Attributes:
        samples: float32, `[n]` at 16 kHz; of a part `[channels, n]` at its rate.
        losses: What was lost up to its end.
    """

    samples: NDArray[np.float32]
    losses: Losses = field(default_factory=Losses)


def decode(
    path: Path,
    part: Part | None = None,
    block_seconds: float = 30.0,
    language: str | None = None,
) -> Iterator[StreamFacts | Block]:
    """Decode a sound file, or the sound of a video: the only place that does.

    Seconds are those of a player: sound that begins late, pauses without packets and damage are
    silence (`indexer.media.timeline`). Arguments and items can be pickled, so that a child process
    can run it and send the items.

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


class Recording:
    """A recording opened for reading once, from start to end.

    Attributes:
        path: The file.
        facts: What it announces of itself.
        tags: See `StreamFacts`.
        estimated: See `StreamFacts`.
        seconds: Length decoded so far.
        losses: What was lost so far.
    """

    def __init__(
        self, path: Path, facts: StreamFacts, items: Iterator[StreamFacts | Block]
    ) -> None:
        self.path = path
        self.facts = facts
        self.tags, self.estimated = facts.tags, facts.estimated
        self.seconds, self.losses = 0.0, Losses()
        self._items = items

    @property
    def damage(self) -> str | None:
        """What is wrong with a recording that was read to its end, or None."""
        announced = self.facts.announced
        if announced and announced - self.seconds > _MISSING_SECONDS:
            return (
                f"cut off: only {self.seconds:.0f} s of the {announced:.0f} s that its header "
                "announces could be read"
            )
        if self.facts.missing_bytes:
            return f"cut off: {self.facts.missing_bytes:,} bytes are missing at its end"
        if self.losses.is_last_cut and self.losses.bad_packets <= 1:
            return "cut off: it ends within a packet"
        if self.losses.bad_packets:
            return f"damaged: {self.losses.bad_packets} packets could not be decoded"
        return None

    @property
    def notes(self) -> list[str]:
        """What was guessed or filled in, of a recording that was read to its end."""
        notes = [note for note in (self.facts.tracks, self.facts.unplayed) if note]
        losses = self.losses
        if losses.has_lead:
            notes.append("sound before its second 0, which players do not play, is left out")
        if losses.gaps:
            where = f"a gap of {losses.gap_seconds:.0f} s in the sound at "
            if losses.gaps > 1:
                where = f"{losses.gaps} gaps in the sound, {losses.gap_seconds:.0f} s, from "
            notes.append(where + f"{clock(round(losses.first_gap))}: silence was put there")
        return notes

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Return the samples, 16 kHz mono float32, in consecutive blocks.

        Raises:
            AudioError: Nothing at all could be decoded.
        """
        for item in self._items:
            assert isinstance(item, Block)
            self.losses = item.losses
            if len(item.samples):
                self.seconds += len(item.samples) / SAMPLE_RATE
                yield item.samples
        if not self.seconds:
            raise AudioError(f"{self.path.name}: no sound could be decoded; is the file damaged?")

    def close(self) -> None:
        """Close a recording that is not read to its end."""
        close: Any = getattr(self._items, "close", None)
        if close:
            close()


def open_recording(
    path: Path, block_seconds: float = 30.0, language: str | None = None
) -> Recording:
    """Open a recording; its samples come in blocks of about `block_seconds`.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it.
    """
    items = decode(path, block_seconds=block_seconds, language=language)
    facts = next(items)
    assert isinstance(facts, StreamFacts)
    return Recording(path, facts, items)


def decode_part(path: Path, part: Part, language: str | None = None) -> NDArray[np.float32]:
    """Decode a part of a recording.

    Returns:
        `[channels, n]`: stereo as it is, all else as mono. What lies after the end of the recording
        is missing.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it.
    """
    items = decode(path, part, language=language)
    return np.concatenate([item.samples for item in items if isinstance(item, Block)], axis=1)


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
