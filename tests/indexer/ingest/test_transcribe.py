"""One pass over a recording gives sound tokens and words, and no words where nobody speaks."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from hilbert.encoders.protocols import Guide, WindowTranscript, Word
from hilbert.encoders.whisper import WhisperEncoder
from indexer.encoders import Encoders
from indexer.ingest.transcribe import BATCH_WINDOWS, AudioAnalysis, transcribe
from indexer.media.decode import SAMPLE_RATE, Recording, open_recording
from indexer.media.stream import Block, StreamFacts
from indexer.transcripts import read_transcript

Samples = NDArray[np.float32]
WriteSound = Callable[..., Path]


@pytest.fixture(scope="module")
def recogniser(encoders: Encoders) -> WhisperEncoder:
    return encoders.recogniser


@pytest.fixture(scope="module")
def heard(demo_folder: Path, recogniser: WhisperEncoder) -> AudioAnalysis:
    path = demo_folder / "recordings" / "how-a-violin-sings.opus"
    return transcribe(open_recording(path), recogniser, recogniser=recogniser)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_one_pass_gives_the_words_that_were_said(heard: AudioAnalysis, demo_folder: Path) -> None:
    written = read_transcript(demo_folder / "recordings" / "how-a-violin-sings.vtt")
    said = words_of(" ".join(cue.text for cue in written.cues))
    recognised = words_of(" ".join(word.text for word in heard.words or ()))
    assert Levenshtein.distance(said, recognised) / len(said) < 0.12


def test_words_are_in_order_within_the_recording(heard: AudioAnalysis) -> None:
    assert heard.words
    starts = [word.start for word in heard.words]
    assert starts == sorted(starts)
    assert all(0 <= w.start <= w.end <= heard.seconds + 0.05 for w in heard.words)
    assert all(-1.5 < w.avg_logprob <= 0 <= w.no_speech_prob <= 1 for w in heard.words)
    assert all(w.confidence is not None and 0 <= w.confidence <= 1 for w in heard.words)


def test_tokens_come_at_two_a_second_and_know_their_time(heard: AudioAnalysis) -> None:
    listened_to = sum(end - start for start, end in heard.windows)
    assert len(heard.tokens) == len(heard.token_times)
    assert 0 <= len(heard.tokens) - 2 * listened_to <= len(heard.windows)
    assert (np.diff(heard.token_times) > 0).all()
    assert heard.tokens.dtype == np.float16 and np.isfinite(heard.tokens).all()
    for time in heard.token_times:
        assert any(start <= time <= end for start, end in heard.windows)


def test_timed_spans_are_heard_without_looking_for_words(
    demo_folder: Path, recogniser: WhisperEncoder
) -> None:
    path = demo_folder / "recordings" / "why-tides-lag.opus"
    told: list[float] = []
    heard = transcribe(
        open_recording(path), recogniser, spans=[(5.0, 9.0), (50.0, 54.0)], on_seconds=told.append
    )
    assert heard.words is None
    assert len(heard.tokens) == 16
    assert told and told == sorted(told)


def test_a_transcript_that_ends_early_does_not_make_the_recording_shorter(
    demo_folder: Path, recogniser: WhisperEncoder
) -> None:
    path = demo_folder / "recordings" / "why-tides-lag.opus"
    heard = transcribe(open_recording(path), recogniser, spans=[(1.0, 4.0)])
    assert heard.seconds == pytest.approx(76.46, abs=0.1)
    assert heard.damage is None


def test_silence_gives_nothing_at_all(
    tmp_path: Path, write_sound: WriteSound, silence: Samples, recogniser: WhisperEncoder
) -> None:
    heard = transcribe(
        open_recording(write_sound(tmp_path / "a.wav", silence)), recogniser, recogniser=recogniser
    )
    assert heard.words == ()
    assert heard.windows == () and len(heard.tokens) == 0 and not heard.speech
    assert heard.seconds == pytest.approx(10)


def test_music_is_heard_without_words(
    tmp_path: Path, write_sound: WriteSound, music: Samples, recogniser: WhisperEncoder
) -> None:
    heard = transcribe(
        open_recording(write_sound(tmp_path / "a.wav", music)), recogniser, recogniser=recogniser
    )
    assert heard.words == () and not heard.speech
    assert len(heard.tokens) == 24


def test_noise_is_heard_without_words(
    tmp_path: Path, write_sound: WriteSound, recogniser: WhisperEncoder
) -> None:
    noise = 0.05 * np.random.default_rng(2).standard_normal(8 * SAMPLE_RATE).astype(np.float32)
    heard = transcribe(
        open_recording(write_sound(tmp_path / "a.wav", noise)), recogniser, recogniser=recogniser
    )
    assert heard.words == ()
    assert len(heard.tokens) == 16


def test_nobody_guesses_words_from_a_fifth_of_a_second(
    tmp_path: Path, write_sound: WriteSound, tides: Samples, recogniser: WhisperEncoder
) -> None:
    clip = tides[round(2.0 * SAMPLE_RATE) : round(2.2 * SAMPLE_RATE)]
    heard = transcribe(
        open_recording(write_sound(tmp_path / "a.wav", clip)), recogniser, recogniser=recogniser
    )
    assert heard.words == ()
    assert len(heard.tokens) == 1


def test_a_window_gives_the_same_tokens_alone_and_in_any_batch(
    tides: Samples, recogniser: WhisperEncoder
) -> None:
    second = SAMPLE_RATE
    windows = [tides[: 30 * second], tides[30 * second : 41 * second], tides[41 * second :][:800]]
    together = recogniser.encode(windows)
    alone = [recogniser.encode([window])[0] for window in windows]
    heard = [result.tokens for result in recogniser.transcribe(windows)]
    assert [len(tokens) for tokens in together] == [60, 22, 1]
    for one, two, three in zip(together, alone, heard, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, three)


def test_the_beginning_of_a_window_is_the_first_words_of_all(
    tides: Samples, recogniser: WhisperEncoder
) -> None:
    window = tides[: 29 * SAMPLE_RATE]
    (whole,) = recogniser.transcribe([window])
    (begun,) = recogniser.transcribe_beginnings([window])
    first = [word.text for word in begun.words]
    assert 20 <= len(first) < len(whole.words)
    assert first[:-2] == [word.text for word in whole.words][: len(first) - 2]
    assert begun.words[len(first) // 2].start == pytest.approx(
        whole.words[len(first) // 2].start, abs=0.5
    )
    np.testing.assert_array_equal(begun.tokens, whole.tokens)


class _Counter:
    """An encoder that is a recogniser, too: it says how many seconds it hears."""

    name = fingerprint = "counter"
    multilingual = True
    width = 1
    tokens_per_second = 2.0

    def encode(self, windows: Sequence[Samples]) -> list[Samples]:
        return [np.zeros((2 * len(w) // SAMPLE_RATE, 1), np.float32) for w in windows]

    def transcribe(
        self, windows: Sequence[Samples], language: str = "en"
    ) -> list[WindowTranscript]:
        return [
            WindowTranscript(tokens, (Word(str(len(tokens) // 2), 0, 1),), -0.1, 0.0)
            for tokens in self.encode(windows)
        ]


@pytest.mark.parametrize(
    ("moments", "words"), [([15.0], ["30"]), ([15.0, 45.0], ["12", "12"]), (None, ["30", "30"])]
)
def test_of_several_moments_a_plain_recogniser_hears_a_dozen_seconds_each(
    tmp_path: Path, write_sound: WriteSound, moments: list[float] | None, words: list[str]
) -> None:
    path = write_sound(tmp_path / "a.wav", np.sin(np.arange(60 * SAMPLE_RATE) / 9))
    counter = _Counter()
    spans = [(0.0, 30.0), (30.0, 60.0)]
    found = transcribe(
        open_recording(path), counter, recogniser=counter, spans=spans, moments=moments
    )
    assert [word.text for word in found.words or ()] == words
    assert len(found.tokens) == 120


class Interrupted:
    """An encoder during whose work the user presses Ctrl+C, once decoding goes on beside it."""

    width, tokens_per_second = 8, 2.0

    def __init__(self, decoding: threading.Event) -> None:
        self.decoding = decoding

    def encode(self, windows: Sequence[Samples]) -> list[Samples]:
        assert self.decoding.wait(10)
        raise KeyboardInterrupt


def test_an_interrupt_while_a_recording_is_decoded_is_an_interrupt() -> None:
    decoding, half_a_minute = threading.Event(), np.zeros(30 * SAMPLE_RATE, np.float32)

    def items() -> Iterator[Block]:
        for _ in range(BATCH_WINDOWS + 1):
            yield Block(half_a_minute)
        decoding.set()
        sleep(0.3)
        yield Block(half_a_minute)

    recording = Recording(Path("long.wav"), StreamFacts({}, None), items())
    spans = [(30.0 * i, 30.0 * i + 30.0) for i in range(BATCH_WINDOWS + 2)]
    encoder = Interrupted(decoding)
    # Closed as soon as `transcribe` has raised, and not while a thread reads from it.
    with pytest.raises(KeyboardInterrupt), closing(recording):
        transcribe(recording, encoder, spans=spans)


def test_speech_that_was_passed_over_is_heard_by_itself(
    tides: Samples, recogniser: WhisperEncoder
) -> None:
    window = tides[: 28 * SAMPLE_RATE]
    (whole,) = recogniser.transcribe([window])
    kept = tuple(word for word in whole.words if not 8.0 < word.end < 20.0)
    again = recogniser._with_missed(window, kept, "en")
    said = words_of(" ".join(word.text for word in whole.words))
    found = words_of(" ".join(word.text for word in again))
    assert len(words_of(" ".join(word.text for word in kept))) < 0.7 * len(said)
    assert Levenshtein.distance(said, found) < 0.15 * len(said)
    assert [word.start for word in again] == sorted(word.start for word in again)


def test_names_that_may_come_up_are_not_heard_where_nobody_speaks(
    tides: Samples, music: Samples, recogniser: WhisperEncoder
) -> None:
    names = ("Gargunnock", "Thistlethwaite", "Professor Zbigniew Brzezinski")
    noise = 0.05 * np.random.default_rng(2).standard_normal(9 * SAMPLE_RATE).astype(np.float32)
    silence = np.zeros(9 * SAMPLE_RATE, np.float32)
    window = tides[: 20 * SAMPLE_RATE]
    windows = [silence, noise, music, window]
    guided = recogniser.transcribe_guided(windows, [Guide(names=names)] * 4)
    for heard in guided:
        text = " ".join(word.text for word in heard.words)
        assert not any(part in text for name in names for part in name.split())
    (plain,) = recogniser.transcribe([window])
    said, found = ([w.text for w in t.words] for t in (plain, guided[-1]))
    assert Levenshtein.distance(said, found) < 0.1 * len(said)
    np.testing.assert_array_equal(guided[-1].tokens, plain.tokens)
