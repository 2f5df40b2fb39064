"""Commands that are shown can be pasted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from indexer.base.shell import quoted
from tests.dropping import ROOT


@pytest.mark.parametrize(
    "path", ["/a/b-1.5", "/my talks/a", "/it's", '/a "b"', "/$HOME/`x`", "/ä*"]
)
def test_a_shell_takes_a_quoted_path_for_one_word(path: str) -> None:
    assert shlex.split(f"hilbert info --library {quoted(Path(path))}")[-1] == path


def test_what_needs_no_quotes_has_none() -> None:
    assert quoted("/home/me/talks") == "/home/me/talks"
    assert quoted("/home/me/my talks") == '"/home/me/my talks"'


def test_every_command_that_is_shown_quotes_its_library() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {found}"
        for package in ("app", "indexer")
        for path in (ROOT / package).rglob("*.py")
        for found in re.findall(
            r"--library (?:\"\n\s+f\")?\{(?!quoted|library\})[^}]+\}", path.read_text()
        )
    ]
    assert wrong == []
