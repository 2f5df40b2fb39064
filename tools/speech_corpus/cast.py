"""The voices: which there are, who speaks in a document, and one sentence said by one of them.

The programs that speak are run as `assets/demo/source/voices.py` runs them.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from tools.speech_corpus.sound import Waveform, levelled, resample, trim

sys.path.append(str(Path(__file__).resolve().parents[2] / "assets" / "demo" / "source"))

from voices import ENGINES, Voice, VoiceError

__all__ = ["ENGINE_SHARES", "Role", "VoiceError", "available", "draw_cast", "speak", "versions"]

# hibari is the most natural and the best understood (word error rates of the embedded Whisper on
# the same minute of text: hibari 0.03, flite 0.13, espeak-ng 0.20), so it speaks half the time. It
# has one voice only; the others give the variety that keeps a model from learning that one.
ENGINE_SHARES = {"hibari": 0.5, "flite": 0.25, "espeak-ng": 0.25}

# Accents whose words the embedded Whisper mostly gets (en-gb-x-gbcwmd: one in three is wrong).
_ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029")
# Voice qualities that leave the words as clear as the plain voice does.
_VARIANTS = ("", "+m1", "+m3", "+m5", "+m6", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5")
_VARIANTS += ("+klatt", "+klatt3", "+Annie", "+Denis")


@dataclass(frozen=True)
class Role:
    """Who speaks: a label for cues and counts, and the voice at its usual speed."""

    label: str
    voice: Voice


@dataclass(frozen=True)
class _Entry:
    """A voice of the list; each document draws its pitch between `low` and `high`.

    Pitch is changed by playing faster or slower, formants and all, so it sounds like a smaller or
    larger person; `pace` brings the engines' own paces near to each other.
    """

    label: str
    engine: str
    name: str
    pace: float
    low: float
    high: float


# One trained voice at three heights that do not overlap: three people who may talk to each other.
_HIBARI = (
    _Entry("heart", "hibari", "heart", 1.0, 0.97, 1.08),
    _Entry("heart-deep", "hibari", "heart", 1.0, 0.88, 0.94),
    _Entry("heart-deeper", "hibari", "heart", 1.0, 0.79, 0.85),
)
_FLITE = tuple(
    _Entry(name, "flite", name, 1.0, 0.92, 1.08) for name in ("slt", "awb", "rms", "kal16")
)
_ESPEAK = tuple(
    _Entry(accent + variant, "espeak-ng", accent + variant, 0.95, 0.94, 1.06)
    for accent in _ACCENTS
    for variant in _VARIANTS
)
_ENTRIES = {"hibari": _HIBARI, "flite": _FLITE, "espeak-ng": _ESPEAK}


def available() -> tuple[list[str], list[str]]:
    """Engines that work here, and for the others what is missing and how to install it."""
    engines: list[str] = []
    missing: list[str] = []
    for engine, entries in _ENTRIES.items():
        try:
            for name in sorted({entry.name.partition("+")[0] for entry in entries}):
                ENGINES[engine](Voice(engine, name), "Hello.")
        except VoiceError as error:
            missing.append(str(error))
        else:
            engines.append(engine)
    return engines, missing


def versions(engines: Iterable[str]) -> dict[str, str]:
    """What each engine says of itself."""

    def first_line(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line.strip() for line in (done.stdout or done.stderr).splitlines()]
        return next((line for line in lines if "version" in line or "eSpeak" in line), "unknown")

    versions = {
        "hibari": lambda: metadata.version("hibari-tts"),
        "flite": lambda: first_line("flite", "--version"),
        "espeak-ng": lambda: first_line("espeak-ng", "--version").partition("  ")[0],
    }
    return {engine: versions[engine]() for engine in engines}


def draw_cast(
    speakers: Sequence[str], engines: Sequence[str], rng: random.Random
) -> dict[str, Role]:
    """A voice for each speaker of a document, all different while the list lasts.

    Each speaker's engine is drawn by `ENGINE_SHARES`, then a voice of it that is still free.
    """
    free = {engine: list(_ENTRIES[engine]) for engine in engines}
    cast = {}
    for speaker in speakers:
        left = [engine for engine in engines if free[engine]]
        if not left:
            free = {engine: list(_ENTRIES[engine]) for engine in engines}
            left = list(engines)
        engine = rng.choices(left, [ENGINE_SHARES[name] for name in left])[0]
        entry = free[engine].pop(rng.randrange(len(free[engine])))
        pitch = round(rng.uniform(entry.low, entry.high), 3)
        cast[speaker] = Role(entry.label, Voice(engine, entry.name, entry.pace, pitch))
    return cast


def speak(role: Role, speed: float, text: str) -> Waveform:
    """One sentence, trimmed and at the common level; empty where the engine stays silent.

    Args:
        role: who says it.
        speed: 1.0 for the voice's usual speed, 1.2 for a fifth faster.
        text: the sentence.

    Raises:
        VoiceError: the engine fails.
    """
    voice = replace(role.voice, pace=role.voice.pace * speed)
    waveform, rate = ENGINES[voice.engine](voice, text)
    spoken = trim(resample(waveform, round(rate * voice.pitch)))
    return levelled(spoken) if len(spoken) else spoken
