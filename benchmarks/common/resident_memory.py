"""Resident memory of a command and the processes that it started, over its run; Linux only."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

_KIBIBYTES_IN_A_MEBIBYTE = 1024


def run_sampled(
    command: Sequence[str], every: float = 1.0, *, quiet: bool = False
) -> tuple[int, list[tuple[float, float]]]:
    """Run a command; return its exit status, and its memory every so many seconds.

    Args:
        command: The program and its arguments.
        every: Seconds between two samples.
        quiet: Whether what the command prints is thrown away.

    Returns:
        The exit status; for each sample, the seconds since the start and the resident mebibytes
        of the command and all its descendants. Pages that they share count in each.
    """
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, stdout=output, stderr=output)
    samples: list[tuple[float, float]] = []
    ended = threading.Event()

    def sample() -> None:
        started = time.perf_counter()
        while not ended.wait(every):
            samples.append((time.perf_counter() - started, _mebibytes_of_tree(process.pid)))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        status = process.wait()
    finally:
        ended.set()
        sampler.join()
    return status, samples


def _mebibytes_of_tree(root: int) -> float:
    total, waiting = 0.0, [root]
    while waiting:
        folder = Path("/proc") / str(waiting.pop())
        try:
            for line in (folder / "status").read_text(encoding="utf-8").splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) / _KIBIBYTES_IN_A_MEBIBYTE
            for children in folder.glob("task/*/children"):
                waiting += map(int, children.read_text(encoding="ascii").split())
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
    return total
