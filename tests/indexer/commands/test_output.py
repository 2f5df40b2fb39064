"""Output that survives pipes, narrow terminals, poor encodings and hostile names."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dropping import ROOT

pytestmark = pytest.mark.slow  # a process of the command each

OLD_LIBRARY = ROOT / "tests" / "fixtures" / "library-0.1"
HOSTILE = "ev\x1b]52;c;eA==\x07il\nname\u202e 日本語 é 🎧"
LEXICAL = ("--channel", "lexical")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old library, one title of which hides what a terminal would obey."""
    folder = shutil.copytree(OLD_LIBRARY, tmp_path_factory.mktemp("output") / "library")
    number = max(path.name for path in (folder / "generations").iterdir())
    for file in (folder / "catalog.sqlite", folder / "generations" / number / "lexical.sqlite"):
        database = sqlite3.connect(file)
        with database:
            database.execute(
                "UPDATE documents SET title = ? WHERE name = 'why-tides-lag'", (HOSTILE,)
            )
        database.close()
    return folder


def environment(**variables: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "LC_ALL")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables}


def piped(*arguments: object, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "indexer", *map(str, arguments)],
        capture_output=True,
        check=False,
        env=environment(**variables),
    )


def on_a_terminal(*arguments: object, **variables: str) -> tuple[int, str]:
    """Run with a terminal for standard output; returns the exit status and what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "indexer", *map(str, arguments)],
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm-256color", **variables),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not block:
            break
        shown += block
    os.close(ours)
    return process.wait(), shown.decode("utf-8", "replace")


def test_piped_text_is_never_wrapped(library: Path) -> None:
    done = piped("search", "tea", "-l", library, "-k", 1, *LEXICAL)
    assert done.returncode == 0
    first, text, documents = done.stdout.decode().splitlines()
    assert first.startswith(" 1. ") and documents.startswith("documents: ")
    assert len(text) > 200 and text == text.rstrip()
    listed = piped("list", "-l", library, COLUMNS="20").stdout.decode().splitlines()
    assert len(listed) == 5  # a heading and four talks


def test_a_reader_that_leaves_ends_the_verb_quietly(library: Path) -> None:
    for verb in (["list", "-l", library], ["list", "-l", library, "--json"], ["--help"]):
        ours, theirs = os.pipe()
        os.close(ours)  # before the first line is written
        done = subprocess.run(
            [sys.executable, "-P", "-m", "indexer", *map(str, verb)],
            stdout=theirs,
            stderr=subprocess.PIPE,
            check=False,
            env=environment(),
        )
        os.close(theirs)
        assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda variables: "-".join(filter(None, variables.values())),
)
def test_characters_that_the_encoding_lacks_are_replaced(
    library: Path, variables: dict[str, str]
) -> None:
    done = piped("list", "-l", library, **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"why-tides-lag" in done.stdout
    done = piped("list", "-l", library, "--json", **variables)
    documents = json.loads(done.stdout.decode(variables["PYTHONIOENCODING"] or "utf-8"))
    assert HOSTILE in {d["title"] for d in documents["documents"]}
    missing = piped("list", "-l", library / "日本", **variables)
    assert missing.returncode == 1
    assert missing.stderr.startswith(b"hilbert: ") and b"Traceback" not in missing.stderr


def test_a_file_name_that_is_no_text_is_shown(library: Path) -> None:
    name = os.fsdecode(b"caf\xe9.wav")
    done = piped("search", "--clip", name, "-l", library)
    assert done.returncode == 1
    assert done.stderr.startswith(b"hilbert: caf\\udce9.wav")


def test_control_characters_of_names_are_escaped(library: Path) -> None:
    for arguments in (("list",), ("search", "tea", *LEXICAL), ("search", "tea", "--explain")):
        verb = (*arguments, *LEXICAL) if "--explain" in arguments else arguments
        done = piped(*verb, "-l", library)
        text = done.stdout.decode()
        assert r"ev\x1b]52;c;eA==\x07il\nname\u202e" in text
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
        status, shown = on_a_terminal(*verb, "-l", library, COLUMNS="200")
        assert status == 0
        assert "\x1b]" not in shown and "\x07" not in shown and "\u202e" not in shown


def test_no_color_is_kept_to(library: Path) -> None:
    verb = ("search", "tea", "-l", library, *LEXICAL)
    colour = "\x1b[36m"  # of the times
    assert colour in on_a_terminal(*verb)[1]
    assert colour not in on_a_terminal(*verb, NO_COLOR="1")[1]


@pytest.mark.parametrize("columns", ["1", "20", "40"])
def test_a_narrow_terminal_is_no_error(library: Path, columns: str) -> None:
    for verb in (("list",), ("search", "tea", *LEXICAL)):
        status, shown = on_a_terminal(*verb, "-l", library, COLUMNS=columns)
        assert status == 0 and "Traceback" not in shown


def test_wide_characters_keep_the_columns_in_line(library: Path) -> None:
    from rich.cells import cell_len

    lines = piped("list", "-l", library).stdout.decode().splitlines()
    lengths = {cell_len(line[: re.search(r"\d:\d\d ", line).start()]) for line in lines[1:]}  # type: ignore[union-attr]
    assert len(lengths) == 1


def test_a_tag_that_is_a_whole_text_is_cut_in_the_list_but_not_in_its_json(
    library: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(library, tmp_path / "library")
    database = sqlite3.connect(folder / "catalog.sqlite")
    with database:
        database.execute("UPDATE documents SET title = ?", ("T" * 20_000,))
    database.close()
    listed = piped("list", "-l", folder).stdout.decode()
    assert max(map(len, listed.splitlines())) < 1000 and "TTT…" in listed
    assert b"T" * 20_000 in piped("list", "-l", folder, "--json").stdout
