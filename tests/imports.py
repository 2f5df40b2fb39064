"""The imports of the three packages, read from their syntax trees: nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hilbert", "indexer", "app")


@cache
def modules() -> dict[str, Path]:
    """Dotted name of every module to its file; a package is its `__init__`."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports(module: str) -> dict[str, int]:
    """Modules of the project that one imports, lazily and for types too, with the line."""
    known = modules()
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(known[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a.b import c` takes the module a.b.c where there is one, else a name of a.b.
            named = [
                whole if (whole := f"{node.module}.{alias.name}") in known else node.module
                for alias in node.names
            ]
        else:
            continue
        for name in named:
            if name in known and name != module:
                found.setdefault(name, node.lineno)
    return found


def graph() -> dict[str, set[str]]:
    """Every module with those it imports.

    A room's `__init__` runs before any module of the room, but that makes no cycle as long as it
    does not import the module that is being imported, so it counts for what it imports only.
    """
    return {module: set(imports(module)) for module in modules()}


def cycles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a circle (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                group.append(stack.pop())
                if group[-1] == node:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    for node in edges:
        if node not in index:
            visit(node)
    return found


def longest_chain(package: str) -> list[str]:
    """The longest chain of imports within a package, from the top down; needs no cycles."""
    edges = graph()

    @cache
    def below(module: str) -> tuple[str, ...]:
        inside = [m for m in edges[module] if m.split(".")[0] == package]
        return (module, *max((below(m) for m in inside), key=len, default=()))

    return list(max((below(m) for m in edges if m.split(".")[0] == package), key=len))
