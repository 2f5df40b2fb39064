"""Speed and memory of big libraries, beside other tools on the same texts and vectors.

    HILBERT_DATA=... python -m benchmarks.scale WORK [--sizes 10000,100000] [--peers faiss,lancedb]
        [--again STEP,...] [--ingest] [--json FILE]

WORK holds the libraries that `make_library.py` made, and gets the peers' environment, their
indexes and results. Every step runs in a process of its own and is done once: a run that was
stopped goes on, and --again measures some steps anew (`search`, `cold`, `commit`, a peer's name;
`all`). Prints a table: ours, the peer's on the same work, ratio (above 1: we are faster), and the
limit.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.scale.peer_environment import peer_python

_HERE = Path(__file__).resolve().parent
_ROUNDS = 3
# Milliseconds, seconds, mebibytes or megabytes, by work and size.
_LIMITS = {
    ("typed query, ms", 100_000): 30,
    ("typed query, ms", 1_000_000): 80,
    ("memory after typed queries, MiB", 1_000_000): 1024,
    ("cold start, processor s", 1_000_000): 3,
    ("commit of one document, s", 1_000_000): 10,
    ("commit of one document, MB written", 1_000_000): 20,
}


@dataclass(frozen=True)
class Row:
    """One line of the table; what is not measured, or has no limit, is None."""

    work: str
    size: int
    ours: float
    p95: float | None = None
    processor: float | None = None
    peer: str = ""
    theirs: float | None = None
    limit: float | None = None


def main() -> None:
    """Do what is not done yet, and print all of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--peers", default="faiss,lancedb,txtai", help="'' for none")
    parser.add_argument("--again", default="", help="steps to measure anew, or all")
    parser.add_argument("--ingest", action="store_true", help="many minutes")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    peers = [name for name in options.peers.split(",") if name]
    bench = _Bench(options.work.resolve(), set(options.again.split(",")))
    rows: list[Row] = []
    for size in map(int, options.sizes.split(",")):
        if not (options.work / str(size)).is_dir():
            sys.exit(
                f"{options.work / str(size)} is missing; make it with python -m "
                f"benchmarks.scale.make_library {options.work} --sizes {size} --encode --speech "
                "LIBRARY"
            )
        rows += bench.rows(size, peers)
    if options.ingest:
        rows += bench.ingest()
    print("| work | moments | ours | p95 | processor | peer | peer's | ratio | limit | share |")
    print("| --- " * 10 + "|")
    for row in rows:
        print(_line(row), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def _line(row: Row) -> str:
    ratio = f"{row.theirs / row.ours:.2f}" if row.theirs and row.ours else ""
    share = f"{row.ours / row.limit:.2f}" if row.limit else ""
    cells = (
        *(row.work, f"{row.size:,}", row.ours, row.p95, row.processor),
        *(row.peer, row.theirs, ratio, row.limit, share),
    )
    return "| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |"


class _Bench:
    """The steps of one folder.

    Args:
        work: Holds libraries by size.
        again: Steps whose results do not count.
    """

    def __init__(self, work: Path, again: set[str]) -> None:
        self._work, self._again = work, again
        self._results = work / "results"
        self._results.mkdir(exist_ok=True)
        data = Path(os.environ.get("HILBERT_DATA", ""))
        self._queries = data / "hearings" / "queries.jsonl"

    def rows(self, size: int, peers: Sequence[str]) -> Iterator[Row]:
        """Measure a library, and yield its lines of the table."""
        library = self._work / str(size)
        clips = _HERE.parent.parent / "assets" / "demo" / "clips"
        found = self._module(
            size, "search", "search_times", library, self._queries, clips=["--clips", str(clips)]
        )
        yield _searched("typed query, ms", size, found["typed"])
        for name in ("frequent_speaker", "rare_speaker", "since"):
            words = name.replace("_", " ")
            yield _searched(f"typed query, {words}, ms", size, found[f"typed_{name}"])
        yield _searched("typed query and its documents, ms", size, found["documents"])
        yield _searched("similar, ms", size, found["similar"])
        for name, label in (
            ("clip_decoding", "clip: decoding, ms"),
            ("clip_decoding_and_recognition", "clip: decoding, encoding and recognition, ms"),
            ("clip", "clip: search, ms"),
        ):
            yield _searched(label, size, found[name])
        yield _limited(
            "memory after typed queries, MiB", size, found["memory_typed_mib"]["resident"]
        )
        for peer in peers:
            theirs = self._peer(size, peer)
            yield _beside(
                "answer without encoding the query, ms", size, found["typed_answer"], peer, theirs
            )
            resident = found["memory_typed_mib"]["peak"]
            yield Row("peak memory, MiB", size, resident, None, None, peer, theirs["peak_mib"])
            share = self._peer(size, peer, "recall")["vector_recall"]
            ours = found["vector_recall"]
            yield Row("share of the ten nearest vectors", size, ours, peer=peer, theirs=share)
        yield from self._cold(size, library, peers)
        commit = self._module(size, "commit", "commits", library, self._queries)
        seconds = [each["wall_s"] for each in commit["each"]]
        processor = median(each["processor_s"] for each in commit["each"])
        label = "commit of one document, s"
        yield _limited(label, size, median(seconds), max(seconds), processor)
        written = round(commit["bytes_median"] / 1e6, 2)
        most = round(commit["bytes_most"] / 1e6, 2)
        yield _limited("commit of one document, MB written", size, written, most)

    def ingest(self) -> Iterator[Row]:
        """Measure indexing beside the usual pipeline, and beside the text encoder alone."""

        def measure(module: str, pattern: str, *given: str) -> dict[str, Any]:
            command = [sys.executable, "-m", f"benchmarks.{module}", *given]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            (median_ratio,) = re.findall(pattern, done.stdout)
            return {"ratio": float(median_ratio), "printed": done.stdout}

        usual = partial(measure, "ingest", r"median ratio ([\d.]+)", "--rounds", "1")
        ratio = self._once(0, "ingest", usual)["ratio"]
        yield Row("indexing recordings, times the usual pipeline's speed", 0, ratio, limit=3.5)
        alone = partial(measure, "text_ingest", r"processor time: ([\d.]+)", "--every", "30")
        ratio = self._once(0, "text-ingest", alone)["ratio"]
        yield Row("indexing transcripts, share of the encoder's speed", 0, ratio, limit=0.8)

    def _cold(self, size: int, library: Path, peers: Sequence[str]) -> Iterator[Row]:
        """Yield the cold start of a search, beside that of txtai."""
        from benchmarks.cold_start import Cost, _measure

        def costs() -> dict[str, Any]:
            command = ["search", "how people stay healthy", "--library", str(library)]
            runs = [_measure(_HERE.parent.parent, command) for _ in range(_ROUNDS + 1)][1:]
            middle = Cost(median(r.seconds for r in runs), median(r.mebibytes for r in runs))
            return {"processor_s": round(middle.seconds, 2), "peak_mib": round(middle.mebibytes)}

        ours = self._once(size, "cold", costs)
        theirs = self._peer(size, "txtai", "cold")["processor_s"] if "txtai" in peers else None
        yield Row(
            "cold start, processor s",
            size,
            ours["processor_s"],
            peer="txtai" if theirs else "",
            theirs=theirs,
            limit=_LIMITS.get(("cold start, processor s", size)),
        )

    def _module(
        self, size: int, step: str, module: str, *given: Path, clips: Sequence[str] = ()
    ) -> dict[str, Any]:
        def run(out: Path) -> None:
            command = [sys.executable, "-m", f"benchmarks.scale.{module}", *map(str, given)]
            subprocess.run([*command, str(out), *clips], check=True)

        return self._step(size, step, run)

    def _peer(self, size: int, peer: str, step: str = "search") -> dict[str, Any]:
        index = self._work / "peer-indexes" / f"{size}.{peer}"
        data = self._work / "peer-data" / str(size)
        worker = [str(peer_python(self._work)), str(_HERE / "peer_worker.py")]
        if not (data / "query_vectors.npy").exists():
            module = [sys.executable, "-m", "benchmarks.scale.peer_data"]
            library = self._work / str(size)
            subprocess.run([*module, str(library), str(self._queries), str(data)], check=True)

        def build(out: Path) -> None:
            shutil.rmtree(index, ignore_errors=True)
            index.parent.mkdir(exist_ok=True)
            subprocess.run([*worker, "build", peer, str(data), str(index), str(out)], check=True)

        def search(out: Path) -> None:
            subprocess.run([*worker, step, peer, str(data), str(index), str(out)], check=True)

        self._step(size, f"build-{peer}", build)
        return self._step(size, peer if step == "search" else f"{step}-{peer}", search)

    def _once(self, size: int, step: str, work: Any) -> dict[str, Any]:
        def write(out: Path) -> None:
            out.write_text(json.dumps(work()) + "\n", encoding="utf-8")

        return self._step(size, step, write)

    def _step(self, size: int, step: str, work: Any) -> dict[str, Any]:
        """Return the result of a step, which is done where it is not there."""
        path = self._results / f"{size}.{step}.json"
        wanted_anew = step in self._again or ("all" in self._again and "build" not in step)
        if wanted_anew or not path.exists():
            partial = path.with_suffix(".partial")
            print(f"{size} {step}", file=sys.stderr, flush=True)
            work(partial)
            partial.rename(path)
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


def _searched(work: str, size: int, found: dict[str, Any]) -> Row:
    ours, p95, processor = (found[key] for key in ("median", "p95", "processor"))
    return _limited(work, size, ours, p95, processor)


def _limited(
    work: str, size: int, ours: float, p95: float | None = None, processor: float | None = None
) -> Row:
    return Row(work, size, ours, p95, processor, limit=_LIMITS.get((work, size)))


def _beside(work: str, size: int, ours: dict[str, Any], peer: str, theirs: dict[str, Any]) -> Row:
    found = theirs["typed"]
    return Row(work, size, ours["median"], ours["p95"], ours["processor"], peer, found["median"])


if __name__ == "__main__":
    main()
