"""One mutated transcript read as the product reads it, and what is wrong with what came of it."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexer.base.types import SegmentSettings
from indexer.guard.children import FileFaultError
from indexer.ingest.fit_length import fit_to_length
from indexer.ingest.segment import cut_segments, split_with_sounds
from indexer.transcripts.formats import transcript_extensions
from indexer.transcripts.guarded import read_guarded
from indexer.transcripts.transcript import Transcript, TranscriptError
from tests.trust.fuzzing import Input, wrong_message
from tests.trust.mutations import mutated_text, mutated_times

CORPUS = Path(__file__).with_name("corpus")
_SECONDS = 30.0  # of the recording that the transcript is fitted to
_SETTINGS = SegmentSettings()
_LETTERS = re.compile(r"[^\W\d_]+")


@cache
def seeds() -> dict[str, bytes]:
    """Return the seeds by name: a few of each format, as tests and exporters have them."""
    files = sorted((CORPUS / "transcripts").iterdir())
    return {file.name: file.read_bytes() for file in files}


def make(number: int) -> Input:
    """Make an input; the same number gives the same one."""
    rng = random.Random(f"transcript {number}")
    name = rng.choice(list(seeds()))
    data, extension = seeds()[name], Path(name).suffix
    if rng.random() < 0.15 and not data.startswith(b"PK"):
        return Input(f"{Path(name).stem}.times{extension}", mutated_times(rng, data))
    if rng.random() < 0.1:
        extension = rng.choice(transcript_extensions())
    return Input(f"{Path(name).stem}{extension}", mutated_text(rng, list(seeds().values()), data))


def findings(path: Path) -> Iterator[str]:
    """Read a transcript, cut it into segments, and yield what is wrong.

    Args:
        path: One that `make` made; `NAME.times.EXTENSION` has the words of its seed.
    """
    try:
        transcript = read_guarded(path)
    except TranscriptError as error:
        if isinstance(error.__cause__, FileFaultError):
            yield f"a small file passes a limit: {error}"
        yield from wrong_message(str(error))
        return
    yield from _wrong_transcript(transcript)
    if transcript.timed:
        transcript = fit_to_length(transcript, _SECONDS).transcript
        if any(item.end > _SECONDS for item in (*transcript.cues, *transcript.sounds)):
            yield "a time lies after the recording's end"
    language = transcript.language or "en"
    cues, _ = split_with_sounds(transcript.cues, transcript.sounds, _SETTINGS, language)
    segments = cut_segments(cues, _SETTINGS, timed=transcript.timed)
    for segment in segments:
        if not 0 <= segment.start <= segment.end < math.inf or not segment.text:
            yield f"segment {segment}"
    if path.stem.endswith(".times") and (lost := _lost_words(path, transcript)):
        yield f"words are lost without a warning: {' '.join(sorted(lost))[:200]}"


def _wrong_transcript(transcript: Transcript) -> Iterator[str]:
    starts = [cue.start or 0.0 for cue in transcript.cues]
    if starts != sorted(starts):
        yield "cues are not in the order of their times"
    for item in (*transcript.cues, *transcript.sounds):
        if not transcript.timed and item.start is not None:
            yield f"times in a transcript without: {item}"
        if transcript.timed and not _are_times(item.start, item.end):
            yield f"impossible times: {item}"
    for cue in transcript.cues:
        if not cue.text.strip() or cue.text != " ".join(cue.text.split()):
            yield f"text that is no line of words: {cue.text[:100]!r}"
    if any(not 0 <= sound.cue <= len(transcript.cues) for sound in transcript.sounds):
        yield "a sound at a cue that is not there"


def _are_times(start: float | None, end: float | None) -> bool:
    return start is not None and end is not None and 0 <= start <= end < math.inf


def _words(transcript: Transcript) -> set[str]:
    return {word for cue in transcript.cues for word in _LETTERS.findall(cue.text)}


@cache
def _words_of_seed(name: str) -> frozenset[str]:
    return frozenset(_words(read_guarded(CORPUS / "transcripts" / name)))


def _lost_words(path: Path, transcript: Transcript) -> set[str]:
    if transcript.warnings:
        return set()
    name = path.name.replace(".times.", ".")
    try:
        return set(_words_of_seed(name)) - _words(transcript)
    except TranscriptError:
        return set()
