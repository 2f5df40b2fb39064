"""Every form of clocks and names that people and programs write in text is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.indexer.transcripts.clocked_turns import SPANS, TURNS, long, short
from tests.indexer.transcripts.text_files import read

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


def test_names_in_small_letters_and_of_who_speaks_once_stand_before_clocks(tmp_path):
    text = "iris (00:01): we begin.\n\nolu (00:50): so do we.\n\niris (01:50): good.\n"
    assert [(c.start, c.speaker) for c in read(tmp_path, "a.txt", text).cues] == [
        (1, "iris"),
        (50, "olu"),
        (110, "iris"),
    ]


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
