"""What a guarded process does with recordings: each task yields what can be sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.media.chapters import ffmetadata_chapters
from indexer.media.decoder import decode
from indexer.media.part import Part
from indexer.media.playback import playback_of
from indexer.media.stream import Block, item_to_values

Item = tuple[dict[str, Any], NDArray[np.float32] | None]


def decode_items(
    path: str, part: dict[str, Any] | None, block_seconds: float, language: str | None
) -> Iterator[Item]:
    """Decode a recording: facts, then blocks."""
    wanted = Part(**part) if part else None
    for item in decode(Path(path), wanted, block_seconds, language):
        yield item_to_values(item), item.samples if isinstance(item, Block) else None


def playback(path: str, language: str | None) -> Iterator[Item]:
    """Look up how browsers play a recording."""
    yield asdict(playback_of(Path(path), language)), None


def chapters(path: str) -> Iterator[Item]:
    """Read the chapters of a file of FFmpeg's metadata."""
    yield {"chapters": [asdict(chapter) for chapter in ffmetadata_chapters(Path(path))]}, None
