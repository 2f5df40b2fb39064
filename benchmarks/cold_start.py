"""Processor time and peak memory of verbs that start afresh, as each command does.

    python -m benchmarks.cold_start LIBRARY [--before CHECKOUT] [--rounds 5]

Times are of user and system together, with the files in the cache of the system; medians, and the
range. `index` looks through a folder of twelve talks of the demo again, in which nothing changed.
--before measures another checkout in turn with this one, so that both meet the same load.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hilbert.assets import assets_folder
from indexer.index.library_store import LibraryStore

_HERE = Path(__file__).resolve().parent.parent
_QUERY = "how people stay healthy while they work from home"
_TALKS = 12


@dataclass(frozen=True)
class Cost:
    """One run: seconds of processor time and peak resident mebibytes."""

    seconds: float
    mebibytes: float


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path, help="with documents; it is copied")
    parser.add_argument("--before", type=Path, help="another checkout, for comparison")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    checkouts = [options.before.resolve(), _HERE] if options.before else [_HERE]
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        commands = _commands(here, options.library)
        print("| verb |" + " before |" * (len(checkouts) - 1) + " now |")
        print("| --- |" + " --- |" * len(checkouts))
        for name, command in commands.items():
            costs: dict[Path, list[Cost]] = {checkout: [] for checkout in checkouts}
            for number in range(options.rounds + 1):
                for checkout in checkouts:
                    cost = _measure(checkout, command)
                    if number:  # the first writes bytecode, and brings the files into the cache
                        costs[checkout].append(cost)
            print(f"| {name} | " + " | ".join(map(_text, costs.values())) + " |", flush=True)


def _commands(here: Path, library: Path) -> Mapping[str, Sequence[str]]:
    copy = here / "library"
    shutil.copytree(library, copy)
    name = LibraryStore.open(copy).catalog.documents()[0].name
    talks, small = here / "talks", here / "small"
    demo = assets_folder()
    assert demo is not None, "run it from a checkout"
    talks.mkdir()
    for path in sorted((demo / "demo" / "recordings").iterdir())[: 2 * _TALKS]:
        shutil.copy(path, talks)
    index = ["index", str(talks), "-l", str(small)]
    _measure(_HERE, index)
    return {
        "`--help`": ["--help"],
        "`list`": ["list", "-l", str(copy)],
        "`info`": ["info", "-l", str(copy)],
        "`transcript`": ["transcript", name, "-l", str(copy)],
        "`search`": ["search", _QUERY, "-l", str(copy)],
        "`search --channel lexical`": ["search", _QUERY, "-l", str(copy), "--channel", "lexical"],
        "`index`, nothing changed": index,
    }


def _measure(checkout: Path, command: Sequence[str]) -> Cost:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", *command],
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def _text(costs: Sequence[Cost]) -> str:
    seconds = sorted(cost.seconds for cost in costs)
    memory = statistics.median(cost.mebibytes for cost in costs)
    middle = statistics.median(seconds)
    return f"{middle:.2f} s ({seconds[0]:.2f}-{seconds[-1]:.2f}), {memory:.0f} MiB"


if __name__ == "__main__":
    main()
