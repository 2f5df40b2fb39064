"""A form of exported transcripts is one new file: a choice of `hilbert transcript --format`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.dropping import ROOT, Copy, documented


def test_a_form_dropped_in_is_written(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("transcript-export"))
    library = shutil.copytree(ROOT / "tests/fixtures/library-0.1", tmp_path / "library")
    show = ("transcript", "why-tides-lag", "--format", "words", "-l", library)
    shown = copy.run("-m", "indexer", *show)
    assert shown.returncode == 0, shown.stderr
    assert "tide" in shown.stdout and "-->" not in shown.stdout
