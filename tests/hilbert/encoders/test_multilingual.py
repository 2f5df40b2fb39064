"""Whisper base, of the extra `multilingual`: other languages, found out, also within a window."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE, Guide, WindowTranscript
from hilbert.encoders.registry import load_encoder
from hilbert.encoders.resolve import MULTILINGUAL_RECOGNISER, is_installed
from hilbert.encoders.whisper import WhisperEncoder
from indexer.base.assets import demo_folder
from indexer.media.decode import open_recording

pytestmark = [
    pytest.mark.extras,
    pytest.mark.usefixtures("models"),
    pytest.mark.skipif(
        not is_installed(MULTILINGUAL_RECOGNISER), reason="the extra multilingual is not installed"
    ),
    pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"),
]

Samples = NDArray[np.float32]
GERMAN = (
    "Der alte Leuchtturm an der Küste hat keinen Wärter mehr. Seine Lampe wird seit dreißig Jahren "
    "von einem Computer in der Hauptstadt gesteuert."
)


@pytest.fixture(scope="module")
def base() -> WhisperEncoder:
    found: WhisperEncoder = load_encoder("recogniser", MULTILINGUAL_RECOGNISER)
    return found


@pytest.fixture(scope="module")
def tides() -> Samples:
    folder = demo_folder()
    assert folder is not None
    recording = open_recording(folder / "recordings" / "why-tides-lag.opus")
    return np.concatenate(list(recording.blocks()))


def spoken(folder: Path, text: str, voice: str) -> Samples:
    path = folder / f"{voice}.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), text], check=True)
    return np.concatenate(list(open_recording(path).blocks()))


def said(heard: WindowTranscript) -> str:
    return " ".join(word.text for word in heard.words)


def test_the_language_of_a_window_is_found_out(
    tmp_path: Path, base: WhisperEncoder, tides: Samples
) -> None:
    windows = [spoken(tmp_path, GERMAN, "de"), tides[: 20 * SAMPLE_RATE]]
    guides = [Guide("fr", detect=True, recording=name) for name in "ab"]
    german, english = base.transcribe_guided(windows, guides)
    assert (german.language, english.language) == ("de", "en")
    assert "moon" in said(english) and len(german.words) > 10
    assert all(word.probability is not None for word in german.words)


def test_a_window_in_two_languages_is_heard_in_both(
    tmp_path: Path, base: WhisperEncoder, tides: Samples
) -> None:
    pause = np.zeros(SAMPLE_RATE, np.float32)
    window = np.concatenate([tides[: 12 * SAMPLE_RATE], pause, spoken(tmp_path, GERMAN, "de")])
    (heard,) = base.transcribe_guided([window], [Guide(detect=True)])
    assert {word.language or heard.language for word in heard.words} == {"en", "de"}
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts)


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
def test_german_in_loud_noise_is_no_welsh(tmp_path: Path, base: WhisperEncoder) -> None:
    german = np.concatenate([spoken(tmp_path, GERMAN, "de")] * 3)[: 26 * SAMPLE_RATE]
    path = tmp_path / "noise.wav"
    sox = ["sox", "-R", "-n", "-r", "16000", "-c", "1", str(path)]
    subprocess.run([*sox, "synth", "28", "pinknoise"], check=True)
    noise = np.concatenate(list(open_recording(path).blocks()))[: len(german)]
    noise = noise * float(german.std() / noise.std()) * 10 ** (-3 / 20)  # 3 dB
    quiet, noisy = base.transcribe_guided([german, german + noise], [Guide(detect=True)] * 2)
    assert (quiet.language, noisy.language) == ("de", "en")  # what is expected, for want of better
    assert quiet.language_probability is not None and quiet.language_probability > 0.8
    assert noisy.language_probability is not None and noisy.language_probability < 0.5


def test_nothing_is_invented_for_silence_and_noise_in_any_language(base: WhisperEncoder) -> None:
    rng = np.random.default_rng(4)
    silence = np.zeros(20 * SAMPLE_RATE, np.float32)
    noise = (0.05 * rng.standard_normal(20 * SAMPLE_RATE)).astype(np.float32)
    names = ("Zbigniew Brzezinski", "Gargunnock")
    for heard in base.transcribe_guided(
        [silence, noise], [Guide(detect=True), Guide(detect=True, names=names)]
    ):
        assert not any(part in said(heard) for name in names for part in name.split())
        assert len(heard.words) < 5
