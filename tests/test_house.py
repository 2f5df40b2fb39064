"""The rules of the house: imports go one way, nothing unsafe is loaded, dependencies say why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.imports import PACKAGES, cycles, graph, imports, modules

ROOT = Path(__file__).resolve().parent.parent
# What each package may import of the project; the command line starts the app, never imports it.
MAY_IMPORT = {"hilbert": {"hilbert"}, "indexer": {"hilbert", "indexer"}}
MAY_IMPORT["app"] = {"hilbert", "indexer", "app"}
MUST_NOT_KNOW = {
    "hilbert": {"sqlite3", "faiss", "streamlit", "click", "av"},
    "indexer": {"streamlit"},
    "app": {"torch", "faiss", "sqlite3"},
}
FORBIDDEN = ("allow_pickle", "unsafe_allow_html", "torch.load", "torch.save", "yaml.load")


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Top-level names of all imports of a file, also those inside functions, and their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides its package"
            yield (node.module or "").partition(".")[0], node.lineno


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_from_app_to_indexer_to_hilbert_and_never_back(package: str) -> None:
    forbidden = (MAY_IMPORT.keys() - MAY_IMPORT[package]) | MUST_NOT_KNOW[package]
    files = sources(package)
    assert files
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files
        for name, line in imported(path)
        if name in forbidden
    ]
    assert wrong == []


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_nothing_is_unpickled_and_no_page_takes_raw_html(package: str) -> None:
    wrong = []
    for path in sources(package):
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path.name}: {word}" for word in FORBIDDEN if word in text]
        pickles = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
        wrong += [f"{path.name}: {name}" for name, _ in imported(path) if name in pickles]
    assert wrong == []


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert len(lists) == 2
    lines = [line.strip() for block in lists for line in block.splitlines() if line.strip()]
    assert len(lines) > 20
    without = [line for line in lines if not re.fullmatch(r'"[^"]+",\s+# \S.{4,}', line)]
    assert without == []


def test_every_file_says_its_job_in_its_first_line() -> None:
    without = [
        str(path.relative_to(ROOT))
        for package in MAY_IMPORT
        for path in sources(package)
        if not (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()
        and path.name != "__main__.py"
    ]
    assert without == []


# Rooms of each package from the bottom up: a room imports rooms before it, never behind it.
ROOMS = {
    "hilbert": [
        *(
            "errors",
            "system_faults",
            "offline",
            "user_folders",
            "trusted",
            "extras",
            "files",
            "assets",
            "forking",
            "unused_memory",
            "blas_threads",
            "onnx_session",
            "stage_times",
        ),
        *("extension_points", "registry"),
        *("stats", "retrieval_metrics"),
        *("model", "encoders", "objectives", "training", "classification", "diagnostics"),
        "pretrained",
    ],
    "indexer": [
        *(
            "base",
            "guard",
            "media",
            "transcripts",
            "encoders",
            "store",
            "index",
            "published",
            "ingest",
            "engines",
            "search",
        ),
        *("maintenance", "adapt", "diagnostics", "library", "commands", "cli", "__main__"),
    ],
    "app": ["markdown", "guard", "state", "media", "components", "pages", "home", "start"],
}
# The front doors name what is behind them.
FRONT_DOORS = {"hilbert", "indexer"}


def test_no_module_imports_itself_in_a_circle_lazily_or_for_types_neither() -> None:
    edges = {m: set(found) for m, found in graph().items() if m not in FRONT_DOORS}
    assert cycles({m: {o for o in found if o in edges} for m, found in edges.items()}) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_room_imports_only_rooms_below_it(package: str) -> None:
    rank = {room: row for row, room in enumerate(ROOMS[package])}
    wrong = []
    for module in modules():
        first, _, inside = module.partition(".")
        if first != package or not inside:
            continue
        room = inside.split(".")[0]
        assert room in rank, f"{module}: which room is this? Give it a row in ROOMS"
        for other, line in imports(module).items():
            if other.partition(".")[0] == package and other not in FRONT_DOORS:
                below = other.split(".")[1]
                if rank[below] > rank[room]:
                    wrong.append(f"{module}:{line} imports {other}")
    assert wrong == []


@pytest.mark.parametrize("room", ["transcripts", "store", "index"])
def test_rooms_of_text_and_numbers_know_neither_torch_nor_media(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sorted((ROOT / "indexer" / room).rglob("*.py"))
        for name, line in imported(path)
        if name in {"torch", "torchaudio", "av"}
    ]
    assert wrong == []


def test_few_files_lie_outside_the_rooms() -> None:
    assert len([path for path in (ROOT / "indexer").iterdir() if path.is_file()]) <= 6
