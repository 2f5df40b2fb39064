"""Verbs of one new file and of other packages: in the help, in use, and left out when broken."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dropping import ROOT, Copy

SHOUT = '''
"""hilbert shout: a verb that a test drops in."""

import click

from indexer.commands.registry import verb


@verb(order=15)
@click.command("shout")
@click.argument("word")
def command(word):
    """Shout a word."""
    click.echo(word.upper())
'''
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "hilbert-shout"
version = "1.0"

[project.entry-points."hilbert.verbs"]
shout = "hilbert_shout"
broken = "hilbert_broken"

[tool.hatch.build.targets.wheel]
include = ["hilbert_shout.py", "hilbert_broken.py"]
"""


def test_a_dropped_file_is_a_verb(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.drop({"indexer/commands/shout.py": SHOUT})
    listed = copy.run("-m", "indexer", "--help")
    assert listed.returncode == 0
    lines = listed.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["index", "shout", "search"]
    assert lines[1].split(maxsplit=1)[1] == "Shout a word."
    done = copy.run("-m", "indexer", "shout", "tea", "--debug")
    assert (done.returncode, done.stdout) == (0, "TEA\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed a package with one good verb and one broken."""
    project = tmp_path_factory.mktemp("project")
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "hilbert_shout.py").write_text(SHOUT)
    (project / "hilbert_broken.py").write_text("raise RuntimeError('half installed')\n")
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", target, project]
    done = subprocess.run([*pip, *offline], capture_output=True, text=True, check=False)
    if done.returncode and ("hatchling" in done.stderr or "No module named pip" in done.stderr):
        pytest.skip("pip or hatchling is not installed")
    assert done.returncode == 0, done.stderr
    return target


def hilbert(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), str(site)])
    return subprocess.run(
        [sys.executable, "-P", "-m", "indexer", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_an_installed_package_adds_a_verb_and_a_broken_one_is_named_and_left_out(
    site: Path,
) -> None:
    done = hilbert(site, "shout", "tea")
    assert (done.returncode, done.stdout) == (0, "TEA\n")
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("hilbert: warning: verb 'broken' of hilbert_broken cannot be loaded")
    assert "half installed" in warning
    assert re.search(r"^  shout +Shout a word\.$", hilbert(site, "--help").stdout, re.MULTILINE)
    assert "\nRuntimeError: half installed" in hilbert(site, "--debug", "shout", "tea").stderr
