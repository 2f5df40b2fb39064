"""Work in the background: one at a time, the last asked for first, results kept within bounds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from app.media.worker import State, Worker
from indexer.base.errors import AudioError


def finished(worker: Worker[str, str], key: str) -> State[str]:
    for _ in range(500):
        state = worker.ask(key)
        if state.result is not None or state.error:
            return state
        time.sleep(0.01)
    pytest.fail("it is never done")


def worker_of(
    make: Callable[[str, Callable[[float], None]], str], most: int = 100
) -> tuple[Worker[str, str], list[str]]:
    discarded: list[str] = []
    return Worker(make, len, most, discarded.append), discarded


def test_a_result_is_made_once_and_progress_is_told_until_it_is_there() -> None:
    made, go_on = [], threading.Event()

    def make(key: str, progress: Callable[[float], None]) -> str:
        made.append(key)
        progress(12.5)
        go_on.wait(10)
        return key.upper()

    worker, _ = worker_of(make)
    assert worker.ask("a") == State()
    for _ in range(500):
        if worker.ask("a").seconds:
            break
        time.sleep(0.01)
    assert worker.ask("a") == State(seconds=12.5)
    go_on.set()
    assert finished(worker, "a") == finished(worker, "a") == State("A")
    assert made == ["a"]


def test_the_last_asked_for_goes_first_and_what_nobody_asks_for_any_more_is_left_out() -> None:
    made, go_on = [], threading.Event()

    def make(key: str, progress: Callable[[float], None]) -> str:
        go_on.wait(10)
        made.append(key)
        return key

    worker, _ = worker_of(make)
    for key in ("first", *(f"{n:02}" for n in range(20))):
        worker.ask(key)
    go_on.set()
    for _ in range(500):
        if len(made) == 9:
            break
        time.sleep(0.01)
    assert made == ["first", *(f"{n:02}" for n in range(19, 11, -1))]


def test_a_failure_is_told_and_the_next_is_made() -> None:
    def make(key: str, progress: Callable[[float], None]) -> str:
        if key == "broken":
            raise AudioError("broken.mp3: no sound")
        if key == "full":
            raise OSError(28, "No space left on device")
        if key == "bug":
            raise ZeroDivisionError("by nothing")
        return key

    worker, _ = worker_of(make)
    assert finished(worker, "broken").error == "broken.mp3: no sound"
    assert finished(worker, "full").error == "No space left on device"
    assert finished(worker, "bug").error == "ZeroDivisionError: by nothing"
    assert finished(worker, "fine").result == "fine"


def test_what_was_asked_for_longest_ago_is_forgotten_beyond_the_most() -> None:
    worker, discarded = worker_of(lambda key, _: key, most=20)
    for key in ("a" * 8, "b" * 8):
        finished(worker, key)
    worker.ask("a" * 8)
    finished(worker, "c" * 8)
    finished(worker, "d" * 40)  # the last stays, however large it is
    worker.ask("d" * 40)
    for _ in range(500):
        if len(discarded) == 3:
            break
        time.sleep(0.01)
    assert discarded == ["b" * 8, "a" * 8, "c" * 8]
    assert worker.ask("d" * 40).result
