"""Plots for benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

from matplotlib import rc_context
from matplotlib.figure import Figure

from benchmarks.common.ablation_report import Results, values

_COLUMNS = (
    ("segment audio->text R@1", ("directions", "segment/audio->text", "recall@1")),
    ("segment audio->joint R@1", ("directions", "segment/audio->joint", "recall@1")),
    ("typed, joint MRR@10", ("typed", "clean", "joint")),
    ("typed, bad ASR, joint MRR@10", ("typed", "noisy", "joint")),
)


def draw_ablation(rows: Sequence[str], results: Results, path: Path) -> None:
    """Draw bars of the means by row, a dot a seed."""
    figure = _figure(11, 0.32 * len(rows) + 1.4)
    named = [row for row in rows if row in results][::-1]
    axes = figure.subplots(1, len(_COLUMNS), sharey=True)
    for axis, (title, keys) in zip(axes, _COLUMNS, strict=True):
        for place, row in enumerate(named):
            if keys[0] == "typed" and keys[1] not in results[row][0]["typed"]:
                continue
            found = values(results[row], *keys)
            axis.barh(place, mean(found), color="#6f8fc9", height=0.7)
            axis.plot(found, [place] * len(found), "o", color="#22355c", markersize=3)
        axis.set_title(title, fontsize=9)
        axis.grid(axis="x", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(range(len(named)), named, fontsize=8)
    axes[0].set_ylim(-0.6, len(named) - 0.4)
    _save(figure, path)


def draw_curve(hours: Sequence[float], recalls: dict[str, Sequence[float]], path: Path) -> None:
    """Draw recall@1 by hours of speech, a line for each test set."""
    figure = _figure(5.5, 3.5)
    axis = figure.subplots()
    for name, found in recalls.items():
        axis.plot(hours, found, "o-", label=name)
    axis.set(xscale="log", xlabel="hours of made speech", ylabel="audio -> own text, R@1")
    axis.set_xticks(list(hours), [f"{value:.0f}" for value in hours])
    axis.minorticks_off()
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    axis.legend(frameon=False)
    _save(figure, path)


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained")


def _save(figure: Figure, path: Path) -> None:
    with rc_context({"svg.fonttype": "none"}):  # letters, not their outlines: a tenth of the size
        figure.savefig(path, metadata={"Date": None})


def draw_cut_off(
    answerable: Mapping[str, Sequence[float]],
    unanswerable: Mapping[str, Sequence[float]],
    cut: float,
    path: Path,
) -> None:
    """Draw how many are refused at each confidence: a line for each set of questions."""
    figure = _figure(7.5, 3.8)
    axis = figure.subplots()
    for sets, style in ((answerable, "-"), (unanswerable, "--")):
        for name, found in sets.items():
            places = sorted(found)
            shares = [(rank + 1) / len(places) for rank in range(len(places))]
            axis.step([0.0, *places, 1.0], [0.0, *shares, 1.0], style, where="post", label=name)
    axis.axvline(cut, color="black", linewidth=0.8)
    axis.set(xlabel="cut at a confidence of", ylabel="said that nothing answers")
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1.01)
    axis.grid(alpha=0.3)
    figure.legend(loc="outside right upper", frameon=False, fontsize=7)
    _save(figure, path)


def draw_memory(samples: Sequence[tuple[float, float]], path: Path) -> None:
    """Draw resident mebibytes by minutes of a run."""
    figure = _figure(7.5, 2.8)
    axis = figure.subplots()
    axis.plot([seconds / 60 for seconds, _ in samples], [mebibytes for _, mebibytes in samples])
    axis.set(xlabel="minutes", ylabel="resident, MiB")
    axis.set_xlim(left=0)
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    _save(figure, path)
