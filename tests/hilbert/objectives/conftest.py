"""Spaces for the terms of the loss: one that nothing aligns, one that is not balanced."""

import numpy as np
import pytest

from hilbert.objectives import LossInputs
from tests.loss_inputs import made_inputs, rows, unit


@pytest.fixture(scope="module")
def trap() -> LossInputs:
    """Audio and text independent, in orthogonal halves of the space; the joint is their sum."""
    zeros = np.zeros((256, 128))
    audio = np.hstack([rows(256, 128, 1), zeros])
    text = np.hstack([zeros, rows(256, 128, 2)])
    return made_inputs(audio, text, unit(audio + text))


@pytest.fixture
def unbalanced() -> LossInputs:
    """A joint that is nearly the text; audio has little part in it."""
    audio, text = rows(12, 8, 1), rows(12, 8, 2)
    return made_inputs(audio, text, unit(text + 0.2 * audio))
