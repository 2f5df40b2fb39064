"""Cross-validated classifiers beside each other, as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hilbert.classification.cross_validation import CrossValidation


def comparison_table(results: Sequence[CrossValidation]) -> str:
    """Render classifiers as a Markdown table, and the use of experts beneath it."""
    lines = [
        "| classifier | parameters | macro-F1 [95 %] | over folds, seeds | AUC [95 %] | "
        "over folds, seeds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for result in results:
        cells = [result.name, f"{result.n_parameters:,}"]
        for score in (result.macro_f1, result.auc):
            cells.append(f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]")
            seeds = f"{score.seed_spread:.3f}" if len(score.by_seed) > 1 else "one"
            cells.append(f"± {score.fold_spread:.3f}, {seeds}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, *filter(None, map(usage_line, results))])


def usage_line(result: CrossValidation) -> str:
    """Say in a paragraph how a mixture used its experts; empty for other classifiers."""
    if not result.usage:
        return ""
    # An expert has no name that holds from fit to fit, so they are distinguished by their share.
    gates = np.mean([np.sort(usage.mean_gate)[::-1] for usage in result.usage], axis=0)
    effective = [usage.effective for usage in result.usage]
    per_document = np.mean([usage.per_document for usage in result.usage])
    return (
        f"\n{result.name}: mean gates on held-out documents "
        f"{', '.join(f'{gate:.2f}' for gate in gates)} (largest first, mean of "
        f"{len(result.usage)} fits); {np.mean(effective):.2f} of {len(gates)} experts in effect "
        f"(least {min(effective):.2f}), {per_document:.2f} for a single document."
    )


def class_table(results: Sequence[CrossValidation]) -> str:
    """Render the F1 of each class, one column a classifier, as a Markdown table."""
    counts = np.bincount(results[0].truth)
    lines = [
        "| class | documents | " + " | ".join(result.name for result in results) + " |",
        "| --- | --- |" + " --- |" * len(results),
    ]
    for name, count in zip(results[0].classes, counts, strict=True):
        cells = " | ".join(f"{result.f1[name]:.2f}" for result in results)
        lines.append(f"| {name} | {count} | {cells} |")
    return "\n".join(lines)
