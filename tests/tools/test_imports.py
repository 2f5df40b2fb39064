"""Tools stand on the packages; benchmarks stand on both; nothing that is installed needs either."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "unknown"),
    [
        ("tools", {"app", "benchmarks", "tests"}),
        ("benchmarks", {"app", "tests"}),
        ("hilbert", {"benchmarks", "tests", "tools"}),
        ("indexer", {"benchmarks", "tests", "tools"}),
        ("app", {"benchmarks", "tests", "tools"}),
    ],
)
def test_benchmarks_use_tools_and_never_the_other_way(folder: str, unknown: set[str]) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    wrong = [f"{path.name}: {name}" for path in files for name in imported(path) if name in unknown]
    assert wrong == []
