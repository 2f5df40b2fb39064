"""From one sentence of text to one waveform, in the voices of the demo collection."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import sound


class VoiceError(RuntimeError):
    """A voice cannot be used here; the message says what to install."""


@dataclass(frozen=True)
class Voice:
    """How to speak: the engine, its own name for the voice, and the pace and pitch.

    `pace` is 1.0 for the engine's usual pace and smaller for slower speech. `pitch` below 1.0
    plays the waveform that much slower, which lowers pitch and formants together; the words
    are spoken faster beforehand to make up for it.
    """

    engine: str
    name: str
    pace: float = 1.0
    pitch: float = 1.0


VOICES = {
    "heart": Voice("hibari", "heart", pace=0.95),
    "heart-deep": Voice("hibari", "heart", pace=0.95, pitch=0.85),
    "slt": Voice("flite", "slt"),
    "awb": Voice("flite", "awb"),
    "rms": Voice("flite", "rms"),
    "rp": Voice("espeak-ng", "en-gb-x-rp+m2", pace=0.8),
    "lancaster": Voice("espeak-ng", "en-gb-x-gbclan", pace=0.8),
    "denis": Voice("espeak-ng", "en-gb-x-rp+Denis", pace=0.8),
    "gb": Voice("espeak-ng", "en-gb", pace=0.8),
    "us-man": Voice("espeak-ng", "en-us+klatt2", pace=0.8),
    "us-woman": Voice("espeak-ng", "en-us+f2", pace=0.8),
}

ESPEAK_WORDS_A_MINUTE = 175  # espeak-ng's own default
MISSING = {
    "hibari": "the hibari voice is missing; run: pip install hibari-tts==0.2.1",
    "flite": "flite is missing; run: apt install flite",
    "espeak-ng": "espeak-ng is missing; run: apt install espeak-ng",
}


def speak(voice_name: str, text: str) -> np.ndarray:
    """Say `text`; return mono float32 [samples] at `sound.RATE`, silence trimmed at both ends.

    Raises `VoiceError` when the voice is unknown or its engine is not installed.
    """
    if voice_name not in VOICES:
        raise VoiceError(f"no voice {voice_name!r}; choose one of {', '.join(VOICES)}")
    voice = VOICES[voice_name]
    waveform, rate = ENGINES[voice.engine](voice, text)
    if not np.any(waveform):
        raise VoiceError(f"voice {voice_name!r} was silent for: {text}")
    return sound.trim(sound.resample(waveform, round(rate * voice.pitch)))


def _hibari(voice: Voice, text: str) -> tuple[np.ndarray, int]:
    waveform = _hibari_model()(text, speed=voice.pace / voice.pitch, seed=0)
    return waveform, 24_000


@lru_cache(maxsize=1)
def _hibari_model() -> Callable[..., np.ndarray]:
    try:
        from hibari import Hibari
    except ImportError as error:
        raise VoiceError(MISSING["hibari"]) from error
    return Hibari(threads=1)  # one thread, so that sums are always added in the same order


def _flite(voice: Voice, text: str) -> tuple[np.ndarray, int]:
    if voice.name not in _flite_voices():
        raise VoiceError(f"this flite has no voice {voice.name!r}; install Debian's build of flite")
    stretch = f"duration_stretch={1 / voice.pace:.3f}"
    return _run(["flite", "-voice", voice.name, "--setf", stretch, "-t", text, "-o"], voice)


@lru_cache(maxsize=1)
def _flite_voices() -> frozenset[str]:
    _require("flite")
    listing = subprocess.run(["flite", "-lv"], capture_output=True, text=True, check=True).stdout
    return frozenset(listing.partition(":")[2].split())  # "Voices available: kal awb ..."


def _espeak(voice: Voice, text: str) -> tuple[np.ndarray, int]:
    _require("espeak-ng")
    pace = str(round(ESPEAK_WORDS_A_MINUTE * voice.pace))
    return _run(["espeak-ng", "-v", voice.name, "-s", pace, text, "-w"], voice)


def _require(program: str) -> None:
    if shutil.which(program) is None:
        raise VoiceError(MISSING[program])


def _run(command: list[str], voice: Voice) -> tuple[np.ndarray, int]:
    """Run a program whose last argument is the WAV file it writes, and read that file."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "sentence.wav"
        done = subprocess.run([*command, str(target)], capture_output=True, text=True)
        if done.returncode or not target.exists():
            reason = done.stderr.strip() or f"exit status {done.returncode}"
            raise VoiceError(f"{voice.engine} voice {voice.name!r} failed: {reason}")
        with wave.open(str(target)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            return samples.astype(np.float32) / 32768, file.getframerate()


ENGINES = {"hibari": _hibari, "flite": _flite, "espeak-ng": _espeak}
