"""The files that CONTRIBUTING shows, dropped in together, are members of their registries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.dropping import ROOT, Copy

PAPER = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(
    re.findall(r"^`([a-z_/]+\.py)`\n\n```python\n(.*?)^```", PAPER, re.DOTALL | re.MULTILINE)
)
# Members by the room of their point, before or after the files are dropped in.
MEMBERS = """
import importlib
import sys
import hilbert.extension_points as points
from hilbert.registry import Registry
for point in vars(points).values():
    if isinstance(point, points.ExtensionPoint) and point.package in sys.argv[1:]:
        registry = Registry(point)
        package = importlib.import_module(point.package)
        found = [r for r in vars(package).values() if isinstance(r, Registry) and r.point is point]
        print(point.package, *sorted(found[0] if found else ()))
"""


def members(copy: Copy) -> dict[str, set[str]]:
    rooms = {Path(name).parent.as_posix().replace("/", ".") for name in FILES}
    done = copy.run("-c", MEMBERS, *sorted(rooms))
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return {room: set(names) for room, *names in lines}


@pytest.mark.skipif(not FILES, reason="no example is shown")
def test_every_example_is_a_member_of_its_registry(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    before = members(copy)
    # Somebody may have taken an example over.
    new = {name: text for name, text in FILES.items() if not (ROOT / name).exists()}
    copy.drop(new)
    after = members(copy)
    for name in new:
        path = Path(name)
        room = path.parent.as_posix().replace("/", ".")
        assert after[room] - before[room] == {path.stem}
