"""Moments of recordings with any name can be cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.commands.clip import command


@pytest.mark.parametrize("name", ["two\nlines", "talk@12-15", "Q: what? 10:30", "\x1b[31mred"])
def test_a_name_with_line_breaks_colons_or_times_is_a_name(tmp_path: Path, name: str) -> None:
    missing = str(tmp_path / "no-library")
    run = CliRunner().invoke(command, [f"{name}@1-2", str(tmp_path / "a.wav"), "-l", missing])
    assert run.exit_code != 0
    assert "is no part of a recording" not in run.output
