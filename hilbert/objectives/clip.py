"""CLIP: windows of audio against windows of text, all others as negatives. A baseline."""

from __future__ import annotations

from torch import Tensor

from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


@term("clip")
def clip(inputs: LossInputs) -> Tensor:
    """Contrast the audio of each window with the text of the same window, as CLIP does.

    Inputs used: `outputs.audio`, `outputs.text`, `[B, width]`; only windows with both; windows
    of one document and duplicates are no negatives of each other.
    When: as a baseline, with `learned_temperature` as in the original (Radford 2021, arXiv
    2103.00020, figure 3). Relation: `direct` contrasts single segments, of which there are
    several times more; the joint takes no part in either.
    """
    both = inputs.has_both
    return info_nce(
        inputs.outputs.audio[both],
        inputs.outputs.text[both],
        inputs.temperature,
        inputs.excluded[both][:, both],
    )
