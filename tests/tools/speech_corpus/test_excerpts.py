"""Excerpts for made speech: text that can be said, cut at sentences, never what is measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.excerpts import WORDS, clean, episodes, excerpts, read_episode


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Well, \\[laughs\\] I don’t know.", "Well, I don't know."),
        ("[unintelligible 00:10:12.30] and then", "and then"),
        ("It was -- wait -- three–four", "It was, wait, three, four"),
        ('The idea was -- "Why?" -- and so on...', 'The idea was, "Why?", and so on...'),
        ("- so we moved", "so we moved"),
        ("Sébastien’s café", "Sebastien's cafe"),
        ("See https://example.org for it", ""),
        ("\\[laughter\\] ...", ""),
        ("  ", ""),
    ],
)
def test_a_sentence_is_cleaned_to_what_a_voice_can_say(written: str, said: str) -> None:
    assert clean(written) == said


def test_excerpts_hold_every_sentence_in_order_and_last_about_two_minutes(small_data: Path) -> None:
    (path, *_) = episodes(small_data / "changelog-text", small_data / "changelog-speech")
    made = excerpts(path)
    assert [excerpt.name for excerpt in made] == ["one-talk-1-001"]
    assert made[0].sentences == tuple(read_episode(path)[: len(made[0].sentences)])
    assert abs(made[0].words - WORDS) <= 10
    assert {sentence.speaker for sentence in made[0].sentences} == {"Ann Lee", "Bo Chan"}


def test_an_episode_that_is_measured_on_is_refused(small_data: Path) -> None:
    (small_data / "changelog-speech" / "two-chat-1.opus").touch()
    with pytest.raises(SpeechError, match="1 of the transcripts are also in changelog-speech"):
        episodes(small_data / "changelog-text", small_data / "changelog-speech")


def test_text_that_cannot_be_compared_with_the_measured_episodes_is_refused(
    small_data: Path,
) -> None:
    (small_data / "changelog-speech" / "two-chat-9.opus").unlink()
    with pytest.raises(SpeechError, match="episodes to leave out are unknown"):
        episodes(small_data / "changelog-text", small_data / "changelog-speech")


def test_the_real_text_is_disjoint_from_what_is_measured_on(data_folder: Path) -> None:
    found = episodes(data_folder / "changelog-text", data_folder / "changelog-speech")
    assert len(found) > 200


def test_a_real_episode_leaves_only_words_to_say(data_folder: Path) -> None:
    (path, *_) = sorted((data_folder / "changelog-text").glob("*/*.md"))
    made = excerpts(path)
    texts = [sentence.text for excerpt in made for sentence in excerpt.sentences]
    assert len(made) > 5
    assert all(text.isascii() and not set(text) & set("[]*|`<>") for text in texts)
    assert all(text[0] != "-" and any(map(str.isalpha, text)) for text in texts)
    spoken = sum(excerpt.words for excerpt in made)
    assert spoken > 0.85 * len(path.read_text(encoding="utf-8").split())
