"""Time to index recordings without transcripts: hilbert against the usual pipeline, in one run.

    python -m benchmarks.ingest [--recordings FOLDER] [--rounds 3]

Each round runs both as processes of their own, one after the other in turn, so that the ratio
holds on a machine whose speed drifts. Prints wall seconds, peak memory and the ratio of each
round, and the median ratio. Without --recordings the interviews in $HILBERT_DATA/osce are used.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_EXTENSIONS = {".mp3", ".wav", ".flac", ".opus", ".m4a", ".ogg"}


@dataclass(frozen=True)
class Measured:
    """One run: wall seconds and peak resident megabytes."""

    seconds: float
    megabytes: float


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = options.recordings or Path(os.environ.get("HILBERT_DATA", "")) / "osce"
    recordings = sorted(p for p in folder.glob("*") if p.suffix.lower() in _EXTENSIONS)
    if not recordings:
        sys.exit(f"no recordings in {folder}; name a folder with --recordings")
    print("round  hilbert s  usual s  ratio  hilbert MB  usual MB")
    ratios = []
    for number in range(1, options.rounds + 1):
        ours, usual = _round(recordings, ours_first=number % 2 == 1)
        ratios.append(usual.seconds / ours.seconds)
        print(
            f"{number:5d}  {ours.seconds:9.1f}  {usual.seconds:7.1f}  {ratios[-1]:5.2f}  "
            f"{ours.megabytes:10.0f}  {usual.megabytes:8.0f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.2f} over {len(ratios)} rounds")


def _round(recordings: list[Path], *, ours_first: bool) -> tuple[Measured, Measured]:
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        copies = here / "recordings"  # without the transcripts that lie beside the originals
        copies.mkdir()
        for recording in recordings:
            shutil.copy(recording, copies)
        hilbert = [sys.executable, "-m", "indexer", "index", str(copies)]
        hilbert += ["--library", str(here / "library")]
        usual_script = str(Path(__file__).with_name("usual_pipeline.py"))
        usual = [sys.executable, usual_script, str(copies), str(here)]
        if ours_first:
            return _measure(hilbert), _measure(usual)
        measured = _measure(usual)
        return _measure(hilbert), measured


def _measure(command: list[str]) -> Measured:
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    seconds = time.monotonic() - started
    return Measured(seconds, _megabytes(usage))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
