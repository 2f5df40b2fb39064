"""Direct term: the audio of a segment meets the text of the same segment."""

from __future__ import annotations

from torch import Tensor

from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


@term("direct")
def direct(inputs: LossInputs) -> Tensor:
    """Contrast the audio of each segment with the text of the same segment, and back.

    What makes audio and text meet at all: with only contrasts against the joint they can be
    independent at a loss near zero (see `reciprocal_plain`). Segments, not windows: a moment is
    found by its segment, and there are several times more of them.

    Inputs used: `segment_audio`, `segment_text` `[P, width]`, `segment_excluded [P, P]`.
    When: always. Reference: CLIP (arXiv 2103.00020). Relation: `clip` contrasts whole windows
    with every other window; here segments of one document and duplicates are no negatives.
    """
    return info_nce(
        inputs.segment_audio, inputs.segment_text, inputs.temperature, inputs.segment_excluded
    )
