"""Progress: a stage of code that knows callbacks only, and silence."""

from __future__ import annotations

import pytest

from indexer.base.progress import SilentProgress, stage_callback
from tests.recorder import Recorder


def test_a_callback_starts_its_stage_once() -> None:
    progress = Recorder()
    callback = stage_callback(progress, "training")
    assert not progress.stages
    for done in (3, 4):
        callback(done, 4)
    assert progress.stages == [("training", 4, [3, 4])]


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SilentProgress()
    progress.start("indexing", 1.0, "1 document")
    progress.update(1.0, "a")
    progress.note("done")
    assert capsys.readouterr() == ("", "")
