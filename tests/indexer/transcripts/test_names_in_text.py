"""Names and clocks of running text, as meetings, editors and pages of other languages have them."""

from __future__ import annotations

import pytest

from tests.indexer.transcripts.text_files import read

TURNS = [
    (0, "Anna", "Good morning, and welcome to the harbour."),
    (6, "Ben", "The oranges came by ship in winter."),
    (13, "Anna", "A keeper wrote the first order: seven barrels."),
    (20, "Ben", "Nobody complained about them at all."),
]
SAID = [text for _, _, text in TURNS]


def lines(form: str, called: dict[str, str] | None = None, apart: str = "\n\n") -> str:
    called = called or {}
    return apart.join(
        form.format(
            n=called.get(name, name), t=text, m=f"{at // 60}:{at % 60:02d}", s=float(at), e=at + 5.5
        )
        for at, name, text in TURNS
    )


NAMES = [
    {"Anna": "anna@example.com", "Ben": "ben@example.org"},
    {"Anna": "Anna 🐝", "Ben": "Ben"},
    {"Anna": "Anna Reed | Acme", "Ben": "Ben Ito | Acme"},
    {"Anna": "Speaker #1", "Ben": "Speaker #2"},
]


@pytest.mark.parametrize("called", NAMES)
@pytest.mark.parametrize("form", ["{n}: {t}", "- {n}: {t}", "[{m}] {n}: {t}"])
def test_display_names_of_any_form_lead_text(tmp_path, called, form):
    cues = read(tmp_path, "a.txt", lines(form, called)).cues
    assert [(cue.speaker, cue.text) for cue in cues] == [(called[n], t) for _, n, t in TURNS]


@pytest.mark.parametrize(
    "called", [{"Anna": "Anna | Acme", "Ben": "Ben | Acme"}, {"Anna": "Anna [Acme]"}]
)
def test_display_names_stand_before_clocks(tmp_path, called):
    transcript = read(tmp_path, "a.txt", lines("{n}  {m}\n{t}", called))
    assert [(cue.start, cue.speaker, cue.text) for cue in transcript.cues] == [
        (at, called.get(name, name), text) for at, name, text in TURNS
    ]


@pytest.mark.parametrize(
    "form", ["@{m} - {n}\n{t}", "[[{m}]] {n}: {t}", "({s:.2f}, {e:.2f}) {n}: {t}"]
)
def test_clocks_in_the_marks_of_tools(tmp_path, form):
    transcript = read(tmp_path, "a.txt", lines(form))
    assert [(cue.start, cue.speaker, cue.text) for cue in transcript.cues] == TURNS


def test_names_of_japanese_text_stand_in_lenses_or_before_corners(tmp_path):
    said = [
        ("田中", "今日はジャムです。"),
        ("鈴木", "はい。"),
        ("田中", "工場です。"),
        ("鈴木", "では。"),
    ]
    lenses = read(tmp_path, "a.txt", "\n".join(f"【{name}】{text}" for name, text in said))
    assert [(cue.speaker, cue.text) for cue in lenses.cues] == said
    corners = read(tmp_path, "b.txt", "\n".join(f"{name}「{text}」" for name, text in said))
    assert [cue.speaker for cue in corners.cues] == [name for name, _ in said]


@pytest.mark.parametrize("unit", [" Sekunden", " segundos", "秒"])
def test_a_clock_said_again_in_words_of_any_language_is_no_word(tmp_path, unit):
    shown = "\n".join(f"0:{at:02d}\n{at}{unit}\n{text}" for at, _, text in TURNS)
    assert [cue.text for cue in read(tmp_path, "a.txt", shown).cues] == SAID
    # Words that begin with a number are words.
    said = "\n".join(f"0:{at:02d}\n{at + 1} oranges came." for at, _, _ in TURNS)
    assert read(tmp_path, "b.txt", said).cues[1].text == "7 oranges came."


def test_the_choice_of_languages_below_a_transcript_is_no_word(tmp_path):
    shown = lines("{m}\n{t}", apart="\n") + "\nEnglish (auto-generated)\n"
    assert read(tmp_path, "a.txt", shown).cues[-1].text == SAID[-1]


def test_text_in_columns_of_tabs_is_a_table_as_editors_export_it(tmp_path):
    rows = "".join(
        f"{n}\t\t00:00:{at:02d}.000\t{at}.0\t00:00:{at + 5:02d}.000\t{at + 5}.0\t{t}\n"
        for at, n, t in TURNS
    )
    elan = read(tmp_path, "a.txt", rows)
    assert [(c.start, c.end, c.speaker, c.text) for c in elan.cues] == [
        (at, at + 5, n, t) for at, n, t in TURNS
    ]
    rows = "".join(f"{at}000\t{at + 5}500\t{n}\t{t}\n" for at, n, t in TURNS)
    assert [(c.start, c.speaker) for c in read(tmp_path, "b.txt", rows).cues] == [
        (at, n) for at, n, _ in TURNS
    ]
