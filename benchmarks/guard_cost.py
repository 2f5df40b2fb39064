"""What the guarded process costs: indexing recordings with it and without it, in turn.

    HILBERT_DATA=... python -m benchmarks.guard_cost [--recordings FOLDER] [--rounds 5]

Each run is a process of its own and indexes into a new library, without the transcripts beside the
recordings. Without the guard the same tasks run in the process that indexes. Prints processor
seconds, those of the guarded process included, and the median ratio. Without --recordings the
interviews in $HILBERT_DATA/osce are used.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_EXTENSIONS = {".mp3", ".wav", ".flac", ".opus", ".m4a", ".ogg"}
_WITHOUT = "without"


def main() -> None:
    """Run the rounds and print the table."""
    if sys.argv[1:2] == [_WITHOUT]:
        _run_without(sys.argv[2:])
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = options.recordings or Path(os.environ.get("HILBERT_DATA", "")) / "osce"
    recordings = sorted(p for p in folder.glob("*") if p.suffix.lower() in _EXTENSIONS)
    if not recordings:
        sys.exit(f"no recordings in {folder}; name a folder with --recordings")
    ratios = []
    print("round  guarded s  without s  ratio")
    for number in range(1, options.rounds + 1):
        order = (True, False) if number % 2 else (False, True)
        seconds = {guarded: _seconds(recordings, guarded=guarded) for guarded in order}
        ratios.append(seconds[True] / seconds[False])
        print(
            f"{number:5d}  {seconds[True]:9.1f}  {seconds[False]:9.1f}  {ratios[-1]:5.3f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.3f} over {len(ratios)} rounds")


def _seconds(recordings: list[Path], *, guarded: bool) -> float:
    """Index into a new library; return the processor seconds of all processes."""
    with tempfile.TemporaryDirectory() as temporary:
        copies = Path(temporary) / "recordings"
        copies.mkdir()
        for recording in recordings:
            shutil.copy(recording, copies)
        module = ["indexer"] if guarded else ["benchmarks.guard_cost", _WITHOUT]
        command = [sys.executable, "-m", *module, "index", str(copies)]
        command += ["--library", str(Path(temporary) / "library")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Of the process and of the children that it waited for.
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime


def _run_without(arguments: list[str]) -> None:
    """Run the command with its tasks in this process."""
    from indexer.cli import run
    from indexer.media import guarded as media
    from indexer.transcripts import guarded as transcripts

    media.run_guarded = transcripts.run_guarded = _in_this_process  # type: ignore[assignment]
    sys.exit(run(arguments))


def _in_this_process(task: str, path: Path, arguments: Mapping[str, Any]) -> Iterator[Any]:
    module, _, function = task.partition(":")
    yield from getattr(importlib.import_module(module), function)(**arguments)


if __name__ == "__main__":
    main()
