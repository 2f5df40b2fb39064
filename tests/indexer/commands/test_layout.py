"""Paragraphs and columns in cells of the terminal, whatever the script."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from indexer.commands import layout
from indexer.commands.layout import cell_count, print_columns, print_paragraph, styled


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    return Terminal()


@pytest.mark.parametrize("text", ["", "plain", "naïve café", "日本語のテスト", "한국어"])
def test_cells_are_counted_as_rich_counts_them(text: str) -> None:
    assert cell_count(text) == cell_len(text)


@given(st.lists(st.text("ab日本é", min_size=1, max_size=30), min_size=1), st.integers(1, 40))
def test_wrapping_loses_nothing_and_fits(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = list(layout._wrapped(text, width))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    # A single character may be wider than the line.
    assert all(cell_count(line) <= width or len(line) == 1 for line in lines)


def test_a_paragraph_is_wrapped_on_a_terminal(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_paragraph("one two  three four\nfive\x1b six", indent=4)
    assert terminal.getvalue().splitlines() == [
        "    one two three",
        "    four five\\x1b",
        "    six",
    ]


def test_a_paragraph_that_is_piped_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_paragraph("word " * 100, "dim", indent=2)
    assert capsys.readouterr().out == "  " + " ".join(["word"] * 100) + "\n"


def test_columns_are_in_line_and_folded_only_where_they_must(terminal: Terminal) -> None:
    rows = [["日本", "1:00"], ["a\x07", "12:00"]]
    with redirect_stdout(terminal):
        print_columns(("name", "length"), rows)
        print_columns(("name", "title"), [["talk", "a title of many words that is long"]])
    header, *lines = terminal.getvalue().splitlines()
    assert header == "\x1b[1mname   length\x1b[0m"
    assert lines[:2] == ["日本   1:00", "a\\x07  12:00"]
    assert len(lines) > 4 and all(cell_len(line) <= 20 for line in lines[3:])


def test_colours_are_left_out_where_they_are_not_wanted(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redirect_stdout(terminal):
        assert styled("x\x1b", "cyan") == "\x1b[36mx\\x1b\x1b[0m"
        monkeypatch.setenv("NO_COLOR", "1")
        assert styled("x", "cyan") == "x"
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("TERM", "dumb")
        assert styled("x", "cyan") == "x"
