"""Clocks in text say when words start and end, also where some are missing or wrong."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.indexer.transcripts.clocked_turns import SPANS, TURNS, short
from tests.indexer.transcripts.text_files import read


def test_clocks_behind_words_may_say_when_these_end(tmp_path):
    said = "the oranges came by ship in every month of that year so it was said"
    lines = "".join(f"{said} [0:{second:02d}]\n" for second in (5, 10, 15, 20))
    cues = read(tmp_path, "a.txt", lines).cues
    assert [(cue.start, cue.end) for cue in cues] == [(0, 5), (5, 10), (10, 15), (15, 20)]


def test_a_clock_of_something_else_within_the_words_costs_no_times(tmp_path):
    lines = [f"{short(t)}\n{words}\n" for t, _, words in TURNS]
    lines[-1] = lines[-1].replace("know", "(19:54) know")
    cues = read(tmp_path, "a.txt", "".join(lines)).cues
    assert [cue.start for cue in cues] == [start for start, _, _ in TURNS]


@pytest.mark.parametrize("form", ["{0}\n{2}\n", "{1}  {0}\n{2}\n\n"])
def test_a_clock_of_something_else_at_the_head_of_a_line_costs_no_times(tmp_path, form):
    said = [(short(t), f"Ann {t % 2}", words) for t, _, words in TURNS]
    said[-1] = (*said[-1][:2], "19:54 Well, herons know much.")
    cues = read(tmp_path, "a.txt", "".join(form.format(*turn) for turn in said)).cues
    assert [cue.start for cue in cues] == [start for start, _, _ in TURNS]
    assert cues[-1].text == said[-1][2]


def test_no_cue_lasts_for_hours(tmp_path):
    cues = read(tmp_path, "a.txt", "[00:00:05] We begin.\n[00:00:08] We rest.\n" * 1).cues
    assert cues[1].end < 12
    # A pause of an hour between two cues of a talk that is otherwise dense.
    said = "many words are said here at a usual pace so that time is filled\n"
    dense = "".join(f"[0:{i:02d}:{s:02d}] {said}" for i in range(9) for s in range(0, 60, 6))
    cues = read(tmp_path, "b.txt", dense + f"[0:40:00] {said}").cues
    assert cues[-1].start == 2400
    assert max(cue.end - cue.start for cue in cues) < 15


def test_a_long_paragraph_is_split_at_its_sentences(tmp_path):
    sentence = "This is one of the sentences that Anna says without a clock between. "
    text = f"[0:00] Anna: {sentence * 20}\n\n[1:20] Ben: No.\n"
    cues = read(tmp_path, "a.txt", text).cues
    assert len(cues) == 21
    assert {cue.speaker for cue in cues[:20]} == {"Anna"}
    assert all(a.end == b.start for a, b in pairwise(cues))
    assert cues[-1].start == 80


def test_turns_between_clocks_share_the_time(tmp_path):
    turns = "".join(f"{n}: {w} {w} {w}\n\n" for _, n, w in TURNS[:4]) * 6
    text = f"Our talk\nJan 5, 2024\n\n00:00:00\n\n{turns}00:02:30\n\n{turns}"
    transcript = read(tmp_path, "a.txt", text)
    assert transcript.timed
    assert [cue.speaker for cue in transcript.cues] == [n for _, n, _ in TURNS[:4]] * 12
    starts = [cue.start for cue in transcript.cues]
    assert starts == sorted(starts)
    assert starts[24] == 150
    (warning,) = transcript.warnings
    assert "Our talk" in warning
    assert "Jan 5, 2024" in warning


FEW = [(5, "Iris", "The kiln is cold."), (130, "Olu", "Then wait."), (300, "Iris", "We did.")]


FORMS_OF_FEW = {
    "clock behind the name": "{name} Fenn  {clock}\n{words}\n\n",
    "clock in the name's brackets": "{name} (00:0{clock}):\n{words}\n\n",
    "name behind the clock": "[00:0{clock}] {name}: {words}\n",
    "name behind a bare clock": "00:0{clock} {name}: {words}\n",
    "bold": "**{name}:** ({clock}) {words}\n\n",
    "name below": "{clock}\n{name}\n{words}\n\n",
    "name above": "{name}\n00:0{clock}\n{words}\n\n",
    "columns": "{name}\t0{clock}\t{words}\n",
}


@pytest.mark.parametrize("form", FORMS_OF_FEW)
@pytest.mark.parametrize("turns", [2, 3])
def test_a_long_silence_between_clocks_costs_no_times(tmp_path, form, turns):
    """Where hardly anything is said between clocks, names and sentences show that it is said."""
    if turns == 2 and form in ("name below", "name above"):
        pytest.skip("two lines above words may be anything")
    text = "".join(
        FORMS_OF_FEW[form].format(name=name, clock=f"{t // 60}:{t % 60:02d}", words=words)
        for t, name, words in FEW[:turns]
    )
    transcript = read(tmp_path, "a.md" if form == "bold" else "a.txt", text)
    assert [
        (cue.start, (cue.speaker or "").split(" ")[0], cue.text) for cue in transcript.cues
    ] == FEW[:turns]


def test_hours_and_minutes_are_recognised_by_how_much_is_said(tmp_path):
    said = "many words are said in a minute of talk " * 15
    lines = "".join(f"[00:{minute:02d}] Anna: {said}\n" for minute in range(12))
    transcript = read(tmp_path, "a.txt", lines)
    assert transcript.cues[-1].start > 600
    assert any("hours and minutes" in warning for warning in transcript.warnings)


def test_a_clock_that_runs_back_costs_no_words(tmp_path):
    lines = [f"[0:{i * 5:02d}] Words number {i} are said." for i in range(10)]
    lines[4] = lines[4].replace("0:20", "0:02")
    transcript = read(tmp_path, "a.txt", "\n".join(lines))
    assert [cue.text for cue in transcript.cues] == [
        f"Words number {i} are said." for i in range(10)
    ]
    assert transcript.cues[4].start < transcript.cues[5].start == 25
    assert transcript.warnings == ("line 5: its clock runs back; timed by the one before",)


@pytest.mark.parametrize(
    "text",
    [
        "[5.12] We begin with jam.\n[9.4] The ferry brought it.\n[12.40] Nobody knew why.\n",
        "[0.50] We begin with jam.\n[4.70] The ferry brought it.\n[9.05] Nobody knew why.\n",
    ],
)
def test_decimals_in_brackets_stay_seconds(tmp_path, text):
    starts = [cue.start for cue in read(tmp_path, "a.txt", text).cues]
    assert starts == [float(line[1 : line.index("]")]) for line in text.splitlines()]


def test_minutes_in_words_below_each_clock_are_no_words(tmp_path):
    panel = (
        "0:04\n4 seconds\nThe ferry was late.\n1:05\n1 minute, 5 seconds\nNobody knew why.\n"
        "1:02:10\n1 hour, 2 minutes, 10 seconds\nThat is all.\n"
    )
    cues = read(tmp_path, "panel.txt", panel).cues
    assert [(cue.start, cue.text) for cue in cues] == [
        (4.0, "The ferry was late."),
        (65.0, "Nobody knew why."),
        (3730.0, "That is all."),
    ]


def precise(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}"


@pytest.mark.parametrize(
    "form",
    [
        lambda a, b, words: f"{words}\n({short(int(a))} - {short(int(b))})\n\n",
        lambda a, b, words: f"{precise(a)} {precise(b)}\n{words}\n\n",
        lambda a, b, words: f"[{precise(a)},{precise(b)}] {words}\n",
    ],
    ids=["below the words", "side by side", "in one bracket"],
)
def test_two_clocks_are_start_and_end(tmp_path, form):
    cues = read(tmp_path, "a.txt", "".join(form(*span) for span in SPANS)).cues
    assert [(cue.start, cue.end, cue.text) for cue in cues] == SPANS


def test_words_before_the_first_clock_on_its_line_are_said(tmp_path):
    text = "Good morning, [00:01] today we talk of jam. [00:03] The oranges came [00:06] by ship."
    transcript = read(tmp_path, "a.txt", text)
    assert " ".join(cue.text for cue in transcript.cues) == re.sub(r"\[[\d:]+\] ", "", text)
    assert transcript.warnings == ()
