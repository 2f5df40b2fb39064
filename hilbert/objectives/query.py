"""Query term: what a user would type meets the joint of its window."""

from __future__ import annotations

from torch import Tensor

from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


@term("query")
def query(inputs: LossInputs) -> Tensor:
    """Contrast a sentence, embedded as a typed query, with the joint of its window.

    Short queries are what users type, while windows are several segments: without this term
    the joint drifts from what a query can reach. Under modality dropout some of these joints
    have no text, so that a typed query also learns to find a recording without a transcript.

    Inputs used: `queries [Q, width]`, `query_rows [Q]`, `joint_dropped [B, width]`,
    `excluded [B, B]`.
    When: always, if typed queries go through the joint. Relation: the sentence stands in for a
    question as in the inverse cloze task (Lee 2019, arXiv 1906.00300), though it is not removed
    from the window here: a quoted sentence should find its window.
    """
    rows = inputs.query_rows
    excluded = inputs.excluded[rows][:, rows]
    return info_nce(inputs.queries, inputs.joint_dropped[rows], inputs.temperature, excluded)
