"""Which part of the recipe does what: train variants on 10 hours of made speech, and compare.

    python -m benchmarks.ablation --library made-library --out ablation \
        --clean changelog-library --noisy noisy-library

`made-library` is of the folder that `tools.speech_corpus` made (30 hours or more),
`changelog-library` of `changelog-speech` with its transcripts, `noisy-library` of its noisy copies
without (`noisy_copies.py`). Every run learns from the same 10 hours for the same epochs, and its
last weights count: the best by a held-out score would be the untrained ones for several rows. What
is reported is of test episodes and of `changelog-speech`, of which nothing is learned. A run takes
at most three minutes on one quiet core. A result that is there is not computed again, so a stopped
call goes on; delete a file of `OUT/results` to do its run anew. Prints the tables of
benchmarks/README.md and draws `OUT/ablation.svg`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from benchmarks.common.ablation_report import print_tables
from benchmarks.common.exit_status import exit_status
from benchmarks.common.plots import draw_ablation
from benchmarks.common.runs import Bench, Recipe, measure, train_recipe
from benchmarks.common.typed_queries import read_all
from hilbert.model.checkpoint import write_text
from hilbert.training.presets import ARCHITECTURES, OBJECTIVES
from indexer.index.library_store import LibraryStore
from tools.speech_corpus.corpus import read_corpus
from tools.speech_corpus.errors import SpeechError

HOURS = 10.0
EPOCHS = 7
# Chosen among 3e-4, 1e-3 and 2e-3 with the direct term alone (benchmarks/README.md).
LEARNING_RATE = 1e-3
MAIN_SEEDS = (0, 1, 2)
# Test documents that the cards of the models speak of; all of them are measured afterwards.
_JUDGES = 8

_PAPER = ARCHITECTURES["paper"]
_JOINT_ONLY = {"reciprocal_plain": 1.0}
_CKA = {"cka_audio_output": 0.15, "cka_text_output": 0.15}
_BALANCE = {"balance_symmetric": 0.1}
_OURS = OBJECTIVES["hilbert"]


@dataclass(frozen=True)
class Row:
    """A line of the table: what differs from the defaults.

    `main` ones are trained with several seeds; those `beside` come last.
    """

    name: str
    model: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    main: bool = False
    beside: bool = False

    def recipe(self, seed: int) -> Recipe:
        """What is trained."""
        settings = {"epochs": EPOCHS, "lr": LEARNING_RATE, "patience": EPOCHS, "keep": "last"}
        if not self.weights:
            settings["epochs"] = 0
        weights = dict(self.weights)
        training = {**settings, "seed": seed, "weights": weights, **self.training}
        return Recipe(dict(self.model), training)


def _without(*terms: str) -> dict[str, float]:
    return {name: weight for name, weight in _OURS.items() if name not in terms}


ROWS = (
    Row("frozen text, untrained"),
    Row(
        "CLIP A-T",
        ARCHITECTURES["clip"],
        {"clip": 1.0},
        main=True,
    ),
    Row("GMC", _PAPER, {"gmc": 1.0}, main=True),
    Row("joint-only", _PAPER, _JOINT_ONLY, main=True),
    Row("joint-only + CKA", _PAPER, {**_JOINT_ONLY, **_CKA}),
    Row("joint-only + MI balance", _PAPER, {**_JOINT_ONLY, **_BALANCE}),
    Row("all of the abstract (U)", _PAPER, {**_JOINT_ONLY, **_CKA, **_BALANCE}, main=True),
    Row(
        "all of the abstract (X)",
        ARCHITECTURES["paper-x"],
        {**_JOINT_ONLY, **_CKA, **_BALANCE},
    ),
    Row(
        "all + direct A-T",
        _PAPER,
        {**_JOINT_ONLY, **_CKA, **_BALANCE, "direct": 1.0},
        main=True,
    ),
    Row(
        "all + direct, leak-free",
        _PAPER,
        {"reciprocal": 1.0, **_CKA, **_BALANCE, "direct": 1.0},
        main=True,
    ),
    Row("shipped recipe", {}, _OURS, main=True),
    Row("- text anchor", {"text_anchor": False}, _OURS),
    Row("- leak-free (plain)", {}, {**_without("reciprocal"), **_JOINT_ONLY}, beside=True),
    Row("- direct", {}, _without("direct"), beside=True),
    Row("- sentence term", {}, _without("sentence")),
    Row("- query term", {}, _without("query")),
    Row("- CKA, MI balance", {}, _without("cka_text", "balance"), beside=True),
    Row("- modality dropout", {}, _OURS, {"modality_dropout": 0.0}),
    Row("- crops", {}, _OURS, {"crop_share": 0.0}),
    Row("- gate", {"gate": False}, _OURS, beside=True),
    Row("garbled text", {}, _OURS, {"garbled_text": 0.3}, beside=True),
    Row("4 adapter layers", {"adapter_layers": 4}, _OURS, beside=True),
    Row("direct and sentence only", {}, {"direct": 0.5, "sentence": 1.0}, beside=True),
)


def main() -> int:
    """Train what has no result yet, then print and draw all results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True, help="of made speech")
    parser.add_argument("--out", type=Path, required=True, help="models and results")
    parser.add_argument("--clean", type=Path, help="library of changelog-speech")
    parser.add_argument("--noisy", type=Path, help="library of its noisy copies")
    parser.add_argument("--hours", type=float, default=HOURS, help="to learn from (default 10)")
    parser.add_argument("--rows", nargs="*", default=[], help="only these rows, by name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at a time")
    options = parser.parse_args()
    return exit_status(lambda: report(run_all(options), options.out / "ablation.svg"))


