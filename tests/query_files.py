"""Files of queries with their answers, in JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def write_lines(path: Path, lines: list[Line]) -> Path:
    """Write one object a line; return the path."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def read_lines(path: Path) -> list[Line]:
    """Read one object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
