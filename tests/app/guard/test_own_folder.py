"""Temporary folders of a server that was killed are deleted at the next start, no others."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.guard.own_folder import OwnFolder, delete_leftovers
from tests.dropping import ROOT

# Makes a folder with a file in it, says where, and waits.
SERVER = """
import sys
from app.guard.own_folder import OwnFolder
folder = OwnFolder("uploads")
(folder.path / "talk.wav").write_bytes(b"RIFF")
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_what_a_killed_server_left_is_deleted_and_nothing_of_one_that_runs(
    temporary: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as server:
        assert server.stdout
        left = Path(server.stdout.readline().strip())
        mine = OwnFolder("copies")
        delete_leftovers()
        assert (left / "talk.wav").exists() and mine.path.exists()
        server.kill()
    delete_leftovers()
    assert not left.exists() and mine.path.exists()
    mine.delete()
    assert list(temporary.iterdir()) == []


def test_folders_of_others_and_links_are_left_alone(temporary: Path) -> None:
    other = temporary / "hilbert-config-x1"  # made by something else: without a lock
    other.mkdir()
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "held.lock").touch()
    (temporary / "hilbert-uploads-x2").symlink_to(precious)
    delete_leftovers()
    assert other.exists() and (precious / "held.lock").exists()
