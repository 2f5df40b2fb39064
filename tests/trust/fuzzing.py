"""Thousands of mutated files and questions given to the product, and what must not come of them.

    python -m tests.trust.fuzzing KIND WORK_FOLDER [--inputs N] [--minutes M]

WORK_FOLDER keeps how far each kind came, and a folder `findings` with each input that is one. A
call goes on where the last one stopped. The exit status is 1 where there are findings, and 2 where
the time was up.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.base.limits import VARIABLE

KINDS = {"transcripts": 85_000, "media": 15_000, "beside": 5_000, "queries": 5_000}
# Files of a few kilobytes, on a busy machine. A recording may well say that it is long.
LIMITS = "hours=2 processor_seconds=10 wall_seconds=120"
_EXCEPTION = re.compile(r"(?:\S+: )?[A-Za-z_.]*[a-z](?:Error|Exception|Warning|Interrupt)\d*: ")


@dataclass(frozen=True)
class Input:
    """A file to read.

    Attributes:
        name: Its name, whose extension matters.
        data: What is in it.
    """

    name: str
    data: bytes


def wrong_message(message: str) -> Iterator[str]:
    """Yield what is wrong with a message for the user."""
    if _EXCEPTION.match(message) or "Traceback" in message:
        yield f"an error of the program, no message: {message[:300]}"
    if "no permission" in message or "no such file" in message:
        yield f"told of a file that can be read: {message[:300]}"
    if not message.strip() or "\n" in message.strip():
        yield f"a message that is no line: {message[:300]!r}"


def tried(name: str, data: bytes, folder: Path, find: Callable[[Path], Iterator[str]]) -> str:
    """Return what is wrong with what comes of an input; empty where nothing is."""
    path = folder / name
    path.write_bytes(data)
    try:
        return "; ".join(dict.fromkeys(find(path)))[:1000]
    except Exception:
        return traceback.format_exc()[-2000:]
    finally:
        path.unlink()


def run(kind: str, work: Path, inputs: int, minutes: float) -> int:
    """Try inputs of a kind from where the last run stopped; return the exit status."""
    module = importlib.import_module(f"tests.trust.fuzzed_{kind}")
    find = module.prepare(work) if kind == "queries" else module.findings
    kept, state = work / "findings", work / f"{kind}.json"
    kept.mkdir(parents=True, exist_ok=True)
    found = json.loads(state.read_text()) if state.exists() else {"inputs": 0, "findings": 0}
    begun, first = time.monotonic(), found["inputs"]
    status = 0
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        for number in range(first, inputs):
            given = module.make(number)
            if finding := tried(given.name, given.data, Path(folder), find):
                (kept / f"{kind}-{number}-{given.name}").write_bytes(given.data)
                (kept / f"{kind}-{number}.txt").write_text(finding)
                found["findings"] += 1
                sys.stdout.write(
                    f"{kind} {number} {given.name}: {finding.splitlines()[-1][:300]}\n"
                )
            found["inputs"] = number + 1
            if number % 200 == 199 or number + 1 == inputs:
                state.write_text(json.dumps(found))
                sys.stdout.flush()
            if time.monotonic() > begun + 60 * minutes:
                state.write_text(json.dumps(found))
                status = 2
                break
    seconds = time.monotonic() - begun
    sys.stdout.write(
        f"{found['inputs']} {kind}, {found['findings']} findings; this time "
        f"{found['inputs'] - first} in {seconds:.0f} s\n"
    )
    return status or int(found["findings"] > 0)


def _memory() -> str | None:
    """A folder in memory, where the system has one: a file lives for milliseconds."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def main() -> int:
    """Fuzz what is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("work", type=Path)
    parser.add_argument("--inputs", type=int)
    parser.add_argument("--minutes", type=float, default=140)
    options = parser.parse_args()
    os.environ.setdefault(VARIABLE, LIMITS)
    inputs = options.inputs or KINDS[options.kind]
    return run(options.kind, options.work.resolve(), inputs, options.minutes)


if __name__ == "__main__":
    sys.exit(main())
