"""What a Ray cluster on this machine costs beside the local engine: time and memory.

    python -m benchmarks.ray_engine [--recordings FOLDER] [--rounds 1]

Indexes a folder, by default the demo's, into a new library with each engine in turn, and prints
wall and processor seconds and the most memory that all processes of the run held together
(proportional set size, so that shared pages count once). Says whether the features are equal.
Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds of a run, and mebibytes of all its processes at its height."""

    wall: float
    processor: float
    mebibytes: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--recordings", type=Path, default=Path("assets/demo/recordings"))
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    print("round  engine  wall s  processor s  MiB")
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory() as work:
            found = {}
            for engine in ("local", "ray"):
                library = Path(work) / engine
                cost = index(options.recordings, library, engine)
                found[engine] = {p.name: p.read_bytes() for p in (library / "features").iterdir()}
                print(
                    f"{number:5}  {engine:6}  {cost.wall:6.1f}  {cost.processor:11.1f}  "
                    f"{cost.mebibytes:4.0f}"
                )
            equal = found["local"] == found["ray"]
            print(f"features of {len(found['ray'])} documents: {'equal' if equal else 'DIFFERENT'}")


def index(recordings: Path, library: Path, engine: str) -> Cost:
    """Index a folder with an engine and measure it."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", "index", recordings, "-l", library, "--engine", engine],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    processor: dict[str, float] = {}
    most = 0.0
    while process.poll() is None:
        memory = 0.0
        for folder in tree(process.pid):
            try:
                values = (folder / "stat").read_text().rpartition(")")[2].split()
                processor[folder.name] = (int(values[11]) + int(values[12])) / _TICKS
                rollup = (folder / "smaps_rollup").read_text()
                memory += int(rollup.partition("Pss:")[2].split()[0]) / 1024
            except (OSError, IndexError):  # it has just ended
                continue
        most = max(most, memory)
        time.sleep(_EVERY)
    if process.returncode:
        sys.exit(f"the engine {engine} ended with status {process.returncode}")
    return Cost(time.monotonic() - started, sum(processor.values()), most)


def tree(pid: int) -> Iterator[Path]:
    """The folders in /proc of a process and all that it started."""
    waiting = [str(pid)]
    while waiting:
        folder = Path("/proc") / waiting.pop()
        yield folder
        for children in folder.glob("task/*/children"):
            try:
                waiting += children.read_text().split()
            except OSError:
                continue


if __name__ == "__main__":
    main()
