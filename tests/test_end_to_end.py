"""The installed command on real recordings: five interviews and a reading, from files to answers.

They are no part of the project: HILBERT_DATA names the folder that holds `osce` and `lj`.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from indexer.index.library_store import LibraryStore

pytestmark = pytest.mark.extras

RunHilbert = Callable[..., subprocess.CompletedProcess[str]]
Found = list[tuple[dict[str, Any], dict[str, Any]]]

TOLERANCE_SECONDS = 1.25
MOMENT_SECONDS = 60


@pytest.fixture(scope="module")
def collections(data_folder: Path) -> list[Path]:
    folders = [data_folder / "osce", data_folder / "lj"]
    for folder in folders:
        if not (folder / "queries.jsonl").is_file():
            pytest.skip(f"the real recordings of {folder} are not here")
    return folders


@pytest.fixture(scope="module")
def library(
    collections: list[Path], run_hilbert: RunHilbert, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("real") / "library"
    done = run_hilbert("index", *collections, "--library", folder, "--json", timeout=900)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["failed"] == {} and summary["documents"] == 6
    assert sorted(summary["added"]) == [
        *("CAR0001", "LJ003", "MSK0001", "MSK0003", "MSK0004", "RES0216"),
    ]
    return folder


def answered(library: Path, queries: Path, run_hilbert: RunHilbert) -> Found:
    """Each question of a file with its answer."""
    done = run_hilbert("search", "--library", library, "--queries", queries, "--json", "--all")
    assert done.returncode == 0, done.stderr
    questions = [json.loads(line) for line in queries.read_text(encoding="utf-8").splitlines()]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(questions) == len(answers) >= 10
    return list(zip(questions, answers, strict=True))


def is_right(hit: dict[str, Any], question: dict[str, Any]) -> bool:
    """Whether a hit overlaps the wanted moment and is short enough to be one."""
    return (
        hit["name"] == question["document"]
        and hit["end"] - hit["start"] <= MOMENT_SECONDS
        and hit["start"] < question["end"]
        and hit["end"] > question["start"]
    )


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def start_errors(expected: list[tuple[float, str]], found: list[tuple[float, str]]) -> list[float]:
    """How far each expected sentence's start is from the found sentence's with its first word.

    Both sides have the same words, cut into sentences in their own ways: words are matched
    first, then the sentences that begin with the same word are compared.
    """
    sides = []
    for sentences in (expected, found):
        words: list[str] = []
        begins: dict[int, float] = {}
        for start, text in sentences:
            begins[len(words)] = start
            words += words_of(text)
        sides.append((words, begins))
    (words, begins), (other_words, other_begins) = sides
    place = {
        block.a + i: block.b + i
        for block in Levenshtein.editops(words, other_words).as_matching_blocks()
        for i in range(block.size)
    }
    return [
        abs(start - other_begins[place[word]])
        for word, start in begins.items()
        if place.get(word) in other_begins
    ]


def test_sentences_start_where_they_are_read(library: Path, collections: list[Path]) -> None:
    opened = LibraryStore.open(library)
    (document,) = [d for d in opened.catalog.documents() if d.name == "LJ003"]
    assert document.text_source == "aligned" and document.warnings == ()
    cues = [(cue.start or 0.0, cue.text) for cue in opened.catalog.cues(document.id)]
    with (collections[1] / "LJ003.segments.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        exact = [(float(row["start"]), row["text"]) for row in rows]
    # Some rows begin within a sentence: no cue begins there.
    sentences = 1 + sum(bool(re.search(r"[.?!][\"'”’)]*$", text)) for _, text in exact[:-1])
    errors = start_errors(exact, cues)
    assert len(errors) >= 0.95 * sentences > 50
    assert np.mean(np.array(errors) <= TOLERANCE_SECONDS) >= 0.95


def test_a_second_run_finds_everything_unchanged(
    library: Path, collections: list[Path], run_hilbert: RunHilbert
) -> None:
    done = run_hilbert("index", *collections, "--library", library, "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(summary["unchanged"]) == 6 and summary["added"] == summary["updated"] == []


def test_typed_queries_find_the_right_document_and_the_right_moment(
    library: Path, collections: list[Path], run_hilbert: RunHilbert
) -> None:
    osce, lj = (answered(library, f / "queries.jsonl", run_hilbert) for f in collections)
    first = [answer["documents"][0]["name"] == q["document"] for q, answer in [*osce, *lj]]
    assert np.mean(first) >= 0.85
    moments = [any(is_right(hit, question) for hit in a["hits"][:3]) for question, a in lj]
    assert np.mean(moments) >= 0.80


def test_the_library_is_healthy(library: Path, run_hilbert: RunHilbert) -> None:
    done = run_hilbert("doctor", "--library", library, "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout) == {
        "schema_version": 1,
        "healthy": True,
        "problems": [],
        "notes": [],
    }
