"""Addresses stay as they are written, wherever paths go."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest

from indexer.base.presence import Presence, look_for
from indexer.base.remote_path import RemotePath, is_remote, to_path


def test_an_address_is_a_path_whose_text_is_the_address() -> None:
    path = to_path("s3://bucket/a folder/talk.one.mp3")
    assert isinstance(path, RemotePath)
    for same in (path, RemotePath(path), copy.deepcopy(path), path.parent / path.name):
        assert str(same) == os.fspath(same) == f"{same}" == "s3://bucket/a folder/talk.one.mp3"
    assert (path.stem, path.name, str(path.parent)) == (
        "talk.one", "talk.one.mp3", "s3://bucket/a folder"
    )  # fmt: skip
    assert not path.exists() and not path.is_file()


@pytest.mark.parametrize(
    "text", ["talks/a.mp3", "/talks", "C:/talks", "C://talks", "file:///talks"]
)
def test_what_is_on_this_machine_is_no_address(text: str) -> None:
    assert not is_remote(text)
    assert type(to_path(text)) is type(Path(text))


def test_nobody_says_here_that_a_remote_file_is_gone() -> None:
    path = "s3://bucket/talks/a.mp3"
    assert look_for(path, "s3://bucket/talks").presence is Presence.OUT_OF_REACH
