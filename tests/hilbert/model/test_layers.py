"""Self-attentive pooling against plain numpy, and what masks and hops promise."""

import numpy as np
import pytest
import torch

from hilbert.model.layers import SelfAttentivePooling


def _pool(hops: int, width: int = 6) -> SelfAttentivePooling:
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(hops)
        pool = SelfAttentivePooling(width, hops).double()
        for parameter in pool.parameters():
            parameter += 0.5 * torch.randn_like(parameter)
    return pool


def _x(seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((2, 5, 6)))


MASK = torch.tensor([[True, True, True, True, True], [True, False, True, False, False]])


@pytest.mark.parametrize("hops", [1, 3])
def test_pooling_agrees_with_plain_numpy(hops: int) -> None:
    pool, x = _pool(hops), _x()
    got, overlap = pool(x, MASK).detach().numpy(), pool.overlap(x, MASK).detach().numpy()
    w1, w2 = pool.hidden.weight.detach().numpy(), pool.score.weight.detach().numpy()
    for row in range(2):
        h = x[row].numpy()[MASK[row].numpy()]  # [n, 6]
        scores = w2 @ np.tanh(w1 @ h.T)  # [hops, n]
        a = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        m = (a @ h).reshape(-1)
        expected = m if hops == 1 else pool.mix.weight.detach().numpy() @ m
        np.testing.assert_allclose(got[row], expected, atol=1e-9)
        penalty = np.linalg.norm(a @ a.T - np.eye(hops)) ** 2 if hops > 1 else 0.0
        assert overlap[row] == pytest.approx(penalty)


def test_no_hops_are_the_mean_and_hops_start_near_it() -> None:
    x = _x()
    mean = torch.stack([x[0].mean(0), x[1, [0, 2]].mean(0)])
    torch.testing.assert_close(SelfAttentivePooling(6, 0).double()(x, MASK), mean)
    torch.testing.assert_close(SelfAttentivePooling(6, 1).double()(x, MASK), mean)
    several = SelfAttentivePooling(6, 4).double()(x, MASK)
    assert (several - mean).abs().max() < 0.1
    assert list(SelfAttentivePooling(6, 0).parameters()) == []


@pytest.mark.parametrize("hops", [0, 1, 3])
def test_masked_rows_do_not_count_and_nothing_pools_to_zero(hops: int) -> None:
    pool, x = _pool(hops), _x()
    other = torch.where(MASK.unsqueeze(-1), x, 1000.0)
    torch.testing.assert_close(pool(x, MASK), pool(other, MASK))
    torch.testing.assert_close(pool.overlap(x, MASK), pool.overlap(other, MASK))
    nothing = torch.zeros_like(MASK)
    assert not pool(x, nothing).any()
    assert not pool.overlap(x, nothing).any()
    assert not pool.weights(x, nothing).any()


def test_hops_can_differ_after_a_step_of_training() -> None:
    torch.manual_seed(0)
    pool = SelfAttentivePooling(6, 2).double()
    pool(_x(), MASK).square().sum().backward()
    gradient = pool.score.weight.grad
    assert gradient is not None
    assert not torch.allclose(gradient[0], gradient[1], rtol=1e-3)
