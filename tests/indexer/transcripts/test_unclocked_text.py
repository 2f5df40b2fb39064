"""Numbers in text that are no clocks, and lines beside clocks that nobody says."""

from __future__ import annotations

import pytest

from tests.indexer.transcripts.clocked_turns import TURNS
from tests.indexer.transcripts.text_files import read


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


def test_a_programme_with_names_is_no_transcript(tmp_path):
    text = "9:00 Iris Fenn: Keynote\n10:30 Olu Ade: Workshop\n12:00 Iris Fenn: Panel\n"
    assert not read(tmp_path, "a.txt", text).timed


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


def test_numbers_of_sections_are_no_clocks(tmp_path):
    text = "".join(f"01.{n:02d} {w}\n\n" for n, (_, _, w) in enumerate(TURNS, start=1))
    assert not read(tmp_path, "a.txt", text).timed
