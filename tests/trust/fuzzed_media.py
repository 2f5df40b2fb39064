"""One mutated recording decoded as the product decodes it, and what is wrong with the outcome."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer.base.errors import AudioError
from indexer.base.limits import limits
from indexer.base.types import Chapter
from indexer.guard.children import FileFaultError
from indexer.media.decode import Recording, open_recording
from indexer.media.playback import playback
from tests.trust.fuzzing import Input, wrong_message
from tests.trust.media_seeds import media_seeds
from tests.trust.mutations import mutated_bytes


def make(number: int) -> Input:
    """Make an input; the same number gives the same one."""
    rng = random.Random(f"media {number}")
    seeds = media_seeds()
    name = rng.choice(list(seeds))
    data = mutated_bytes(rng, list(seeds.values()), seeds[name])
    if rng.random() < 0.05:
        name = rng.choice(list(seeds))
    return Input(name, data)


def findings(path: Path) -> Iterator[str]:
    """Decode a recording to its end, and yield what is wrong."""
    try:
        recording = open_recording(path)
        yield from _wrong_recording(recording)
        if not math.isfinite(playback(path).offset):
            yield "the player's clock is not finite"
    except AudioError as error:
        # A crash or a limit is this file's failure, told in words: what the guard is for.
        if not isinstance(error.__cause__, FileFaultError):
            yield from wrong_message(str(error))


def _wrong_recording(recording: Recording) -> Iterator[str]:
    facts = recording.facts
    for name, seconds in (("announced", facts.announced), ("estimated", facts.estimated)):
        if seconds is not None and not 0 <= seconds < math.inf:
            yield f"{name} as {seconds} s long"
    for chapter in facts.chapters:
        if not _is_possible(chapter):
            yield f"impossible times: {chapter}"
    for block in recording.blocks():
        if not np.isfinite(block).all():
            yield "samples that are no numbers"
    if recording.seconds > 3600 * limits().hours + 60:
        yield f"{recording.seconds} s were decoded, more than the limit"
    for text in (recording.damage or "", *recording.notes):
        if text and ("nan" in text.split() or "inf" in text.split()):
            yield f"told: {text}"


def _is_possible(chapter: Chapter) -> bool:
    end = chapter.start if chapter.end is None else chapter.end
    return 0 <= chapter.start <= end < math.inf
