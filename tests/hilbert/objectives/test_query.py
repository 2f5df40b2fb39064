"""The query term: sentences meet the joints of their windows."""

import numpy as np
import pytest
import torch

from hilbert.objectives import TERMS
from tests.loss_inputs import made_inputs, numpy_info_nce, rows, tensor


def test_the_query_term_contrasts_sentences_with_the_joints_of_their_windows() -> None:
    joint, queries = rows(6, 5, 1), rows(3, 5, 2)
    chosen = [4, 0, 5]
    inputs = made_inputs(
        joint, joint, joint, queries=tensor(queries), query_rows=torch.tensor(chosen)
    )
    expected = numpy_info_nce(queries, joint[chosen], 0.07, np.ones((3, 3), bool))
    assert TERMS["query"](inputs).item() == pytest.approx(expected)
