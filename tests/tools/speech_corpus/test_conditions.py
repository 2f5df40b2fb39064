"""Rooms, telephones and noise: the length stays, and the levels are those that were asked for."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tools.speech_corpus import conditions
from tools.speech_corpus.conditions import MIXES, Condition, Mix, apply, draw_condition, mix, noise
from tools.speech_corpus.sound import RATE, Waveform, speech_power


@pytest.fixture
def speech() -> Waveform:
    """Four seconds: three of a voice-like buzz, one of silence in the middle."""
    time = np.arange(4 * RATE) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 30)) * 0.05
    buzz[2 * RATE : 3 * RATE] = 0
    return np.asarray(buzz, dtype=np.float32)


@pytest.fixture
def others() -> list[Waveform]:
    """Two short stretches of other sound."""
    rng = np.random.default_rng(3)
    return [rng.standard_normal(n).astype(np.float32) for n in (RATE, RATE // 3)]


@pytest.mark.parametrize("name", MIXES["usual"].shares)
def test_every_condition_keeps_the_length_and_can_be_drawn(
    name: str, speech: Waveform, others: list[Waveform]
) -> None:
    draws = (draw_condition(random.Random(seed), MIXES["usual"]) for seed in range(1000))
    condition = next(draw for draw in draws if draw.name == name)
    heard = apply(condition, speech, np.random.default_rng(0), others)
    assert len(heard) == len(speech)
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()
    assert np.array_equal(heard, speech) == (name == "clean")


@pytest.mark.parametrize("wanted", MIXES.values(), ids=MIXES)
def test_conditions_are_drawn_by_their_shares(wanted: Mix) -> None:
    drawn = [draw_condition(random.Random(seed), wanted) for seed in range(4000)]
    names = [condition.name for condition in drawn]
    assert abs(sum(wanted.shares.values()) - 1) < 1e-9
    for name, share in wanted.shares.items():
        assert abs(names.count(name) / len(names) - share) < 0.03
    for condition in drawn:
        low, high = wanted.babble_snr_db if "babble" in condition.name else wanted.noise_snr_db
        assert condition.snr_db is None or low <= condition.snr_db <= high


@pytest.mark.parametrize("kind", [*conditions.NOISES, "babble"])
@pytest.mark.parametrize("snr_db", [5.0, 17.5])
def test_the_signal_to_noise_ratio_is_the_one_that_was_asked_for(
    kind: str, snr_db: float, speech: Waveform, others: list[Waveform]
) -> None:
    condition = Condition("noise", 1.0, noise=kind, snr_db=snr_db)
    heard = apply(condition, speech, np.random.default_rng(0), others)
    background = heard.astype(np.float64) - speech
    ratio = speech_power(speech) / np.mean(background**2)
    assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.1)


def test_pauses_do_not_count_as_speech(speech: Waveform) -> None:
    background = np.ones(len(speech), np.float32)
    with_pause = mix(speech, background, 10.0)[-1] - speech[-1]
    spoken = speech[: 2 * RATE]
    without = mix(spoken, background[: 2 * RATE], 10.0)[-1] - spoken[-1]
    assert with_pause == pytest.approx(without, rel=0.01)


def test_a_room_falls_by_60_db_in_its_rt60_and_starts_with_the_direct_sound() -> None:
    click = np.zeros(RATE, np.float32)
    click[1000] = 1
    heard = conditions.reverberate(click, 0.5, 3.0, np.random.default_rng(0))
    assert np.abs(heard[:1000]).max() < 1e-6
    assert heard[1000] == pytest.approx(1, abs=1e-3)
    tail = heard[1001:].astype(np.float64)
    assert 10 * np.log10(np.sum(tail**2)) == pytest.approx(-3.0, abs=0.1)
    early, late = tail[200:1200], tail[200 + RATE // 4 : 1200 + RATE // 4]
    assert 10 * np.log10(np.sum(early**2) / np.sum(late**2)) == pytest.approx(30, abs=3)


def test_a_telephone_keeps_300_to_3400_hz() -> None:
    hiss = noise("white", RATE, np.random.default_rng(0))
    spectrum = np.abs(np.fft.rfft(conditions.telephone(hiss)))  # a bin a hertz
    assert spectrum[:299].max() < 1e-3 * spectrum.max()
    assert spectrum[3402:].max() < 1e-3 * spectrum.max()
    assert np.median(spectrum[300:3400]) > 0.1 * spectrum.max()


def test_pink_noise_falls_by_10_db_a_decade() -> None:
    power = np.abs(np.fft.rfft(noise("pink", 8 * RATE, np.random.default_rng(0)))) ** 2
    low, high = power[8 * 95 : 8 * 105].mean(), power[8 * 950 : 8 * 1050].mean()
    assert 10 * np.log10(low / high) == pytest.approx(10, abs=1)
