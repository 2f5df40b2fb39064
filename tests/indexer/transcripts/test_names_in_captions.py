"""Names in captions: of any script and form, behind sounds, in marks that wrap them."""

from __future__ import annotations

import unicodedata

import pytest

from indexer.base.types import Sound
from tests.indexer.transcripts.text_files import read

SAID = ["we begin with jam.", "Two rules: wait, and stir.", "so it is", "Yes.", "Once more.", "End"]


def captions(*texts: str) -> str:
    return "WEBVTT\n\n" + "".join(
        f"00:00:{2 * i:02d}.000 --> 00:00:{2 * i + 2:02d}.000\n{text}\n\n"
        for i, text in enumerate(texts)
    )


def spoken(tmp_path, *texts: str) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in read(tmp_path, "a.vtt", captions(*texts)).cues]


def turns(*names: str) -> list[tuple[str, str]]:
    return [(names[i % len(names)], text) for i, text in enumerate(SAID)]


@pytest.mark.parametrize(
    "names",
    [
        ("राहुल शर्मा", "अंजलि"),
        ("ผู้พูด 1", "สมชาย ใจดี"),
        ("கமல்", "சுப்ரமணியம்"),
        ("မောင်မောင်", "အောင်"),
        ("דָּנָה", "יוֹסִי"),
        ("مُحَمَّد", "فاطمة"),
        ("می\u200cترا", "علی"),
        tuple(unicodedata.normalize("NFD", name) for name in ("José Müller", "Zoë")),
    ],
)
def test_names_of_scripts_with_combining_marks_are_names(tmp_path, names):
    said = turns(*names)
    found = spoken(tmp_path, *(f"{name}: {text}" for name, text in said))
    assert [text for _, text in found] == SAID
    assert len({name for name, _ in found}) == 2
    plain = read(tmp_path, "a.txt", "\n\n".join(f"{name}: {text}" for name, text in said))
    assert [cue.speaker is not None for cue in plain.cues] == [True] * len(plain.cues)


@pytest.mark.parametrize(
    "names",
    [
        ("anna@example.com", "ben.ito@example.org"),
        ("Anna 🐝", "🎧 Ben"),
        ("Anna Reed | Acme", "Ben"),
        ("Anna Reed (she/her) - Host", "Ben"),
        ("[Host] Anna", "[Guest] Ben"),
        ("Anna [Acme]", "Ben [Initech]"),
        ('Robert "Bob" Smith', "Ana"),
        ("+49*****123", "Room 3.14 – West"),
        ("Speaker #1", "Speaker #2"),
        ("Prof. Dr. Anna Maria Elisabeth von der Heide-Reed, University of Jena", "Ben"),
    ],
)
def test_what_leads_every_cue_and_recurs_is_a_name_whatever_its_form(tmp_path, names):
    said = turns(*names)
    assert spoken(tmp_path, *(f"{name}: {text}" for name, text in said)) == said


def test_a_colon_of_names_needs_no_space_where_every_cue_has_it(tmp_path):
    said = turns("Anna", "Ben")
    assert spoken(tmp_path, *(f"{name}:{text}" for name, text in said)) == said
    verses = [f"John 3:{16 + i} is read" for i in range(6)]
    assert spoken(tmp_path, *verses) == [(None, text) for text in verses]


def test_a_name_of_any_form_leads_later_lines_too(tmp_path):
    found = spoken(tmp_path, "Anna 🐝: yes\nBen: no", "Anna 🐝: so", "Ben: it is", "Anna 🐝: ah")
    assert found[:2] == [("Anna 🐝", "yes"), ("Ben", "no")]


@pytest.mark.parametrize(
    "form", ["<{}>: {}", "**{}:** {}", "**{}**: {}", "» {}: {}", "{{{}}}: {}", "<b>{}:</b> {}"]
)
def test_marks_that_wrap_a_name_are_neither_name_nor_words(tmp_path, form):
    said = turns("Speaker 1", "Anna")
    assert spoken(tmp_path, *(form.format(*turn) for turn in said)) == said


@pytest.mark.parametrize("form", ["{{{}}} {}", "|{}| {}", "<{}> {}", "({}) {}"])
def test_what_a_machine_calls_a_speaker_may_stand_in_any_bracket(tmp_path, form):
    said = turns("SPEAKER_00", "SPEAKER_01")
    assert spoken(tmp_path, *(form.format(*turn) for turn in said)) == said


def test_a_name_behind_a_sound_is_a_name(tmp_path):
    transcript = read(
        tmp_path,
        "a.vtt",
        captions(
            "ANNA: Welcome.",
            "(CAR STARTS)\nBEN: Hello, Anna.",
            "It is a cold day.",
            "[laughs] ANNA: It is.",
            "BEN [sighs]: Well.",
            "♪ ANNA: La la. ♪",
        ),
    )
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [
        ("ANNA", "Welcome."),
        ("BEN", "Hello, Anna."),
        ("BEN", "It is a cold day."),
        ("ANNA", "It is."),
        ("BEN", "Well."),
        ("ANNA", "La la."),
    ]
    assert transcript.sounds == (
        Sound("car starts", 2.0, 4.0, 1),
        Sound("laughs", 6.0, 8.0, 3),
        Sound("sighs", 8.0, 10.0, 4),
        Sound("music", 10.0, 12.0, 5),
    )


def test_a_line_in_brackets_stays_above_words_before_a_colon_that_are_no_name(tmp_path):
    texts = ["Here we are.", "(in the garden)\nThe point is this: we go.", "It is late.", "So."]
    found = spoken(tmp_path, *texts)
    assert [" ".join(text.split()) for _, text in found] == [" ".join(t.split()) for t in texts]
    assert [speaker for speaker, _ in found] == [None] * len(texts)


def test_notes_and_tips_are_nobody_beside_names_of_any_form(tmp_path):
    said = [("Anna 🐝", "Hello."), ("Ben 🐟", "Hello."), ("Anna 🐝", "So."), ("Ben 🐟", "So.")]
    texts = [*(f"{name}: {text}" for name, text in said), "Tip: wait.", "Tip: stir."]
    assert spoken(tmp_path, *texts) == [*said, (None, "Tip: wait."), (None, "Tip: stir.")]


def test_pronouns_in_brackets_stay_with_the_name(tmp_path):
    said = turns("Ben Ito (he/him)", "Anna")
    assert spoken(tmp_path, *(f"{name}: {text}" for name, text in said)) == said


@pytest.mark.parametrize("form", ["[{}] {}", "({}) {}"])
def test_names_in_brackets_where_the_speaker_is_not_seen(tmp_path, form):
    a, b = ("Anna", "Ben") if form[0] == "[" else ("ANNA", "BEN")
    found = spoken(
        tmp_path,
        form.format(a, "Welcome."),
        "It is a cold day.",
        form.format(b, "Hello."),
        form.format(a, "One thing: why?"),
        form.format(b, "Because."),
    )
    assert found == [
        (a, "Welcome."),
        (a, "It is a cold day."),
        (b, "Hello."),
        (a, "One thing: why?"),
        (b, "Because."),
    ]


@pytest.mark.parametrize(
    "labels", [("In French", "In Spanish"), ("French", "Spanish"), ("Whispering", "Shouting")]
)
def test_how_somebody_speaks_is_no_name(tmp_path, labels):
    texts = [f"[{labels[i % 2]}] We go." if i % 4 < 2 else "We stay." for i in range(8)]
    assert {name for name, _ in spoken(tmp_path, *texts)} == {None}
