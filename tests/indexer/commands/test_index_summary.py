"""The summary of `hilbert index` says what was passed over, in words and as JSON."""

from __future__ import annotations

import pytest

from indexer.commands.index import print_summary, summary_to_dict
from indexer.ingest.report import AddReport


def test_the_summary_counts_what_was_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    report = AddReport(passed_over={f"/a/{n}.jpg": "something else" for n in range(10)})
    report.passed_over |= {"/a/b.PDF": "a document", "/a/notes": "text", "/a/.x": "hidden"}
    print_summary(report)
    assert (
        "13 files passed over (jpg 10, pdf 1, without extension 1, hidden 1); --verbose lists them"
        in capsys.readouterr().out
    )
    assert summary_to_dict(report)["passed_over"] == report.passed_over


def test_a_summary_of_everything_taken_is_silent_about_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_summary(AddReport())
    assert "passed over" not in capsys.readouterr().out


def test_many_kinds_are_counted_together() -> None:
    report = AddReport(passed_over={f"/a/x.k{n}": "text" for n in range(9)})
    assert report.describe_passed_over().endswith("k5 1, others 3)")
