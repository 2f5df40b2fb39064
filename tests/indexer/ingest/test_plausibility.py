"""A transcript that is not its recording's is noticed; a right one that is edited, is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.base.types import Cue, HeardWord
from indexer.encoders import Encoders
from indexer.ingest.pipeline import ProcessSettings, draft_document
from indexer.ingest.plausibility import choose_moments, is_unspoken, judge_transcript
from indexer.ingest.source import Source
from indexer.transcripts.reader import read_transcript
from tests.english_only import ENGLISH_ONLY

BRIDGE = (
    "The bridge was closed in the winter because the old cables had begun to rust. "
    "Engineers climbed the towers every morning and measured how far the deck was swinging. "
    "By spring the council had found enough money to replace the northern half of it. "
    "Nobody had thought about the pigeons, which had lived under the arches for a century."
)
# The same, as an editor of captions shortens it.
EDITED = (
    "They closed the bridge for the winter, its cables rusting. "
    "Each morning engineers measured the swinging deck from the towers. "
    "In spring the council could pay for a new northern half. "
    "The pigeons under the arches, there for a century, were forgotten."
)
SOUP = (
    "Peel the onions first and let them fry slowly with a little butter and some salt. "
    "When they are brown you can add the flour, and then the broth, one ladle at a time. "
    "My grandmother always put a glass of cider into this soup, and a slice of dark bread. "
    "It has to simmer for an hour, and it tastes even better on the following day."
)
GERMAN = (
    "Die Brücke war im Winter gesperrt, weil die alten Seile zu rosten begannen. "
    "Jeden Morgen stiegen Ingenieure auf die Türme und massen, wie weit sie schwang."
)
NOTES = (
    "Episode twelve is here! Thanks to our sponsor, a maker of waterproof boots: use the code "
    "HARBOUR for ten percent off. Find us on the web, rate the show and tell your friends. "
    "Music by The Lower Pastures. Stickers and mugs are back in the shop."
)
WINDOW = (0.0, 30.0)


def cues_of(text: str, start: float = 0.0, seconds: float = 30.0) -> list[Cue]:
    """Return a cue a sentence, of equal lengths."""
    sentences = [part.strip() + "." for part in text.split(".") if part.strip()]
    step = seconds / len(sentences)
    return [
        Cue(sentence, start + i * step, start + (i + 1) * step)
        for i, sentence in enumerate(sentences)
    ]


def heard_words(
    text: str, start: float = 0.0, seconds: float = 30.0, logprob: float = -0.2
) -> list[HeardWord]:
    """Return the words of a text as a recogniser gives them, evenly spread."""
    words = text.split()
    step = seconds / len(words)
    return [
        HeardWord(word, start + i * step, start + (i + 0.9) * step, logprob, 0.0)
        for i, word in enumerate(words)
    ]


@pytest.mark.parametrize("text", [BRIDGE, EDITED, BRIDGE.upper()])
def test_a_right_transcript_is_not_reported_however_it_is_edited(text: str) -> None:
    judged = judge_transcript(cues_of(text), [heard_words(BRIDGE)], "en")
    assert judged.warning is None and judged.unchecked is None


def test_another_transcript_is_reported_with_the_time_that_was_listened_to() -> None:
    judged = judge_transcript(
        cues_of(SOUP, 90.0), [heard_words(BRIDGE, 90.0), heard_words(BRIDGE, 200.0)], "en"
    )
    assert judged.warning is not None
    assert judged.warning.startswith("may not be the right transcript: ")
    assert "at 1:30 and 3:20" in judged.warning


def test_the_same_beginning_in_every_episode_does_not_make_a_transcript_right() -> None:
    cues = [*cues_of(BRIDGE), *cues_of(SOUP, 30.0), *cues_of(SOUP, 60.0)]
    other = "We visit a school of falconry, where hungry students practise with lures and gloves. "
    stretches = [heard_words(BRIDGE), heard_words(other * 2, 30.0), heard_words(other * 2, 60.0)]
    judged = judge_transcript(cues, stretches, "en")
    assert judged.warning is not None and "at 0:30 and 1:00" in judged.warning


def test_one_stretch_that_the_transcript_leaves_out_does_not_make_it_wrong() -> None:
    cues = [*cues_of(BRIDGE), *cues_of(SOUP, 60.0)]
    advert = "Buy waterproof boots today from the cheerful cobbler beside the harbour station gate."
    stretches = [heard_words(BRIDGE), heard_words(advert, 30.0), heard_words(SOUP, 60.0)]
    assert judge_transcript(cues, stretches, "en").warning is None


def test_captions_that_give_a_part_of_what_is_said_are_right() -> None:
    part = cues_of(BRIDGE)[:1]
    judged = judge_transcript(part, [heard_words(BRIDGE)], "en")
    assert judged.warning is None and judged.unchecked is None


@pytest.mark.parametrize(("seconds", "words"), [(12, "12 s late"), (-75, "75 s early")])
def test_times_that_are_off_are_reported_as_such(seconds: float, words: str) -> None:
    cues = cues_of(BRIDGE, 100.0 + seconds)
    judged = judge_transcript(cues, [heard_words(BRIDGE, 100.0)], "en")
    assert judged.warning is not None and f"about {words} at 1:40" in judged.warning
    assert "right transcript" not in judged.warning


def test_a_shift_of_three_seconds_is_not_worth_a_warning() -> None:
    judged = judge_transcript(cues_of(BRIDGE, 3.0), [heard_words(BRIDGE)], "en")
    assert judged.warning is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        (GERMAN, heard_words(SOUP)),  # German that is not declared as such
        (BRIDGE, []),  # music
        (BRIDGE, heard_words("Thank you.")),
        (BRIDGE, heard_words(SOUP, logprob=-1.4)),  # noise, or another language
    ],
)
def test_what_cannot_be_judged_is_said_and_no_alarm(text: str, heard: list[HeardWord]) -> None:
    judged = judge_transcript(cues_of(text), [heard], "en")
    assert judged.warning is None and judged.unchecked


@pytest.mark.parametrize(
    ("n_windows", "expected"), [(1, [0]), (2, [1]), (3, [0, 1, 2]), (4, [1, 2, 3]), (5, [1, 2, 3])]
)
def test_three_stretches_are_heard_where_there_are_so_many_and_rather_not_the_first(
    n_windows: int, expected: list[int]
) -> None:
    windows = [(30.0 * i, 30.0 * i + 30) for i in range(n_windows)]
    cues = [cue for start, _ in windows for cue in cues_of(BRIDGE, start)]
    assert [moment // 30 for moment in choose_moments(cues, windows, None)] == expected


@pytest.mark.parametrize("n_windows", [6, 12, 120])
def test_of_a_long_recording_neither_the_first_nor_the_last_window_is_heard(n_windows: int) -> None:
    windows = [(30.0 * i, 30.0 * i + 30) for i in range(n_windows)]
    cues = [cue for start, _ in windows for cue in cues_of(BRIDGE, start)]
    moments = choose_moments(cues, windows, None)
    assert len(moments) == 3
    assert moments[0] > 30 and moments[-1] < windows[-1][0]


def test_the_windows_that_begin_with_most_words_are_heard_within_the_recording() -> None:
    windows = [(30.0 * i, 30.0 * i + 30) for i in range(12)]
    spoken = [30.0, 90.0, 120.0, 210.0, 240.0]
    cues = [cue for start in spoken for cue in cues_of(BRIDGE, start)]
    cues += [cue for start in (90.0, 210.0) for cue in cues_of(BRIDGE * 2, start)]
    assert choose_moments(cues, windows, 270.0) == (45.0, 105.0, 225.0)


@pytest.mark.parametrize(
    ("text", "unspoken"),
    [
        (NOTES, True),
        (SOUP, True),
        ("harbour.example.org\nThe Lower Pastures\nBoots & Sons", True),
        (BRIDGE, False),
        (EDITED, False),
        (BRIDGE[: len(BRIDGE) // 2], False),
    ],
)
def test_untimed_text_that_nobody_speaks_is_no_transcript(text: str, unspoken: bool) -> None:
    assert is_unspoken(text, heard_words(BRIDGE), "en", 0.2) is unspoken


def test_a_long_recording_in_which_each_word_of_the_notes_stands_somewhere() -> None:
    rng = np.random.default_rng(0)
    words = (NOTES + SOUP + BRIDGE).split() * 20
    heard = heard_words(" ".join(rng.permutation(words)), seconds=3600)
    assert is_unspoken(NOTES, heard, "en", 0.9)


def garbled(text: str, every: int) -> str:
    """Each nth word misheard."""
    words = text.split()
    return " ".join("mumble" if i % every == 0 else word for i, word in enumerate(words))


def test_notes_that_quote_what_is_said_do_not_replace_the_rest() -> None:
    said = BRIDGE + " " + SOUP
    quote = " ".join(said.split()[12:32])
    heard = heard_words(said * 2)
    assert is_unspoken(f"{NOTES} {quote}", heard, "en", 0.25)
    assert is_unspoken(f"{quote} {NOTES}", heard, "en", 0.25)
    assert not is_unspoken(quote, heard, "en", 0.9)  # a part of the transcript


@pytest.mark.parametrize(("every", "logprob"), [(3, -0.6), (4, -0.4), (4, -0.6), (5, -0.2)])
def test_a_transcript_that_is_badly_recognised_is_kept(every: int, logprob: float) -> None:
    text = BRIDGE + " " + SOUP
    heard = heard_words(garbled(text, every), logprob=logprob)
    assert not is_unspoken(text, heard, "en", 1 - 1 / every)


@pytest.mark.parametrize(
    "heard",
    [
        heard_words("Thank you very much."),
        heard_words(SOUP, logprob=-1.2),  # noise
        [],
    ],
)
def test_a_text_is_kept_where_the_recogniser_is_not_sure(heard: list[HeardWord]) -> None:
    assert not is_unspoken(BRIDGE, heard, "en", 0.0)


@pytest.mark.parametrize(
    "text", [GERMAN, "Мост был закрыт зимой, потому что старые тросы ржавели."]
)
def test_a_text_in_a_language_that_the_recogniser_may_not_know_is_kept(text: str) -> None:
    assert not is_unspoken(text, heard_words(SOUP, logprob=-0.7), "en", 0.1)


def _beginning(demo_folder: Path, name: str, folder: Path) -> Path:
    """Write the first cues of a transcript of the demo."""
    file = folder / f"{name}.vtt"
    blocks = (demo_folder / "recordings" / file.name).read_text(encoding="utf-8").split("\n\n")
    file.write_text("\n\n".join(blocks[:5]) + "\n", encoding="utf-8")
    return file


def _analysed(
    recording: Path, transcript: Path, encoders: Encoders, language: str | None = None
) -> tuple[str, Sequence[str], str | None]:
    parsed = read_transcript(transcript)
    if language:
        parsed = replace(parsed, language=language)
    done = draft_document(
        Source(recording, transcript), parsed, encoders, ProcessSettings()
    ).document
    return done.text_source, done.warnings, done.unchecked


def test_the_transcript_of_another_talk_is_reported_and_stays(
    tmp_path: Path,
    demo_folder: Path,
    encoders: Encoders,
    excerpt: Callable[[Path, float, float], Path],
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 25)
    own, other = (
        _beginning(demo_folder, name, tmp_path)
        for name in ("why-tides-lag", "harrison-and-the-longitude")
    )
    assert _analysed(talk, own, encoders) == ("timed", (), None)
    source, (warning,), _ = _analysed(talk, other, encoders)
    assert source == "timed" and warning.startswith("may not be the right transcript: ")


@ENGLISH_ONLY
def test_a_transcript_in_a_language_that_is_not_recognised_is_not_judged(
    tmp_path: Path,
    demo_folder: Path,
    encoders: Encoders,
    excerpt: Callable[[Path, float, float], Path],
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 25)
    other = _beginning(demo_folder, "harrison-and-the-longitude", tmp_path)
    source, warnings, unchecked = _analysed(talk, other, encoders, language="de")
    assert (source, warnings) == ("timed", ()) and unchecked and "spoken in 'de'" in unchecked
