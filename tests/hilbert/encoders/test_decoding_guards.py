"""Loops, invented words and lost stretches of a recognition are found by its text and its times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from hilbert.encoders.decoding_guards import Guards, gaps, is_looping, loop_place, quietest
from hilbert.encoders.protocols import SAMPLE_RATE, Guide, Word
from hilbert.encoders.whisper_decoding import Decoded, _merge_punctuation, chosen_languages

GUARDS = Guards()
SAID = "The squalor of the debtors' side was intensified by constant overcrowding."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("So he said no, no, no, no, no, no, no, no, no, no,", "So he said no, no"),
        ("And I see. I see. I see. I see. I see. I see. I see.", "And I see. I see"),
        ("It is a long story and it is a long story and it is a long story and "
         "it is a long story and it is a long story and",
         "It is a long story and it is a long story and"),
    ],
)  # fmt: skip
def test_a_loop_is_cut_behind_its_second_round(text: str, kept: str) -> None:
    place = loop_place(text)
    assert place is not None
    assert text[:place] == kept
    assert is_looping(text)


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        "No, no, no, no, no, that was my brother.",
        "Row, row, row your boat, gently down the stream, merrily, merrily, merrily, merrily",
        "One one zero eight, one one zero nine, one one zero ten.",
        "Thank you. Thank you. Thank you very much.",
        "",
    ],
)
def test_what_people_repeat_is_no_loop(said: str) -> None:
    assert loop_place(said) is None
    assert not is_looping(said)


@pytest.mark.parametrize(
    ("text", "logprob", "no_speech", "seconds", "credible"),
    [
        ("Thank you.", -1.4, 0.9, 2.0, False),
        ("Thank you.", -0.2, 0.9, 2.0, True),
        ("Thank you.", -1.4, 0.1, 2.0, False),
        (SAID, -1.4, 0.1, 5.0, True),
        (SAID, -1.4, 0.1, 29.0, False),
        (SAID, -1.4, 0.9, 5.0, False),
        (" ... ", -0.1, 0.0, 2.0, False),
        ("", -0.1, 0.0, 2.0, False),
        ("I am sorry. " * 30, -0.1, 0.01, 29.0, False),
    ],
)
def test_improbable_and_empty_text_is_dropped(
    text: str, logprob: float, no_speech: float, seconds: float, credible: bool
) -> None:
    assert Decoded([], text, logprob, no_speech).credible(seconds, GUARDS) is credible


def test_each_guard_can_be_left_out_to_measure_it() -> None:
    invented = Decoded([], "Thank you.", -1.4, 0.9)
    assert invented.credible(2.0, replace(GUARDS, silence=False))
    loop = Decoded([], "I am sorry. " * 30, -0.1, 0.0)
    assert loop.credible(29.0, replace(GUARDS, loops=False))


def test_a_stretch_without_words_is_a_gap_also_behind_a_word_that_was_stretched_over_it() -> None:
    words = [Word("one", 0.2, 0.5), Word("two", 0.6, 9.0), Word("three", 9.0, 9.4)]
    assert gaps(words, 15.5) == [(pytest.approx(1.41), 9.0), (pytest.approx(9.4), 15.5)]
    assert gaps(words[:1], 2.0) == []
    assert gaps([], 6.0) == [(0.0, 6.0)]


def test_a_window_is_cut_where_it_is_quietest() -> None:
    sound = np.ones(20 * SAMPLE_RATE, np.float32)
    sound[12 * SAMPLE_RATE : 13 * SAMPLE_RATE] = 0.01
    sound[: 2 * SAMPLE_RATE] = 0.0  # not in the middle half
    assert 12.0 < quietest(sound) < 13.0


def merged(text: str, pauses: Mapping[int, float] | None = None) -> list[Word]:
    """Words of letters that come one by one, a tenth of a second each."""
    at, alignment = 0.0, []
    for place, letter in enumerate(text):
        at += (pauses or {}).get(place, 0.0)
        piece = {"word": letter, "start": at, "end": at + 0.1, "probability": 0.5}
        alignment.append(piece)
        at += 0.1
    return list(_merge_punctuation(alignment))


def test_what_is_written_without_spaces_is_cut_at_sentences_and_pauses_alone() -> None:
    japanese = merged("今日は、雨です。明日は晴れ")
    assert [word.text for word in japanese] == ["今日は、雨です。", "明日は晴れ"]
    assert japanese[1].start == pytest.approx(0.8) and japanese[1].end == pytest.approx(1.3)
    assert [w.text for w in merged("火车停了我们走路", {4: 0.7})] == ["火车停了", "我们走路"]
    assert [w.text for w in merged("火车停了我们走路", {4: 0.2})] == ["火车停了我们走路"]
    assert [w.text for w in merged(" a-b.c d", {3: 2.0, 5: 2.0})] == ["a-b.c", "d"]


def test_a_window_in_doubt_has_the_language_of_the_others_of_its_recording() -> None:
    german, other = (Guide("en", detect=True, recording=name) for name in "ab")
    ranked = {
        0: [("de", 0.98), ("nl", 0.01)],
        1: [("cy", 0.3), ("de", 0.2), ("en", 0.1)],
        2: [("fr", 0.9)],
        4: [("cy", 0.3), ("en", 0.2)],
    }
    guides = [german, german, german, Guide("it"), other]
    assert chosen_languages(guides, ranked) == ["de", "de", "fr", "it", "en"]


def test_noise_is_not_taken_for_a_language_that_whisper_hardly_knows() -> None:
    # As measured of German under pink noise, 5 dB.
    ranked = {0: [("cy", 0.67), ("is", 0.09), ("en", 0.08)], 1: [("de", 0.26), ("cy", 0.23)]}
    german = Guide("de", detect=True)  # most of the library
    assert chosen_languages([german] * 2, ranked) == ["de", "de"]
    french = {0: [("th", 0.53), ("fr", 0.18), ("en", 0.07)], 1: [("fr", 0.46), ("th", 0.24)]}
    assert chosen_languages([Guide("en", detect=True)] * 2, french) == ["fr", "fr"]
    # What is sure, or expected, is believed all the same.
    assert chosen_languages([german], {0: [("cy", 0.95), ("de", 0.03)]}) == ["cy"]
    assert chosen_languages([Guide("cy", detect=True)], {0: [("cy", 0.67), ("de", 0.2)]}) == ["cy"]
