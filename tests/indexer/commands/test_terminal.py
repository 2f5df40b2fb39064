"""What standard error shows of progress where it is no terminal."""

from __future__ import annotations

import pytest

from indexer.commands.terminal import TerminalProgress


def test_without_a_terminal_only_summaries_and_notes_are_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TerminalProgress() as progress:
        progress.update(0.0)  # before any stage: no bar to move
        progress.start("indexing", 60.0, "2 documents to index, 0.02 hours of recordings")
        progress.update(30.0, "a talk (1 of 2)")
        progress.start("building the index", 2)
        progress.update(2)
        progress.note("epoch 1 of 4: score 0.500", 12.4)
        progress.note("starting over")
    out, err = capsys.readouterr()
    assert not out
    assert err.splitlines() == [
        "2 documents to index, 0.02 hours of recordings",
        "epoch 1 of 4: score 0.500; about 12 s left",
        "starting over",
    ]
