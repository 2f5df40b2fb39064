"""What happens to speech on its way: rooms, telephone bands, babble and noise.

Everything keeps the length and the place of each sample, so that the times of cues stay exact.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tools.speech_corpus.sound import RATE, Waveform, speech_power

NOISES = ("white", "pink", "hum")
_SPEED = (0.85, 1.2)
_RT60_S = (0.2, 0.8)  # a furnished study to a bare lecture hall
_DIRECT_DB = (0.0, 8.0)  # direct sound above reverberation: a metre or two from the microphone
_BAND_HZ = (300.0, 3400.0)


@dataclass(frozen=True)
class Mix:
    """How often conditions are drawn, and how far what is around lies below the speech.

    Attributes:
        shares: of the documents, by name of the condition.
        babble_snr_db: least and most, dB.
        noise_snr_db: least and most, dB.
    """

    shares: Mapping[str, float]
    babble_snr_db: tuple[float, float]
    noise_snr_db: tuple[float, float]


MIXES = {
    # Two fifths stay clean: podcasts and lectures mostly are.
    "usual": Mix(
        {
            "clean": 0.40,
            "room": 0.14,
            "telephone": 0.10,
            "babble": 0.10,
            "noise": 0.10,
            "room+babble": 0.05,
            "room+noise": 0.05,
            "telephone+babble": 0.03,
            "telephone+noise": 0.03,
        },
        babble_snr_db=(5.0, 15.0),
        noise_snr_db=(5.0, 20.0),
    ),
    # Down to where a small recogniser gets most words wrong (-5 dB, pink noise: 0.8 of them).
    "harsh": Mix(
        {
            "clean": 0.10,
            "babble": 0.25,
            "noise": 0.35,
            "room+babble": 0.07,
            "room+noise": 0.13,
            "telephone+babble": 0.03,
            "telephone+noise": 0.07,
        },
        babble_snr_db=(-3.0, 10.0),
        noise_snr_db=(-5.0, 10.0),
    ),
}


@dataclass(frozen=True)
class Condition:
    """How one document is spoken and recorded.

    Attributes:
        name: one of a mix's shares.
        speed: 1.0 is a voice's usual speed.
        rt60: seconds in which the room's sound falls by 60 dB; None for no room.
        direct_db: direct sound over reverberation, dB.
        noise: one of `NOISES`, `babble`, or None.
        snr_db: speech, where somebody speaks, over noise; dB.
    """

    name: str
    speed: float
    rt60: float | None = None
    direct_db: float | None = None
    noise: str | None = None
    snr_db: float | None = None

    @property
    def telephone(self) -> bool:
        """Whether it goes through a telephone."""
        return "telephone" in self.name


def draw_condition(rng: random.Random, mix: Mix) -> Condition:
    """A condition by the shares of a mix, its numbers uniform in their ranges."""

    def between(limits: tuple[float, float]) -> float:
        return round(rng.uniform(*limits), 2)

    name = rng.choices(list(mix.shares), list(mix.shares.values()))[0]
    speed = between(_SPEED)
    room = (between(_RT60_S), between(_DIRECT_DB)) if "room" in name else (None, None)
    if "babble" in name:
        return Condition(name, speed, *room, "babble", between(mix.babble_snr_db))
    if "noise" in name:
        return Condition(name, speed, *room, rng.choice(NOISES), between(mix.noise_snr_db))
    return Condition(name, speed, *room)


def apply(
    condition: Condition, speech: Waveform, rng: np.random.Generator, others: Sequence[Waveform]
) -> Waveform:
    """Put speech into a condition: the room first, what else is heard there, the telephone last.

    Args:
        condition: which.
        speech: [samples].
        rng: draws the room's echoes and the noise.
        others: what the people in the background say, for babble; of any length.
    """
    if condition.rt60 is not None and condition.direct_db is not None:
        speech = reverberate(speech, condition.rt60, condition.direct_db, rng)
    if condition.noise and condition.snr_db is not None:
        if condition.noise == "babble":
            background = babble(others, len(speech), rng)
        else:
            background = noise(condition.noise, len(speech), rng)
        speech = mix(speech, background, condition.snr_db)
    return telephone(speech) if condition.telephone else speech


def reverberate(
    speech: Waveform, rt60: float, direct_db: float, rng: np.random.Generator
) -> Waveform:
    """Convolve with the direct sound and noise that decays by 60 dB in `rt60` seconds after it."""
    delay = round(rng.uniform(0.002, 0.01) * RATE)  # to the nearest wall and back: 0.3-1.7 m
    time = np.arange(round(rt60 * RATE)) / RATE
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / rt60)
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    response = np.concatenate([[1.0], np.zeros(delay), tail])
    # A power of two that holds both, so that the end does not wrap round to the start.
    size = 1 << (len(speech) + len(response) - 1).bit_length()
    spectrum = np.fft.rfft(speech, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: len(speech)].astype(np.float32)


def telephone(speech: Waveform) -> Waveform:
    """Keep what an old telephone line keeps, 300 to 3400 Hz."""
    spectrum = np.fft.rfft(speech)
    frequency = np.fft.rfftfreq(len(speech), 1 / RATE)
    spectrum[(frequency < _BAND_HZ[0]) | (frequency > _BAND_HZ[1])] = 0
    return np.fft.irfft(spectrum, len(speech)).astype(np.float32)


def babble(others: Sequence[Waveform], length: int, rng: np.random.Generator) -> Waveform:
    """People talking all at once, each going round and round from a place of their own."""
    talkers = [np.roll(one, rng.integers(len(one))) for one in others if len(one)]
    return np.sum([np.resize(one, length) for one in talkers], axis=0, dtype=np.float32)


def noise(kind: str, length: int, rng: np.random.Generator) -> Waveform:
    """White or pink noise, or mains hum of 50 or 60 Hz with its overtones; of any level."""
    if kind == "hum":
        time = np.arange(length) / RATE
        mains = rng.choice([50.0, 60.0])
        overtones = np.arange(1, 11)
        phases = rng.uniform(0, 2 * np.pi, len(overtones))
        waves = (
            np.sin(2 * np.pi * mains * k * time + phase) / k
            for k, phase in zip(overtones, phases, strict=True)
        )
        return np.sum(list(waves), axis=0).astype(np.float32)
    white = rng.standard_normal(length)
    if kind == "white":
        return white.astype(np.float32)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(length, 1 / RATE)
    spectrum /= np.sqrt(np.maximum(frequency, 20.0))  # flat below hearing, so finite at 0 Hz
    return np.fft.irfft(spectrum, length).astype(np.float32)


def mix(speech: Waveform, background: Waveform, snr_db: float) -> Waveform:
    """Add a background `snr_db` below the speech; pauses do not count as speech."""
    wanted = speech_power(speech) / 10 ** (snr_db / 10)
    gain = np.sqrt(wanted / np.mean(background.astype(np.float64) ** 2))
    return speech + background * np.float32(gain)
