"""Clips are kept by digest, up to a bound, and one that is gone is told."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

import app.state.clips
from app.state.clips import clip_file, clips_folder, find_clip, keep_clip
from indexer.base.errors import QueryError


def test_a_clip_is_found_by_its_digest_under_its_own_name() -> None:
    digest = keep_clip(io.BytesIO(b"sound"))
    assert keep_clip(io.BytesIO(b"sound")) == digest
    assert [path.name for path in clips_folder().iterdir()] == [digest]
    with clip_file(digest, "../a talk.opus") as path:
        assert path.name == "a talk.opus" and path.read_bytes() == b"sound"
    assert not path.exists()
    assert clips_folder().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("digest", ["f" * 64, "", "..", "../../etc/passwd", "\0"])
def test_what_is_no_kept_clip_is_told(digest: str) -> None:
    assert find_clip(digest) is None
    with pytest.raises(QueryError, match="not kept"), clip_file(digest, "talk.mp3"):
        pass


def test_clips_that_were_used_longest_ago_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.state.clips, "_MOST_CLIPS", 2)
    first, second = keep_clip(io.BytesIO(b"1")), keep_clip(io.BytesIO(b"2"))
    for age, digest in ((100, first), (200, second)):
        os.utime(clips_folder() / digest, (age, age))
    assert find_clip(first)  # used again
    third = keep_clip(io.BytesIO(b"3"))
    assert find_clip(second) is None and find_clip(first) and find_clip(third)
    monkeypatch.setattr(app.state.clips, "_MOST_BYTES", 2)
    large = keep_clip(io.BytesIO(b"large"))
    assert [path.name for path in clips_folder().iterdir()] == [large]


def test_a_clip_that_cannot_be_stored_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "file"))
    with pytest.raises(QueryError, match="cannot be kept"):
        keep_clip(io.BytesIO(b"sound"))


def test_what_a_killed_server_did_not_finish_is_deleted_a_day_later() -> None:
    keep_clip(io.BytesIO(b"sound"))
    for name, age in (("tmp-old", 2 * 86_400), ("tmp-new", 60)):
        (clips_folder() / name).write_bytes(b"so")
        then = (clips_folder() / name).stat().st_mtime - age
        os.utime(clips_folder() / name, (then, then))
    keep_clip(io.BytesIO(b"another"))
    names = {path.name for path in clips_folder().iterdir()}
    assert "tmp-old" not in names and "tmp-new" in names
