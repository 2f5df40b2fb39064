"""Speed of indexing transcripts without recordings, as a share of the text encoder's alone.

    python -m benchmarks.text_ingest [--transcripts FOLDER] [--every 10] [--json FILE]

Indexes every N-th transcript of a folder, each round in a process of its own, and encodes the
texts that the library then holds, segments and sentences, in another: all at once, sorted by
length, which is the least that any indexing must do. Prints processor and wall seconds of both,
their ratios, and how resident memory grows over the run, by a sample a second. Without
--transcripts the episodes in $HILBERT_DATA/changelog-text are used.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.common.resident_memory import run_sampled

_ENCODER = "encoder"


@dataclass(frozen=True)
class Measured:
    """One run: wall and processor seconds, and resident mebibytes a sample."""

    wall: float
    processor: float
    mebibytes: list[float]


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == [_ENCODER]:
        encode_texts_of(Path(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--transcripts", type=Path)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.transcripts or Path(os.environ.get("HILBERT_DATA", "")) / "changelog-text"
    found = sorted(p for p in folder.rglob("*") if p.suffix in {".md", ".vtt", ".srt", ".txt"})
    chosen = found[:: options.every]
    if not chosen:
        sys.exit(f"no transcripts in {folder}; name a folder with --transcripts")
    rounds = [_round(chosen) for _ in range(options.rounds)]
    print(f"{len(chosen)} transcripts")
    print("round  index: wall s  processor s  encoder: wall s  processor s  ratio: wall  processor")
    for number, (index, encoder) in enumerate(rounds, 1):
        print(
            f"{number:5d}  {index.wall:13.1f}  {index.processor:11.1f}  {encoder.wall:15.1f}  "
            f"{encoder.processor:11.1f}  {encoder.wall / index.wall:11.2f}  "
            f"{encoder.processor / index.processor:9.2f}"
        )
    memory = rounds[0][0].mebibytes
    tenths = [memory[len(memory) * i // 10] for i in range(10)] + memory[-1:]
    print("resident MiB over the run, by tenths:", " ".join(f"{m:.0f}" for m in tenths))
    ratio = statistics.median(e.processor / i.processor for i, e in rounds)
    print(f"median share of the encoder alone, by processor time: {ratio:.2f}")
    if options.json:
        rows = [{"index": asdict(i), "encoder": asdict(e)} for i, e in rounds]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def encode_texts_of(library: Path) -> None:
    """Encode the texts of the segments of a library, and their sentences, and nothing else."""
    from indexer.base.memory import keep_freed_memory
    from indexer.index.library_store import LibraryStore
    from indexer.transcripts.sentences import split_sentences

    keep_freed_memory()
    store = LibraryStore.open(library)
    texts: list[str] = []
    for document in store.catalog.documents():
        segments = [segment.text for segment in store.catalog.segments(document.id)]
        texts += segments
        texts += [s for text in segments for s in split_sentences(text, document.language or "en")]
    encoder = store.encoders.text
    encoder.encode(texts[:1])
    wall, processor = time.perf_counter(), time.process_time()
    encoder.encode(texts)
    print(json.dumps([time.perf_counter() - wall, time.process_time() - processor]))


def _round(transcripts: list[Path]) -> tuple[Measured, Measured]:
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        (here / "transcripts").mkdir()
        for path in transcripts:
            shutil.copy(path, here / "transcripts")
        library = str(here / "library")
        # The models are loaded and a library is made beforehand, which a large run does not notice.
        index = [sys.executable, "-m", "indexer", "index", "--library", library]
        (here / "first").mkdir()
        (here / "first" / "first.txt").write_text("Nothing is said here.\n", encoding="utf-8")
        subprocess.run([*index, str(here / "first")], check=True, capture_output=True)
        indexed = _measure([*index, str(here / "transcripts")])
        command = [sys.executable, "-m", "benchmarks.text_ingest", _ENCODER, library]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        wall, processor = json.loads(done.stdout.splitlines()[-1])
        return indexed, Measured(wall, processor, [])


def _measure(command: list[str]) -> Measured:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    status, samples = run_sampled(command, quiet=True)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = time.perf_counter() - started
    return Measured(wall, processor, [mebibytes for _, mebibytes in samples])


if __name__ == "__main__":
    main()
