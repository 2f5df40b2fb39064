"""No exception is swallowed: each is raised again, or logged with its traceback, or listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# File and function of those that neither raise nor log, and why that is right.
SILENT: dict[str, str] = {}


def is_logged_or_raised(handler: ast.ExceptHandler) -> bool:
    """Whether a handler ends in `raise`, or logs the exception with its traceback."""
    if isinstance(handler.body[-1], ast.Raise):
        return True
    for node in ast.walk(handler):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        whose = node.func.value
        if not (isinstance(whose, ast.Name) and whose.id in ("log", "logger")):
            continue
        if node.func.attr == "exception" or any(k.arg == "exc_info" for k in node.keywords):
            return True
    return False


def swallowed(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name of the function and line of each place that swallows an exception."""

    def visit(node: ast.AST, names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = (*names, node.name)
        if isinstance(node, ast.ExceptHandler) and not is_logged_or_raised(node):
            yield ".".join(names), node.lineno
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call)
            and ast.unparse(item.context_expr.func).endswith("suppress")
            for item in node.items
        ):
            yield ".".join(names), node.lineno
        for child in ast.iter_child_nodes(node):
            yield from visit(child, names)

    return visit(tree, ())


def test_every_exception_is_raised_or_logged_or_listed_with_a_reason() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{function}": line
        for package in ("hilbert", "indexer", "app")
        for path in sorted((ROOT / package).rglob("*.py"))
        for function, line in swallowed(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {place: line for place, line in found.items() if place not in SILENT} == {}
    assert sorted(SILENT.keys() - found.keys()) == [], "listed, but no longer there"
    assert all(len(reason.split()) > 3 for reason in SILENT.values())


def test_the_rule_sees_what_it_is_for() -> None:
    def count(body: str) -> int:
        return len(list(swallowed(ast.parse(f"try:\n    x()\nexcept OSError:\n    {body}\n"))))

    assert count("pass") == 1
    assert count("log.debug('gone')") == 1
    assert count("log.debug('gone', exc_info=True)") == 0
    assert count("log.exception('gone')") == 0
    assert count("raise ValueError('gone')") == 0
    assert len(list(swallowed(ast.parse("with suppress(OSError):\n    x()\n")))) == 1
