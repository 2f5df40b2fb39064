"""Diagnostics of a library: numbers, what they rest on, and reports of them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hilbert.diagnostics import centroid_gap, flatten
from indexer.base.errors import QueryError
from indexer.cli import run
from indexer.diagnostics.diagnose import Diagnosis, diagnose, require_pairs
from indexer.diagnostics.html_report import html_report
from indexer.diagnostics.model_card import card_heading
from indexer.diagnostics.table import table_rows
from indexer.index.library_store import LibraryStore
from indexer.search.searcher import Searcher
from tests.in_process import call
from tests.recorder import Recorder


def of(searcher: Searcher, **options: Any) -> Diagnosis:
    return diagnose(searcher.library, searcher.snapshot, searcher.model, **options)


@pytest.fixture(scope="module")
def diagnosis(searcher: Searcher) -> Diagnosis:
    return of(searcher)


def test_numbers_rest_on_all_segments_with_both_modalities(
    diagnosis: Diagnosis, searcher: Searcher
) -> None:
    audio, text = (searcher.snapshot.index("segments", m) for m in ("audio", "text"))
    both = np.intersect1d(audio.ids, text.ids).tolist()
    assert diagnosis.pairs == len(both)
    expected = centroid_gap(audio.vectors(both), text.vectors(both))
    assert diagnosis.before["centroid_gap"] == pytest.approx(expected, abs=1e-4)
    assert diagnosis.histograms["before"].matched.sum() == len(both)


def test_the_json_has_the_same_numbers_of_each_space_all_finite(diagnosis: Diagnosis) -> None:
    told = json.loads(json.dumps(diagnosis.as_dict()))
    spaces = [told[name] for name in ("before", "after_centering", "control")]
    assert spaces[0].keys() == spaces[1].keys() == spaces[2].keys()
    for space in spaces:
        assert all(math.isfinite(value) for value in flatten(space).values())
    assert all(isinstance(line, str) and len(line) > 20 for line in told["reading"])
    assert len(told["reading"]) >= 6
    for name, (low, high) in told["intervals"]["before"].items():
        assert low <= flatten(spaces[0])[name] <= high, name


def test_the_same_library_gives_the_same_report(searcher: Searcher, diagnosis: Diagnosis) -> None:
    again = of(searcher, intervals=False)
    assert again.as_dict() | {"intervals": None} == diagnosis.as_dict() | {"intervals": None}
    assert again.points == diagnosis.points


def test_a_sample_of_a_larger_library_is_drawn_by_its_seed(searcher: Searcher) -> None:
    few = of(searcher, most=7, intervals=False)
    assert few.pairs == 7 and few.intervals == {}
    assert few.measured_documents < few.documents
    assert few.points == of(searcher, most=7, intervals=False).points
    assert few.points != of(searcher, most=7, intervals=False, seed=1).points


def test_a_point_tells_what_its_vectors_are_of(diagnosis: Diagnosis, searcher: Searcher) -> None:
    index = searcher.snapshot.index("segments", "text")
    for row in (0, len(diagnosis.points) - 1):
        point = diagnosis.points[row]
        segments = searcher.snapshot.lexical.segments_of(point.document)
        (segment,) = [s for s in segments if s.start == point.start]
        assert segment.text.startswith(point.words.removesuffix(" …"))
        stored = index.vectors([segment.id])[0]
        # Stored in half precision, measured at length 1.
        np.testing.assert_allclose(diagnosis.vectors["text"][row], stored, atol=1e-3)


def test_progress_reaches_its_end(searcher: Searcher) -> None:
    progress = Recorder()
    of(searcher, intervals=False, progress=progress)
    ((_, total, shares),) = progress.stages
    assert shares == sorted(shares) and shares[-1] == total


@pytest.mark.parametrize(
    ("audio", "text", "message"),
    [
        ([], [], "index recordings into it"),
        ([], [0, 1, 2], "transcripts only"),
        ([0, 1, 2], [], "nothing in this library has words"),
        ([0, 1], [1, 2], "has 1 of them"),
    ],
)
def test_without_pairs_it_says_what_is_missing(
    audio: list[int], text: list[int], message: str
) -> None:
    ids = {"audio": np.array(audio), "text": np.array(text)}
    made: Any = SimpleNamespace(index=lambda _level, modality: SimpleNamespace(ids=ids[modality]))
    with pytest.raises(QueryError, match=message):
        require_pairs(made)


def test_the_table_has_every_measure_and_marks_what_has_no_meaning(diagnosis: Diagnosis) -> None:
    rows = {row.name: row for row in table_rows(diagnosis)}
    gap = rows["Centroid gap"]
    assert re.fullmatch(r"\d\.\d\d \(-?\d\.\d\d to \d\.\d\d\)", gap.before)
    assert gap.after and gap.control and gap.frozen == ""  # two spaces have no distance
    assert rows["Effective rank, text"].frozen
    assert all(row.before for row in rows.values())


def test_the_report_needs_nothing_else_and_takes_nothing_for_markup(diagnosis: Diagnosis) -> None:
    page = html_report(diagnosis, "# Card\n<script>alert(1)</script>")
    assert page.count("<!doctype html>") == 1 and "alert(1)&lt;/script&gt;" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    assert all(f.verdict in page for f in diagnosis.reading)
    assert page.count('class="plotly-graph-div"') == 5


def test_the_card_names_the_model(tmp_path: Path) -> None:
    assert card_heading(tmp_path) == "without a card"
    (tmp_path / "README.md").write_text("\n# My model\ntext")
    assert card_heading(tmp_path) == "My model"


def test_the_command_prints_a_reading_and_writes_a_report(
    small_library: LibraryStore, tmp_path: Path
) -> None:
    folder, report = small_library.folder, tmp_path / "report.html"
    status, output, errors = call("diagnose", "-l", folder, "--html", report, "--pairs", "10")
    assert status == 0, errors
    assert "Linear separability" in output and "10 segments with sound" in output
    assert f"report: {report}" in output and report.stat().st_size > 1_000_000
    status, _, errors = call("diagnose", "-l", folder, "--html", tmp_path / "no" / "report.html")
    assert status == 2 and "there is no folder" in errors


def test_the_command_prints_json(
    small_library: LibraryStore, capsys: pytest.CaptureFixture
) -> None:
    assert run(["diagnose", "-l", str(small_library.folder), "--json", "--no-intervals"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pairs"] > 10 and told["intervals"] == {}
