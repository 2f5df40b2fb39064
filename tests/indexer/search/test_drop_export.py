"""An export format is one new file: a choice of `--format` and of the app's menu."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.dropping import ROOT, Copy, documented

MENU = (
    "import indexer.search.export as e; print([f.label for f in e.EXPORT_FORMATS.values()]);"
    "import app.components.result_list as r; print(r.EXPORT_FORMATS is e.EXPORT_FORMATS)"
)


def test_a_format_dropped_in_is_written_and_offered(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("export-format"))
    library = shutil.copytree(ROOT / "tests/fixtures/library-0.1", tmp_path / "library")
    search = ("search", "the", "--channel", "lexical", "-k", 2, "--format", "md", "-l", library)
    found = copy.run("-m", "indexer", *search)
    assert found.returncode == 0, found.stderr
    assert len(found.stdout.splitlines()) == 2
    assert all(line.startswith("- **") for line in found.stdout.splitlines())
    assert copy.run("-c", MENU).stdout.splitlines() == [
        "['JSON', 'CSV', 'SRT', 'Markdown']",
        "True",
    ]
