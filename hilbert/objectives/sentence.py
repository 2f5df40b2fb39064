"""Sentence term: the sound of a sentence meets its words."""

from __future__ import annotations

from torch import Tensor

from hilbert.objectives.info_nce import info_nce
from hilbert.objectives.inputs import LossInputs, term


@term("sentence")
def sentence(inputs: LossInputs) -> Tensor:
    """Contrast the audio of each sentence with the text of the same sentence, and back.

    The audio of a sentence is the mean of the adapter's states over the tokens in which it is
    said, so it costs no further pass. A segment of some twenty seconds shows only that all of
    its words are somewhere in it; its sentences show where, and there are several times more of
    them. Zero where the times of sentences are unknown.

    Inputs used: `spoken_audio`, `spoken_text` `[M, width]`, `spoken_excluded [M, M]`.
    When: cues have times, and little speech is there. Reference: CLIP's contrast (arXiv
    2103.00020) on parts. Relation: `direct` with sentences in place of segments; keep `direct`
    beside it, since a search compares segments.
    """
    return info_nce(
        inputs.spoken_audio, inputs.spoken_text, inputs.temperature, inputs.spoken_excluded
    )
