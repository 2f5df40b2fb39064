"""Work done ahead: the order stays, errors arrive, and nothing runs on when its reader stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from indexer.base.read_ahead import read_ahead, read_ahead_groups


def counting(n: int, closed: threading.Event | None = None) -> Iterator[int]:
    try:
        yield from range(n)
    finally:
        if closed:
            closed.set()


def test_items_come_in_order_from_a_thread_of_another_name() -> None:
    names = (threading.current_thread().name for _ in range(3))
    assert list(read_ahead(names, 2, "ahead")) == ["ahead"] * 3
    assert list(read_ahead(counting(50), 3, "ahead")) == list(range(50))


def test_an_error_comes_behind_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("three")

    ahead = read_ahead(failing(), 8, "ahead")
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="three"):
        next(ahead)


def test_a_reader_that_stops_ends_the_thread_and_closes_what_it_runs() -> None:
    closed = threading.Event()
    with closing(read_ahead(counting(1000, closed), 2, "stopped")) as ahead:
        assert next(ahead) == 0
    assert closed.is_set()
    assert "stopped" not in {thread.name for thread in threading.enumerate()}


def test_stages_behind_each_other_all_end_when_the_last_reader_stops() -> None:
    closed = threading.Event()

    def second(items: Iterator[int]) -> Iterator[int]:
        with closing(read_ahead(items, 2, "first stage")) as ahead:
            for item in ahead:
                yield 2 * item

    with closing(read_ahead(second(counting(1000, closed)), 2, "second stage")) as ahead:
        assert [next(ahead), next(ahead)] == [0, 2]
    assert closed.is_set()
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"first stage", "second stage"}


def test_what_waits_comes_as_one_group() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield from range(4)
        made.set()

    with closing(read_ahead_groups(items(), 8, "ahead")) as groups:
        first = next(groups)
        assert made.wait(10)
        rest = [item for group in groups for item in group]
    assert [*first, *rest] == [0, 1, 2, 3]
    with closing(read_ahead_groups(counting(100), 200, "ahead")) as groups:
        assert [item for group in groups for item in group] == list(range(100))