def report(results: dict[str, list[dict[str, Any]]], plot: Path) -> None:
    """Print the tables and draw the plot."""
    names = [row.name for row in ROWS]
    print_tables(names, results)
    draw_ablation(names, results, plot)


# What the processes of `run_all` share.
_bench: Bench


def run_all(options: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """Return the results of every run by name of its row, one a seed."""
    if unknown := sorted(set(options.rows) - {row.name for row in ROWS}):
        raise SpeechError(f"no row {', '.join(unknown)}; rows are {[row.name for row in ROWS]}")
    rows = [row for row in ROWS if not options.rows or row.name in options.rows]
    # Each row once, then the main ones with the other seeds, what is beside the point at the end.
    tasks = [(row, 0) for row in rows if not row.beside]
    tasks += [(row, seed) for seed in MAIN_SEEDS[1:] for row in rows if row.main]
    tasks += [(row, 0) for row in rows if row.beside]
    folder = options.out / "results"
    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, list[dict[str, Any]]] = {}
    global _bench
    _bench = _prepare(options)
    # Forked, so that the features are read and held once. One thread, here and there: forking a
    # process that has OpenMP threads would hang, and one run a core is faster than two cores a run.
    context = multiprocessing.get_context("fork")
    begun = time.monotonic()
    with ProcessPoolExecutor(options.jobs, context) as pool:
        futures = {pool.submit(_run, row, seed, options.out): (row, seed) for row, seed in tasks}
        for done, future in enumerate(as_completed(futures), 1):
            row, seed = futures[future]
            results.setdefault(row.name, []).append(future.result())
            left = (time.monotonic() - begun) / done * (len(tasks) - done)
            line = (
                f"{done} of {len(tasks)}: {row.name}, seed {seed}; about {left / 60:.0f} min left"
            )
            print(line, file=sys.stderr, flush=True)
    return results


def _prepare(options: argparse.Namespace) -> Bench:
    torch.set_num_threads(1)
    library = LibraryStore.open(options.library)
    corpus = read_corpus(library)
    typed = read_all(options.clean, options.noisy)
    learn = corpus.first_hours(options.hours)
    return Bench.prepare(library, learn, corpus.validation, corpus.test, typed, _JUDGES)


def _run(row: Row, seed: int, out: Path) -> dict[str, Any]:
    name = f"{row.name.replace(' ', '-').replace(',', '')}-{seed}"
    path = out / "results" / f"{name}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    recipe = row.recipe(seed)
    if kept.get("recipe") == asdict(recipe) and set(_bench.typed) <= set(kept["typed"]):
        return dict(kept)
    begun = time.process_time()  # of one thread: what a quiet core would take
    trained = train_recipe(_bench, recipe, out / "models" / name)
    seconds = round(time.process_time() - begun, 1)
    # A training that is finished is not done again: only what is measured is new then.
    seconds = max(seconds, kept.get("seconds", 0.0))
    result = {
        "row": row.name,
        "seed": seed,
        "recipe": asdict(recipe),
        "seconds": seconds,
        "best_epoch": trained.best_epoch,
        **measure(_bench, trained.model),
    }
    write_text(path, json.dumps(result, indent=1) + "\n")
    return result


if __name__ == "__main__":
    sys.exit(main())
