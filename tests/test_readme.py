"""What the papers show works: Python runs, commands parse, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from indexer.cli import hilbert
from indexer.index.library_store import LibraryStore
from tests.sharing import copy_library

ROOT = Path(__file__).resolve().parent.parent
PAPERS = [
    *("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "benchmarks/README.md"),
    *(page.relative_to(ROOT).as_posix() for page in sorted((ROOT / "docs").rglob("*.md"))),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
# The installed command in a block of shell lines, and the verbs in the table of commands.
COMMANDS = re.findall(r"^ {4}\.venv/bin/hilbert (.*)$", README, re.MULTILINE)
VERBS = re.findall(r"`hilbert ([a-z]+)", README)


@pytest.fixture
def home(
    small_library: LibraryStore,
    talks: Path,
    demo_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A home folder as the README has it: podcasts, a library of them, and a memo."""
    copy_library(small_library.folder, tmp_path / "podcast-library")
    (tmp_path / "podcasts").symlink_to(talks)
    shutil.copy(demo_folder / "clips" / "snow-and-celery-other-voice.opus", tmp_path / "memo.m4a")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[-1].strip()[:30])
def test_every_example_runs(example: str, home: Path) -> None:
    # Its talk is one of the reader's own; here it is one of the fixture's.
    exec(
        compile(
            example.replace('"talk"', '"why-tides-lag"').replace("83.5", "35.0"),
            "README.md",
            "exec",
        ),
        {},
    )


def test_there_are_examples_and_commands() -> None:
    assert len(EXAMPLES) >= 2 and len(COMMANDS) >= 6 and len(VERBS) >= 10


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    verb, *arguments = shlex.split(line)
    command = hilbert.get_command(click.Context(hilbert), verb)
    assert command is not None
    command.make_context(verb, arguments)


@pytest.mark.parametrize("verb", sorted(set(VERBS)))
def test_every_verb_exists(verb: str) -> None:
    assert verb in hilbert.list_commands(click.Context(hilbert))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_leads_to_a_file(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    targets += re.findall(r'(?:src|srcset)="([^"]+)"', text)
    missing = [target for target in targets if not (ROOT / paper).parent.joinpath(target).exists()]
    assert missing == []
