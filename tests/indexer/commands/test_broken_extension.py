"""A package whose module fails to load is warned about once; `--debug` shows its traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dropping import Copy

ENTRY_POINTS = "[hilbert.verbs]\nbroken = broken\n\n[hilbert.channels]\nbroken = broken\n"

READ_BOTH = """
from indexer.index.segment_values import SEGMENT_VALUES
from indexer.search.channels import CHANNELS
assert len(CHANNELS) > 3 and len(SEGMENT_VALUES) == 0
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The packages, with an installed package beside them that fails in two registries."""
    copy = Copy(tmp_path_factory.mktemp("copy"))
    metadata = "broken-1.0.dist-info"
    copy.drop(
        {
            "broken.py": "raise RuntimeError('half installed')\n",
            f"{metadata}/METADATA": "Metadata-Version: 2.1\nName: broken\n",
            f"{metadata}/entry_points.txt": ENTRY_POINTS,
        }
    )
    return copy


def test_it_is_named_once_without_a_traceback(copy: Copy, tmp_path: Path) -> None:
    verb, missing = copy.run("-m", "indexer", "list", "-l", tmp_path / "none").stderr.splitlines()
    assert verb.startswith("hilbert: warning: verb 'broken' of broken cannot be loaded")
    assert verb.endswith("left out: RuntimeError: half installed")
    assert "there is no library here" in missing


def test_a_file_of_two_registries_is_loaded_once(copy: Copy) -> None:
    (warning,) = copy.run("-c", READ_BOTH).stderr.splitlines()
    assert "channel 'broken' of broken" in warning


@pytest.mark.parametrize("arguments", [("--debug", "list"), ("list", "--debug")])
def test_debug_shows_its_traceback_wherever_the_flag_stands(
    copy: Copy, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    lines = copy.run("-m", "indexer", *arguments, "-l", tmp_path / "none").stderr.splitlines()
    assert lines.count("RuntimeError: half installed") == 1
