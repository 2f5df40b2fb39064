"""What others wrote never reaches a terminal as a command of it."""

from __future__ import annotations

import ast
import io
import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cli import run
from indexer.commands.layout import print_columns, print_paragraph
from indexer.commands.output import print_json
from indexer.commands.terminal import print_document, print_line
from indexer.index.library_store import LibraryStore

ROOT = Path(__file__).resolve().parents[2]
# Copies to the clipboard (OSC 52), clears the screen (CSI), as one character too, turns writing.
COMMANDS = ("\x1b]52;c;ZXZpbA==\x07", "\x1b[2J", "\x9b2J", "\u202e", "\u2066", "\x08", "\x7f")
OBEYED = frozenset(
    chr(code)
    for code in (
        *range(0x20),
        *range(0x7F, 0xA0),
        *(0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)),
    )
) - {"\n"}
TEXTS = st.lists(
    st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(COMMANDS))
).map("".join)


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module", autouse=True)
def plain() -> Iterator[None]:
    """Without colours, which are control codes of our own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        patch.setenv("TERM", "dumb")
        yield


@given(TEXTS)
def test_no_way_of_printing_lets_a_control_code_through(text: str) -> None:
    with redirect_stdout(Terminal()) as out:
        print_line(text)
        print_document(text)
        print_paragraph(text)
        print_columns(["name"], [[text]])
        print_json({"text": text})
    assert not OBEYED & set(out.getvalue())


@given(TEXTS)
def test_json_keeps_every_character(text: str) -> None:
    with redirect_stdout(io.StringIO()) as out:
        print_json({"text": text})
    assert json.loads(out.getvalue())["text"] == text


def test_names_and_words_of_a_hostile_transcript_are_printed_harmlessly(
    empty_library: LibraryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = tmp_path / "talks"
    talks.mkdir()
    evil = "".join(COMMANDS[2:5])  # a transcript with others is refused as binary data
    (talks / "ta\x1b]52;c;eA\x07lk.vtt").write_text(
        f"WEBVTT\n\n00:00.000 --> 00:05.000\n<v An{evil}na>The lantern {evil} rises.\n"
    )
    (talks / "metadata.csv").write_text(f'name,title\nother,"x{evil}"\n')
    library = ["--library", str(empty_library.folder)]
    printed = []
    for arguments in (
        ["index", str(talks), "--verbose"],
        ["search", "lantern", "--all", "--explain"],
        ["search", "lantern", "--all", "--json"],
        ["list"],
        ["info"],
        ["doctor"],
        ["search", "lantern", "--document", "nobody\x1b[2J"],
    ):
        out, err = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        run([*arguments, *library])
        monkeypatch.undo()
        printed += [out.getvalue(), err.getvalue()]
    assert any("lantern" in text for text in printed)
    # Progress bars hide the cursor and draw a line again; nothing else may begin so.
    bare = [text.replace("\x1b[?25l", "").replace("\x1b[?25h", "") for text in printed]
    bare = [text.replace("\x1b[2K", "").replace("\x1b[1A", "").replace("\r", "") for text in bare]
    assert [sorted(OBEYED & set(text)) for text in bare if OBEYED & set(text)] == []


def test_verbs_print_through_one_place() -> None:
    places = []
    for path in sorted((ROOT / "indexer" / "commands").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                *("click.echo", "print", "sys.stdout.write", "sys.stderr.write", "click.secho"),
            ):
                places.append(path.name)
    assert set(places) <= {"terminal.py", "layout.py", "output.py"}
