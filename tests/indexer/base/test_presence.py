"""A file that is not where it was is gone, or out of reach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.base.presence import (
    Presence,
    is_within,
    look_for,
    mount_point,
    unreachable_folder,
)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A followed folder with something in it, and an empty sub-folder."""
    folder = tmp_path / "talks"
    (folder / "season" / "one").mkdir(parents=True)
    (folder / "empty").mkdir()
    for place in ("a.vtt", "season/b.vtt", "season/one/c.vtt"):
        (folder / place).write_text("x")
    return folder


@pytest.mark.parametrize(
    ("place", "presence"),
    [
        ("a.vtt", Presence.THERE),
        ("season/one/c.vtt", Presence.THERE),
        ("gone.vtt", Presence.GONE),
        ("season/gone.vtt", Presence.GONE),
        ("season/two/gone.vtt", Presence.GONE),  # the whole folder was deleted
        ("a.vtt/gone.vtt", Presence.OUT_OF_REACH),  # a file where a folder was
        ("empty/x.vtt", Presence.OUT_OF_REACH),
        ("empty/deep/below/x.vtt", Presence.OUT_OF_REACH),
    ],
)
def test_what_is_missing_is_gone_unless_its_nearest_folder_is_empty(
    top: Path, place: str, presence: Presence
) -> None:
    found = look_for(str(top / place), str(top))
    assert found.presence is presence
    assert bool(found.reason) == (presence is Presence.OUT_OF_REACH)


@pytest.mark.parametrize("left", [".DS_Store", "lost+found", "System Volume Information"])
def test_a_folder_of_nothing_but_what_systems_put_there_is_empty(top: Path, left: str) -> None:
    (top / "empty" / left).mkdir()
    assert look_for(str(top / "empty" / "x.vtt"), str(top)).presence is Presence.OUT_OF_REACH
    (top / "empty" / "metadata.csv").write_text("name\n")
    assert look_for(str(top / "empty" / "x.vtt"), str(top)).presence is Presence.GONE


def test_a_link_to_nothing_is_out_of_reach_and_one_that_was_deleted_is_gone(top: Path) -> None:
    link = top / "drive"
    assert look_for(str(link / "x.vtt"), str(top)).presence is Presence.GONE
    link.symlink_to(top.parent / "unplugged")
    for place in (link, link / "x.vtt", link / "deep" / "x.vtt"):
        found = look_for(str(place), str(top))
        assert (found.presence, found.place) == (Presence.OUT_OF_REACH, str(link))


def test_nothing_of_a_folder_that_is_not_there_is_gone(tmp_path: Path) -> None:
    top = tmp_path / "drive" / "talks"
    found = look_for(str(top / "season" / "a.vtt"), str(top))
    assert (found.presence, found.place) == (Presence.OUT_OF_REACH, str(top))
    assert found.reason == "there is no such folder"


def test_a_path_too_long_or_in_a_circle_of_links_is_not_gone(top: Path) -> None:
    (top / "circle").symlink_to(top / "circle")
    for path in (str(top / "circle" / "x"), str(top / ("x" * 300))):
        assert look_for(path, str(top)).presence is Presence.OUT_OF_REACH


def test_places_are_compared_by_whole_names() -> None:
    assert is_within("/a/b", "/a") and is_within("/a", "/a") and is_within("/a", "/")
    assert not is_within("/ab", "/a") and not is_within("/a", "/a/b")


def test_the_mount_point_of_the_system_is_none(tmp_path: Path) -> None:
    assert mount_point("/") is None
    found = mount_point(str(tmp_path))
    assert found is None or (os.path.ismount(found) and is_within(str(tmp_path), found))
    assert unreachable_folder(str(tmp_path / "none")) == "there is no such folder"
