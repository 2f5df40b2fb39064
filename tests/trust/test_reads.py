"""While documents are added, replaced and removed, each answer is that of one commit.

A hundred reads; `make trust-reads` does 12,000.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.trust.reads import State, wrong_answer

ROOT = Path(__file__).resolve().parents[2]


def test_each_answer_is_that_of_one_commit(
    empty_library_folder: Path, tmp_path: Path, models: None
) -> None:
    command = [sys.executable, "-m", "tests.trust.reads", empty_library_folder, tmp_path]
    done = subprocess.run(
        [*command, "--reads", "100", "--minutes", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) >= 100 and done.stdout.endswith(" 0 findings\n")


STATES: list[State] = [{"a": 1, "b": 2}, {"a": 3, "b": 2}, {"a": 3}]


@pytest.mark.parametrize(
    ("found", "is_wrong"),
    [
        ({"a": 1, "b": 2}, False),
        ({"a": 3, "b": 2}, False),
        ({"a": 3}, False),
        ({"a": 1}, False),  # "b" is gone from the catalog already
        ({"b": 2}, True),  # "a" was never removed
        ({"a": 2, "b": 2}, True),
        ({"a": 3, "b": 2, "c": 4}, True),
    ],
)
def test_an_answer_of_no_commit_is_a_finding(found: State, is_wrong: bool) -> None:
    assert wrong_answer(found, STATES) == is_wrong


def test_a_document_found_after_its_removal_is_a_finding() -> None:
    assert wrong_answer({"a": 3, "b": 2}, STATES[2:])
