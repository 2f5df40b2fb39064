"""A copy of the three packages into which a test drops files, run in processes of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests import warm

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "adding"


def documented(kind: str) -> dict[str, str]:
    """Read the example files, by path, that `docs/adding/KIND.md` shows: what is said is tested."""
    page = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    shown = r"^`([a-z_/]+\.py)`\n\n```python\n(.*?)^```"
    files = dict(re.findall(shown, page, re.DOTALL | re.MULTILINE))
    assert files, f"{kind}.md shows no file"
    return files


class Copy:
    """The packages `hilbert`, `indexer` and `app` in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in ("hilbert", "indexer", "app"):
            # With the compiled modules, which fit: times and sizes of files are copied.
            shutil.copytree(ROOT / package, folder / package)
        (folder / "assets").symlink_to(ROOT / "assets")

    def drop(self, files: Mapping[str, str]) -> None:
        """Add files, by path within the copy; none may be there yet."""
        for name, text in files.items():
            path = self.folder / name
            assert not path.exists(), f"{name} is there: a new file changes no other"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def run(self, *arguments: object, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run Python on the copy: `run("-m", "indexer", ...)` is the `hilbert` command."""
        return warm.run(*arguments, env={"PYTHONPATH": str(self.folder)}, timeout=timeout)
