"""Comparison of two models on documents that neither learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert
from hilbert.training.crossmodal_retrieval import Direction, four_directions
from hilbert.training.splits import HeldOutScores, held_out_scores, score_difference

# Of fewer documents the bootstrap knows too little of how documents differ.
FEWEST_JUDGES = 6


@dataclass(frozen=True)
class Comparison:
    """Two models on the same documents.

    Attributes:
        documents: Number of documents that have anything to be measured by.
        before: Scores of the first model.
        after: Scores of the second model.
        interval: Paired bootstrap 95 % interval of the difference of their scores.
        directions_before: The four directions of the first, at segment and document level.
        directions_after: Those of the second, in the same order.
    """

    documents: int
    before: HeldOutScores
    after: HeldOutScores
    interval: tuple[float, float]
    directions_before: list[Direction]
    directions_after: list[Direction]

    @property
    def enough(self) -> bool:
        """Whether there are documents enough for the interval to be believed."""
        return self.documents >= FEWEST_JUDGES

    @property
    def better(self) -> bool:
        """Whether the second model is better beyond what chance in the documents explains."""
        return self.enough and self.interval[0] > 0.0

    def to_json(self) -> dict[str, object]:
        """Return the comparison as what `json.dumps` takes."""
        return {
            "documents": self.documents,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
            "difference": self.after.score - self.before.score,
            "ci95": list(self.interval),
            "better": self.better,
            "directions": {
                "before": [vars(direction) for direction in self.directions_before],
                "after": [vars(direction) for direction in self.directions_after],
            },
        }


def compare(first: Hilbert, second: Hilbert, documents: Sequence[Features]) -> Comparison:
    """Score two models on the same held-out documents."""
    before, after = held_out_scores(first, documents), held_out_scores(second, documents)
    return Comparison(
        before.documents,
        before,
        after,
        score_difference(before, after),
        four_directions(first, documents),
        four_directions(second, documents),
    )
