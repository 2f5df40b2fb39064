"""Time by stage: stages within others count once, and threads add up."""

from __future__ import annotations

import threading
import time

import pytest

from hilbert.stage_times import StageSeconds, StageTimes, difference


def test_a_stage_within_another_is_not_counted_twice() -> None:
    times = StageTimes()
    started = time.perf_counter()
    with times.measure("outer"):
        time.sleep(0.02)
        with times.measure("inner"):
            time.sleep(0.05)
    whole = time.perf_counter() - started
    totals = times.totals()
    assert totals["inner"].wall >= 0.05 and totals["outer"].wall >= 0.02
    assert totals["inner"].wall + totals["outer"].wall <= whole + 1e-6


def test_an_iterator_counts_only_while_it_is_asked() -> None:
    times = StageTimes()
    for _ in times.over("items", range(3)):
        time.sleep(0.02)
    assert times.totals()["items"].wall < 0.02


def test_a_stage_that_fails_is_counted_and_the_error_goes_on() -> None:
    times = StageTimes()
    with pytest.raises(ValueError, match="on its way"), times.measure("failing"):
        raise ValueError("on its way")
    with times.measure("next"):
        pass
    assert set(times.totals()) == {"failing", "next"}


def test_threads_add_up() -> None:
    times = StageTimes()

    def work() -> None:
        with times.measure("work"):
            time.sleep(0.03)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times.totals()["work"].wall >= 0.09


def test_what_was_counted_since_leaves_out_stages_that_did_not_run() -> None:
    before = {"a": StageSeconds(1.0, 0.5)}
    after = {"a": StageSeconds(1.0, 0.5), "b": StageSeconds(2.0, 1.0)}
    assert difference(after, before) == {"b": StageSeconds(2.0, 1.0)}
    assert difference({"a": StageSeconds(3.0, 1.0)}, before) == {"a": StageSeconds(2.0, 0.5)}
