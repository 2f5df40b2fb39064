"""The files that docs/adding shows: complete, clean, and members of their registries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import hilbert.extension_points as points
from tests.dropping import PAGES, ROOT, Copy, documented

KINDS = sorted(page.stem for page in PAGES.glob("*.md"))
EXAMPLES = {name: text for kind in KINDS for name, text in documented(kind).items()}
# Members by package of their point, of every registry of the point.
MEMBERS = """
import json
import sys
import hilbert.extension_points as points
from hilbert.registry import Registry

found = {}
for point in vars(points).values():
    if isinstance(point, points.ExtensionPoint):
        Registry(point).load()
        ours = [m for n, m in sys.modules.items() if n.startswith(("hilbert", "indexer", "app"))]
        members = {name for m in ours for r in vars(m).values()
                   if isinstance(r, Registry) and r.point is point for name in r}
        found[point.package] = sorted(members)
print(json.dumps(found))
"""
GAP = """
import torch
from types import SimpleNamespace
from hilbert.objectives import TERMS

audio = torch.tensor([[1.0, 0.0], [1.0, 0.0], [5.0, 5.0]], requires_grad=True)
outputs = SimpleNamespace(audio=audio, text=torch.zeros(3, 2))
for both in ([True, True, False], [False] * 3):
    inputs = SimpleNamespace(outputs=outputs, has_both=torch.tensor(both))
    loss = TERMS["norm_gap"](inputs)
    loss.backward()
    print(loss.item())
"""


def members(copy: Copy) -> dict[str, set[str]]:
    done = copy.run("-c", MEMBERS)
    assert done.returncode == 0, done.stderr
    return {package: set(names) for package, names in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def added(copy: Copy) -> dict[str, set[str]]:
    """What the examples, dropped in together, add to each package."""
    before = members(copy)
    copy.drop(EXAMPLES)
    return {package: names - before[package] for package, names in members(copy).items()}


def test_every_kind_has_an_example() -> None:
    packages = {p.package for p in vars(points).values() if isinstance(p, points.ExtensionPoint)}
    assert {Path(name).parent.as_posix().replace("/", ".") for name in EXAMPLES} == packages


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_member_of_its_registry(
    added: dict[str, set[str]], example: str
) -> None:
    path = Path(example)
    names = added[path.parent.as_posix().replace("/", ".")]
    assert path.stem in {name.rpartition(":")[2] for name in names}


def test_a_dropped_verb_and_a_dropped_term_do_their_work(
    copy: Copy, added: dict[str, set[str]]
) -> None:
    assert "\n  shout " in copy.run("-m", "indexer", "--help").stdout
    assert copy.run("-m", "indexer", "shout", "tea").stdout == "TEA\n"
    assert copy.run("-c", GAP).stdout.split() == ["1.0", "0.0"]


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_examples_keep_the_house_style(tmp_path: Path, command: list[str]) -> None:
    for name, text in EXAMPLES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache"]
    done = subprocess.run(
        [*ruff, "--config", str(ROOT / "pyproject.toml"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
