"""Clock times in plain text and Markdown are times, names beside them are speakers."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.transcripts import Transcript, read_transcript

Turn = tuple[int, str, str]
TURNS: list[Turn] = [
    (0, "anna reed", "We begin with jam: the sweet kind."),
    (5, "Ben Ito (he/him)", "The ferry brought it at 10:30."),
    (9, "anna reed", "Nobody knew why."),
    (14, "Ben Ito (he/him)", "Am I late, heron?"),
    (18, "Dr. O. van Berg", "Herons know much."),
]


def read(folder: Path, name: str, content: str) -> Transcript:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_transcript(path)


def long(second: int) -> str:
    return f"00:00:{second:02d}"


def short(second: int) -> str:
    return f"0:{second:02d}"


NAMED: dict[str, Callable[[int, str, str], str]] = {
    "name, two spaces, clock": lambda t, n, w: f"{n}  {short(t)}\n{w}\n\n",
    "name, clock in parentheses, colon": lambda t, n, w: f"{n} ({long(t)}):\n{w}\n\n",
    "the same on one line": lambda t, n, w: f"{n} ({short(t)}): {w}\n\n",
    "name, dash, clock": lambda t, n, w: f"{n} - {short(t)}\n{w}\n\n",
    "name, comma, clock": lambda t, n, w: f"{n}, {short(t)}\n{w}\n\n",
    "name in brackets, clock": lambda t, n, w: f"[{n}] {long(t)}\n{w}\n\n",
    "name, colon, clock in brackets": lambda t, n, w: f"{n}: [{long(t)}] {w}\n",
    "clock in brackets, name": lambda t, n, w: f"[{long(t)}] {n}: {w}\n\n",
    "clock with milliseconds, name": lambda t, n, w: f"[{long(t)}.000] {n}: {w}\n",
    "bare clock, name": lambda t, n, w: f"{long(t)} {n}: {w}\n",
    "clock, chevrons, name": lambda t, n, w: f"[{long(t)}] >> {n}: {w}\n",
    "clock, name in brackets": lambda t, n, w: f"[{short(t)}] [{n}] {w}\n",
    "clock, dash, name above the words": lambda t, n, w: f"{long(t)} - {n}\n{w}\n\n",
    "two clocks with frames, name, words": lambda t, n, w: (
        f"{long(t)}:00 - {long(t + 3)}:12\n{n}\n{w}\n\n"
    ),
    "name above the clock": lambda t, n, w: f"{n}\n{short(t)}\n{w}\n\n",
    "columns: name, clock, words": lambda t, n, w: f"{n}\t{long(t)}\t{w}\n",
    "columns: clock, name, words": lambda t, n, w: f"{long(t)}\t{n}:\t{w}\n",
    "row of a table": lambda t, n, w: f"| {short(t)} | {n} | {w} |\n",
    "seconds, name": lambda t, n, w: f"[{t}.00 - {t + 3}.50] {n}: {w}\n",
    "columns with bars": lambda t, n, w: f"{n} | {short(t)} | {w}\n",
    "bold name, clock": lambda t, n, w: f"**{n}:** ({short(t)})\n{w}\n\n",
    "bold name, clock, colon": lambda t, n, w: f"**{n}** ({short(t)}): {w}\n\n",
    "clock, bold name": lambda t, n, w: f"[{long(t)}] **{n}:** {w}\n\n",
    "heading": lambda t, n, w: f"## {n} ({short(t)})\n\n{w}\n\n",
    "name and clock in bold": lambda t, n, w: f"**[{long(t)}] {n}:** {w}\n\n",
    "bold name, clock in italics": lambda t, n, w: f"__{n}__ *{long(t)}* {w}\n\n",
    "name, clock, two spaces": lambda t, n, w: f"{n} {short(t)}  {w}\n",
    "name, at, clock": lambda t, n, w: f"{n} at {short(t)}\n{w}\n\n",
    "name, clock in words, clock": lambda t, n, w: (
        f"{n}\n0 minutes {t} seconds\n{short(t)}\n{w}\n\n"
    ),
    "labels of clock and name": lambda t, n, w: f"Time: {long(t)}\nSpeaker: {n}\n{w}\n\n",
    "columns of spaces": lambda t, n, w: f"{short(t):8}{n:20}{w}\n",
    "columns of spaces, name first": lambda t, n, w: f"{n:20}{long(t)}  {w}\n",
    "columns: name, two clocks": lambda t, n, w: f"{n}\t{long(t)}\t{long(t + 3)}\t{w}\n",
    "label, two clocks of seconds": lambda t, n, w: f"{n} [{t}.0s --> {t + 3}.5s]: {w}\n",
    "drop frame": lambda t, n, w: f"00;00;{t:02d};00 - 00;00;{t + 3:02d};12\n{n}\n{w}\n\n",
    "units": lambda t, n, w: f"{n} (0m {t:02d}s): {w}\n",
    "units with hours": lambda t, n, w: f"[00h00m{t:02d}s] {n}: {w}\n",
    "primes": lambda t, n, w: f"0'{t:02d}\" {n}: {w}\n",
    "clock between hashes": lambda t, n, w: f"#{long(t)}-0# {n}: {w}\n",
    "day and clock": lambda t, n, w: f"[2025-01-05 {long(t)}] {n}: {w}\n",
    "clock behind the words": lambda t, n, w: f"{n}: {w} [{long(t)}]\n",
    "clock behind the words of a paragraph": lambda t, n, w: f"{n}:\n{w} ({short(t)})\n\n",
}
UNNAMED: dict[str, Callable[[int, str, str], str]] = {
    "clock above": lambda t, n, w: f"{short(t)}\n{w}\n",
    "clock at the words": lambda t, n, w: f"{short(t)}{w}\n",
    "clock said twice": lambda t, n, w: f"{short(t)}{t} seconds{w}\n",
    "clock said twice, above": lambda t, n, w: f"{short(t)}\n{t} seconds\n{w}\n",
    "bold clock": lambda t, n, w: f"**[{long(t)}]** {w}\n\n",
    "linked clock": lambda t, n, w: f"[{short(t)}](https://x.org/w?a=(b)&t={t}s) {w}\n",
    "list of linked clocks": lambda t, n, w: f"- **[{short(t)}](https://x.org/?t={t})** {w}\n",
    "console": lambda t, n, w: f"[{long(t)}.000 --> {long(t + 3)}.500]   {w}\n",
    "console, short": lambda t, n, w: f"[00:{t:02d}.000 --> 00:{t + 3:02d}.500]  {w}\n",
    "console, seconds": lambda t, n, w: f"[{t}.00s -> {t + 3}.50s] {w}\n",
    "seconds in brackets": lambda t, n, w: f"[{t}s] {w}\n",
    "seconds with decimals": lambda t, n, w: f"[{t}.00] {w}\n",
    "wide colon": lambda t, n, w: f"00：{t:02d} {w}\n",
    "one paragraph": lambda t, n, w: f"({short(t)}) {w} ",
    "clock and link behind": lambda t, n, w: f"- {w} ([{short(t)}](https://x.org/?t={t}))\n",
    "number, clock, words": lambda t, n, w: f"{t + 1}\n{short(t)}\n{w}\n\n",
}


@pytest.mark.parametrize("extension", ["txt", "md"])
@pytest.mark.parametrize("form", [*NAMED, *UNNAMED])
def test_every_form_keeps_words_times_and_names(tmp_path, form, extension):
    write = {**NAMED, **UNNAMED}[form]
    transcript = read(tmp_path, f"a.{extension}", "".join(write(*turn) for turn in TURNS))
    assert (transcript.timed, transcript.format) == (True, "clocked-text")
    assert [cue.text for cue in transcript.cues] == [words for _, _, words in TURNS]
    assert [cue.start for cue in transcript.cues] == [start for start, _, _ in TURNS]
    names = [name if form in NAMED else None for _, name, _ in TURNS]
    assert [cue.speaker for cue in transcript.cues] == names
    for cue in transcript.cues:
        assert 1 <= cue.end - cue.start <= 6
    assert not transcript.warnings


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


def test_tables_keep_their_words_and_lose_their_headings_with_a_warning(tmp_path):
    rows = "".join(f"| {long(t)} | {long(t + 3)} | {w} |\n" for t, _, w in TURNS)
    table = read(tmp_path, "a.md", f"| Start | End | Text |\n|:--|:--|:--|\n{rows}")
    rows = "".join(f"{long(t)}\t{n}\t{w}\n" for t, n, w in TURNS)
    columns = read(tmp_path, "b.txt", f"Time\tSpeaker\tText\n{rows}")
    for transcript in (table, columns):
        assert [cue.text for cue in transcript.cues] == [w for _, _, w in TURNS]
        assert [cue.start for cue in transcript.cues] == [t for t, _, _ in TURNS]
        assert transcript.warnings == ("line 1: headings of columns are left out",)
    assert [cue.speaker for cue in columns.cues] == [n for _, n, _ in TURNS]


def test_names_that_nothing_parts_from_the_words(tmp_path):
    names = ["Anna Reed", "Ben Ito"] * 3
    lines = "".join(f"[0:{3 * i:02d}] {name} Words of {i}.\n" for i, name in enumerate(names))
    cues = read(tmp_path, "a.txt", lines).cues
    assert [cue.speaker for cue in cues] == names
    assert [cue.text for cue in cues] == [f"Words of {i}." for i in range(6)]


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


@pytest.mark.parametrize(
    "text",
    [
        "We met at 10:30 and left.\n\n10:30 was late, so we ran.\n\nAt 11:00 we slept.\n\n"
        + "It was a long day. " * 40,
        "The train left at 10:30\n\n" + "It was a long day. " * 9 + "\n\nWe came at 11:00\n\nBye.",
        "A show about jam.\n\n0:00 Intro\n5:30 The oranges\n20:10 Glue\n45:00 Outro\n\nBye.",
        "10:30 am: we met.\n10:45 am: we left.\n11:00 am: we slept.\n",
        "He ran a mile in 5m 30s.\n\n6m 10s is good.\n\nShe ran [12.5] miles.\n\nAll slept.",
        "John loved light (3:16) and water (4:14) and bread (6:35).\n\nHe wrote much.",
        "Jam  is sweet.  Herons  know.\nNobody  knew why.  We  left.\nIt  rained.  All  day.\n",
    ],
)
def test_times_of_day_and_chapters_are_no_clocks(tmp_path, text):
    transcript = read(tmp_path, "a.txt", text)
    assert not transcript.timed
    assert " ".join(cue.text for cue in transcript.cues).split() == text.split()


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


def test_names_in_small_letters_and_of_who_speaks_once_stand_before_clocks(tmp_path):
    text = "iris (00:01): we begin.\n\nolu (00:50): so do we.\n\niris (01:50): good.\n"
    assert [(c.start, c.speaker) for c in read(tmp_path, "a.txt", text).cues] == [
        (1, "iris"),
        (50, "olu"),
        (110, "iris"),
    ]


def test_a_programme_with_names_is_no_transcript(tmp_path):
    text = "9:00 Iris Fenn: Keynote\n10:30 Olu Ade: Workshop\n12:00 Iris Fenn: Panel\n"
    assert not read(tmp_path, "a.txt", text).timed


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


def test_titles_and_credits_are_left_out_with_a_warning(tmp_path):
    text = "# Jam\n\n[0:00] We begin here.\n\n[0:05] We end.\n\nTranscribed by https://otter.ai\n"
    transcript = read(tmp_path, "a.md", text)
    assert [cue.text for cue in transcript.cues] == ["We begin here.", "We end."]
    assert "# Jam" in transcript.warnings[0]
    assert "otter.ai" in transcript.warnings[0]


def test_front_matter_is_dropped_and_a_rule_is_not(tmp_path):
    lines = "".join(f"[0:{t:02d}] {words}\n" for t, _, words in TURNS)
    front = read(tmp_path, "a.md", f"---\ntitle: Jam\ntags:\n  - sweet\n---\n{lines}")
    assert [cue.text for cue in front.cues] == [words for _, _, words in TURNS]
    ruled = read(tmp_path, "b.txt", "---\nIt was late.\nAll slept.\n---\nThe end came.\n")
    assert "It was late." in " ".join(cue.text for cue in ruled.cues)


words = st.lists(
    st.sampled_from(["jam", "Heron", "ferry", "at", "10:30", "no:", "[so]"]), min_size=3
)


@pytest.mark.slow
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 9000), words.map(" ".join)), min_size=2, max_size=20))
def test_written_clocks_read_back(tmp_path, gaps):
    now, lines, starts = 0, [], []
    for number, (gap, said) in enumerate(gaps):
        starts.append(now / 1000)
        clock = f"{now // 60000:02d}:{now // 1000 % 60:02d}.{now % 1000:03d}"
        lines.append(f"[00:{clock}] Anna Lee: A {number} {said}.")
        now += gap
    transcript = read(tmp_path, "a.txt", "\n".join(lines))
    assert [cue.text for cue in transcript.cues] == [line.split(": ", 1)[1] for line in lines]
    assert {cue.speaker for cue in transcript.cues} == {"Anna Lee"}
    assert all(cue.start <= cue.end for cue in transcript.cues)


def whole(second: int) -> str:
    return f"00:{second // 60:02d}:{second % 60:02d}"


def points(second: int) -> str:
    return f"{second // 60:02d}.{second % 60:02d}"


CLOCKS: dict[str, Callable[[int], str]] = {
    "minutes and seconds with a point": lambda t: f"[{points(t)}] ",
    "the same without brackets": lambda t: f"{points(t)} ",
    "the same on a line of its own": lambda t: f"{points(t)}\n",
    "hours as well": lambda t: f"[00.{points(t)}] ",
    "since the start": lambda t: f"T+{whole(t)} ",
    "since the start, in brackets": lambda t: f"[T+{whole(t)}] ",
    "since the start, alone": lambda t: f"T+{whole(t)}\n",
    "with the unit": lambda t: f"{whole(t)}h ",
    "with the unit, in brackets": lambda t: f"[{whole(t)} h] ",
}


@pytest.mark.parametrize("form", CLOCKS)
@pytest.mark.parametrize("named", [True, False])
def test_clocks_of_other_trades(tmp_path, form, named):
    said = [(t + 50, n if named else None, w) for t, n, w in TURNS]
    lines = (f"{CLOCKS[form](t)}{f'{n}: ' if n else ''}{w}\n\n" for t, n, w in said)
    cues = read(tmp_path, "a.txt", "".join(lines)).cues
    assert [(c.start, c.speaker, c.text) for c in cues] == said


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


def test_numbers_of_sections_are_no_clocks(tmp_path):
    text = "".join(f"01.{n:02d} {w}\n\n" for n, (_, _, w) in enumerate(TURNS, start=1))
    assert not read(tmp_path, "a.txt", text).timed


MESSAGES = [("Anna Reed", "can you hear me?"), ("Ben", "yes: two lines\nof it"), ("O'Hara", "bye")]
CHATS = {
    "Zoom, tabs": "10:0{i}:13\t From {name} to Everyone:\n\t{words}\n",
    "Zoom, two spaces": "10:0{i}:13 From  {name}  to  Everyone : {words}\n",
    "Zoom, to one": "10:0{i}:13\t From  {name} : {words}\n",
    "with the day": "2024-05-05 10:0{i}:13 From {name} to Host (Direct Message): {words}\n",
    "the time behind": "From {name} to Everyone 10:0{i} AM\n{words}\n",
}


@pytest.mark.parametrize("form", CHATS)
def test_messages_of_a_meeting_are_read_as_what_they_are(tmp_path, form):
    text = "".join(CHATS[form].format(i=i, name=n, words=w) for i, (n, w) in enumerate(MESSAGES))
    transcript = read(tmp_path, "meeting_saved_chat.txt", text)
    assert [(c.speaker, c.text) for c in transcript.cues] == [
        (name, " ".join(words.split())) for name, words in MESSAGES
    ]
    assert not transcript.timed
    (warning,) = transcript.warnings
    assert "typed in a meeting" in warning


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


SPANS = [
    (1.0, 4.0, "The kettle sang all morning."),
    (5.0, 8.0, "The ferry came late, at noon."),
    (9.0, 12.0, "Nobody on the quay minded."),
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


def test_speakers_above_the_line_where_they_begin(tmp_path):
    text = (
        "SPEAKER_00 \n[00:00:01] The kettle sang.\n[00:00:03] It was noon.\n\n"
        "SPEAKER_01 \n[00:00:05] The ferry came late.\n"
    )
    cues = read(tmp_path, "a.txt", text).cues
    assert [(cue.speaker, cue.text, cue.start) for cue in cues] == [
        ("SPEAKER_00", "The kettle sang.", 1.0),
        ("SPEAKER_00", "It was noon.", 3.0),
        ("SPEAKER_01", "The ferry came late.", 5.0),
    ]


def test_clocks_of_a_list_of_org_mode(tmp_path):
    text = "".join(f"- 0:00:{int(a):02d} :: {words}\n" for a, _, words in SPANS)
    cues = read(tmp_path, "a.txt", text).cues
    assert [(cue.start, cue.text) for cue in cues] == [(a, words) for a, _, words in SPANS]
