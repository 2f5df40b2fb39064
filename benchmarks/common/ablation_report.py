"""The tables of the ablation, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

Results = Mapping[str, Sequence[Mapping[str, Any]]]
_PAIRS = ("audio->text", "text->audio", "audio->joint", "text->joint")


def print_tables(rows: Sequence[str], results: Results) -> None:
    """Print one table of retrieval and one of typed queries; mean ± standard deviation of seeds."""
    print("| trained with |", " | ".join([*_PAIRS, *_PAIRS]), "|")
    print("| --- |", " | ".join(["---"] * 2 * len(_PAIRS)), "|")
    for row in rows:
        if runs := results.get(row):
            segments = [spread(runs, "directions", f"segment/{p}", "recall@1") for p in _PAIRS]
            documents = [spread(runs, "directions", f"document/{p}", "mrr@10") for p in _PAIRS]
            print(f"| {row} |", " | ".join(segments + documents), "|")
    print()
    conditions = sorted({name for runs in results.values() for name in runs[0]["typed"]})
    columns = [(name, channel) for name in conditions for channel in ("text", "audio", "joint")]
    print("| trained with |", " | ".join(f"{name}: {c}" for name, c in columns), "| s |")
    print("| --- |", " | ".join(["---"] * len(columns)), "| --- |")
    for row in rows:
        if runs := results.get(row):
            cells = [spread(runs, "typed", name, channel) for name, channel in columns]
            slowest = max(run["seconds"] for run in runs)
            print(f"| {row} |", " | ".join(cells), f"| {slowest:.0f} |")


def spread(runs: Sequence[Mapping[str, Any]], *path: str) -> str:
    """Mean of a value over runs, and its standard deviation where there are several."""
    found = values(runs, *path)
    if len(found) < 2:
        return f"{found[0]:.3f}"
    return f"{mean(found):.3f} ± {stdev(found):.3f}"


def values(runs: Sequence[Mapping[str, Any]], *path: str) -> list[float]:
    """A value of each run."""
    found = []
    for run in runs:
        value: Any = run
        for key in path:
            value = value[key]
        found.append(float(value))
    return found
