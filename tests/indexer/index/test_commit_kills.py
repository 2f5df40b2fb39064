"""A commit or a removal that is killed at any change leaves a library that answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Every so many steps of some fifty or hundred; each takes a second.
EVERY = os.environ.get("HILBERT_KILL_EVERY", "16")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children that it forks")
@pytest.mark.parametrize("change", ["grow", "take_out", "write_anew"])
def test_whenever_a_change_is_killed_the_library_answers_and_the_next_commit_mends_it(
    empty_library_folder: Path, tmp_path: Path, change: str
) -> None:
    command = [sys.executable, "-m", "tests.commit_kills", empty_library_folder, tmp_path, EVERY]
    done = subprocess.run([*command, change], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{change}: ")
