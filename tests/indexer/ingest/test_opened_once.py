"""A media file is opened once in a run of the indexer, whatever is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.index.library_store import LibraryStore
from indexer.ingest.report import AddReport
from indexer.media import guarded

Opened = Counter[str]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """How often the guarded process, where each task opens a file once, was sent each file."""
    counts: Opened = Counter()
    real: Callable[..., Any] = guarded.run_guarded

    def counting(task: str, path: Path, arguments: Any) -> Any:
        counts[path.name] += 1
        return real(task, path, arguments)

    monkeypatch.setattr(guarded, "run_guarded", counting)
    return counts


def test_recordings_are_opened_once_and_not_at_all_when_unchanged(
    tmp_path: Path,
    empty_library: LibraryStore,
    excerpt: Callable[[Path, float, float], Path],
    write_sound: Callable[..., Path],
    music: NDArray[np.float32],
    silence: NDArray[np.float32],
    index_into: Callable[..., AddReport],
    opened: Opened,
) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    excerpt(folder / "talk.wav", 0, 6)
    excerpt(folder / "timed.wav", 6, 12)
    (folder / "timed.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:05.000\nWords.\n")
    write_sound(folder / "music.wav", music)
    write_sound(folder / "silence.wav", silence)
    opened.clear()  # writing opened them, too
    names = {"talk.wav", "timed.wav", "music.wav", "silence.wav"}
    assert not index_into(empty_library, folder).failed
    assert opened == dict.fromkeys(names, 1)
    opened.clear()
    assert len(index_into(empty_library, folder).unchanged) == len(names)
    assert not opened


def test_words_that_were_left_out_are_recognised_with_one_more_opening(
    tmp_path: Path,
    empty_library: LibraryStore,
    excerpt: Callable[[Path, float, float], Path],
    index_into: Callable[..., AddReport],
    opened: Opened,
) -> None:
    talk = excerpt(tmp_path / "talk.wav", 0, 6)
    index_into(empty_library, talk, asr="never")
    opened.clear()
    assert index_into(empty_library, talk).updated == ["talk"]
    assert opened == {"talk.wav": 1}
