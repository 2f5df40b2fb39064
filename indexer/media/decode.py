"""Recordings as a stream of 16 kHz mono samples, or a part as it sounds.

What decodes them runs in a guarded process (`indexer.media.decoder`): a file may be made to crash
it, or to take more than its share, and that is the end of this file only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE as SAMPLE_RATE
from indexer.base.errors import AudioError
from indexer.base.timecode import clock
from indexer.media.frames import Losses
from indexer.media.guarded import guarded
from indexer.media.part import Part as Part
from indexer.media.stream import Block, StreamFacts, item_from_values

# A recording that ends this much before the length in its header was cut off.
_MISSING_SECONDS = 2.0


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
    items = _decoded(path, None, block_seconds, language)
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
    return np.concatenate(list(part_blocks(path, part, language)), axis=1)


def part_blocks(
    path: Path, part: Part, language: str | None = None
) -> Iterator[NDArray[np.float32]]:
    """Decode a part of a recording, as `decode_part` does, in blocks of about ten seconds.

    Yields:
        `[channels, n]`; the last may be empty.

    Raises:
        AudioError: The file cannot be read, is no media file, or has no sound in it.
    """
    for item in _decoded(path, part, 30.0, language):
        if isinstance(item, Block):
            yield item.samples


def _decoded(
    path: Path, part: Part | None, block_seconds: float, language: str | None
) -> Iterator[StreamFacts | Block]:
    """Yield what `indexer.media.decoder.decode` does, from a guarded process."""
    arguments = {
        "path": str(path.absolute()),
        "part": part and asdict(part),
        "block_seconds": block_seconds,
        "language": language,
    }
    for values, samples in guarded("decode_items", path, arguments):
        yield item_from_values(values, samples)
