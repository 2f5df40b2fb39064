"""The card of a model, in Markdown: what it is, its data, scores, settings and limits."""

from __future__ import annotations

from hilbert.model.fusion import Hilbert
from hilbert.training.comparison import Comparison
from hilbert.training.config import TrainingConfig

# What the held-out scores measure, for tables.
SCORE_NAMES = {
    "query_mrr": "typed sentence -> document through the joint, MRR@10",
    "audio_recall": "audio -> own text segment, R@1",
    "score": "score (mean of the two)",
}


def scores_table(comparison: Comparison) -> str:
    """Return the scores and the four directions of two models as Markdown tables."""
    before, after = comparison.before.as_dict(), comparison.after.as_dict()
    low, high = comparison.interval
    rows = ["| held-out score | before | after |", "| --- | --- | --- |"]
    rows += [f"| {SCORE_NAMES[name]} | {before[name]:.3f} | {after[name]:.3f} |" for name in before]
    rows += [
        "",
        f"Difference {after['score'] - before['score']:+.3f}, 95 % interval {low:+.3f} to "
        f"{high:+.3f} (paired bootstrap over {comparison.documents} documents).",
        "",
        "| direction | level | among | R@1 before | after | R@10 before | after | MRR@10 before "
        "| after |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for old, new in zip(comparison.directions_before, comparison.directions_after, strict=True):
        rows.append(
            f"| {old.query} -> {old.target} | {old.level} | {old.candidates} "
            f"| {old.recall_at_1:.3f} | {new.recall_at_1:.3f} "
            f"| {old.recall_at_10:.3f} | {new.recall_at_10:.3f} "
            f"| {old.mrr_at_10:.3f} | {new.mrr_at_10:.3f} |"
        )
    return "\n".join(rows)


def training_card(
    model: Hilbert,
    config: TrainingConfig,
    comparison: Comparison,
    learned: int,
    validated: int,
    epochs: tuple[int, int],
    before: str,
    about: str,
) -> str:
    """Return the card of a trained model.

    Args:
        model: The trained model.
        config: How it was trained.
        comparison: Against what it is to replace, on the judging documents.
        learned: Number of documents learned from.
        validated: Number of documents that chose the epoch.
        epochs: The epoch whose weights were kept, and the number of epochs trained.
        before: What the first model of the comparison is.
        about: Lines on the data, "" for none.
    """
    best, trained = epochs
    return "\n".join(
        [
            "# HILBERT, reconstructed from its abstract",
            "",
            "Audio, text and joint embeddings of recordings from frozen speech and text features,",
            "after the abstract of arXiv 2604.16247. The arrangement and all settings are choices",
            "of this reconstruction.",
            "",
            "## Data",
            "",
            *([about, ""] if about else []),
            f"Learned from {learned} documents. {validated} others chose the weights: those after",
            f"epoch {best} of {trained} (0: the weights it began with). The scores below are of",
            f"{comparison.documents} further documents, which chose nothing in this training.",
            "",
            "## Scores",
            "",
            f"Before: {before}. After: this model.",
            "",
            scores_table(comparison),
            "",
            "Segments: the joint is made without the modality that asks. Documents: the odd",
            "segments of a document ask for its even segments.",
            "",
            "## Limits",
            "",
            "- It reads features of the two encoders whose fingerprints stand below, no others.",
            f"- Scores of {comparison.documents} documents say little of other collections, voices",
            "  or languages than those it learned from.",
            "- Sentences that were said, and telling words of them, stand in for what people type;",
            "  real questions are harder.",
            "- The same documents judge every training of a library. Who trains often, with other",
            "  seeds or settings, until one is adopted, finds improvements that are none.",
            "",
            f"## Model\n```json\n{model.config.to_json()}```",
            f"## Training\n```json\n{config.to_json()}```\n",
        ]
    )
