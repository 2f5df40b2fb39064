"""A folder of made speech that grows until it holds the wanted hours, and goes on after a stop."""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from hilbert.files import PARTIAL_SUFFIX
from tools.speech_corpus.cast import VoiceError
from tools.speech_corpus.document import Plan, Record, make_document, plan_document, read_record
from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.excerpts import Excerpt
from tools.speech_corpus.summary import hours as hours_of

_BYTES_A_SECOND = 3500  # 24 kbit/s, the container and the transcript
_REPORT_S = 15.0

log = logging.getLogger("speech_corpus")


def in_order(everything: Iterable[Excerpt], seed: int) -> list[Excerpt]:
    """The order in which excerpts are made: by a hash, so that any beginning has all shows."""
    return sorted(everything, key=lambda excerpt: place_in_order(excerpt.name, seed))


def place_in_order(name: str, seed: int) -> str:
    """What documents are ordered by, to make them and to take the first so many hours of them."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()


def existing(out: Path, shows: Iterable[str], seed: int) -> dict[str, Record]:
    """The documents that are there, by name; what a kill left half done is removed.

    Raises:
        SpeechError: they were made with another seed, or by somebody else.
    """
    records = {}
    for show in shows:
        folder = out / show
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(f"*{PARTIAL_SUFFIX}"):
            leftover.unlink()
        for transcript in folder.glob("*.vtt"):
            record = read_record(transcript)
            if record.seed != seed:
                raise SpeechError(
                    f"{out} was made with --seed {record.seed}; go on with that, or name another "
                    "folder with --out"
                )
            if transcript.with_suffix(".opus").exists():
                records[record.name] = record
            else:
                transcript.unlink()  # alone it would be indexed as a text without sound
    return records


def fill(
    out: Path,
    hours: float,
    everything: Sequence[Excerpt],
    engines: Sequence[str],
    records: dict[str, Record],
    seed: int,
    jobs: int,
    mix: str = "usual",
) -> None:
    """Make documents until those in order last for the wanted hours; adds to `records`.

    Which documents these are depends on the seed, the text, the engines, the mix and the hours,
    never on `jobs`: more hours only add.

    Raises:
        SpeechError: the disk is too small, or a worker was killed.
        OSError: a document cannot be written.
    """
    ordered = iter(in_order(everything, seed))
    total = 0.0
    with _workers(jobs) as pool:
        while total < hours * 3600:
            plans = _worth(hours * 3600 - total, ordered, everything, engines, seed, mix)
            if not plans:
                log.warning("all text is used up: it makes %.1f hours", total / 3600)
                return
            missing = [plan for plan in plans if plan.name not in records]
            _need_room(out, missing)
            _make_all(missing, out, pool, records, hours)
            total += sum(records[plan.name].seconds for plan in plans if plan.name in records)


def _worth(
    seconds: float,
    ordered: Iterator[Excerpt],
    everything: Sequence[Excerpt],
    engines: Sequence[str],
    seed: int,
    mix: str,
) -> list[Plan]:
    """Plans for the next excerpts, that will last about so many seconds."""
    plans: list[Plan] = []
    while seconds > 0 and (excerpt := next(ordered, None)):
        plans.append(plan_document(excerpt, everything, engines, seed, mix))
        seconds -= plans[-1].estimate
    return plans


def _make_all(
    plans: Sequence[Plan],
    out: Path,
    pool: ProcessPoolExecutor,
    records: dict[str, Record],
    hours: float,
) -> None:
    """Make documents in the workers; log progress and what could not be spoken."""
    begun = reported = time.monotonic()
    expected, made = sum(plan.estimate for plan in plans), 0.0
    futures: dict[Future[Record], Plan] = {
        pool.submit(make_document, plan, out / plan.excerpt.show): plan for plan in plans
    }
    try:
        for future in as_completed(futures):
            plan = futures[future]
            expected -= plan.estimate
            try:
                records[plan.name] = future.result()
            except VoiceError as error:
                log.warning("%s is left out: %s", plan.name, error)
                continue
            made += records[plan.name].seconds
            if time.monotonic() - reported > _REPORT_S:
                reported = time.monotonic()
                _report(records, hours, expected * (reported - begun) / made)
    except BrokenProcessPool as error:
        raise SpeechError(
            "a worker was ended from outside (is the memory full?); the same command goes on"
        ) from error


def _report(records: dict[str, Record], hours: float, left: float) -> None:
    log.info(
        "%.2f of %g hours, %d documents, about %.0f min left",
        hours_of(records.values()),
        hours,
        len(records),
        left / 60,
    )


def _need_room(out: Path, plans: Sequence[Plan]) -> None:
    needed = sum(plan.estimate for plan in plans) * _BYTES_A_SECOND
    free = shutil.disk_usage(out).free
    if needed > free:
        raise SpeechError(
            f"{out} has room for {free / 1e6:.0f} MB, and about {needed / 1e6:.0f} MB are needed; "
            "make room, or ask for fewer --hours"
        )


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that finish what they have begun when this one is stopped."""
    # Spawned: the libraries that speak and encode have threads, which a fork would break.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, _start_worker, (os.getpid(),))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, also for the programs that speak; end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
