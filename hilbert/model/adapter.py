"""The audio side of the fusion model: tokens of a segment to one vector."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hilbert.model.config import HilbertConfig
from hilbert.model.layers import (
    SelfAttentivePooling,
    TransformerLayer,
    l2_normalize,
    time_position,
)
from hilbert.model.positions import TOKEN_PERIODS


class AudioAdapter(nn.Module):
    """Audio tokens of one segment to one unit vector in the shared space."""

    def __init__(self, config: HilbertConfig) -> None:
        """Make the adapter: projection, positions, transformer, self-attentive pooling."""
        super().__init__()
        self.tokens_per_second = config.tokens_per_second
        self.width = config.width
        self.project = nn.Sequential(
            # Speech encoders have a few dimensions of very large values; without this norm
            # they drown the others.
            nn.LayerNorm(config.d_audio),
            nn.Linear(config.d_audio, config.width),
            nn.LayerNorm(config.width),
        )
        self.layers = nn.ModuleList(
            TransformerLayer(config.width, config.heads, config.ffn_multiplier, config.dropout)
            for _ in range(config.adapter_layers)
        )
        self.pool = SelfAttentivePooling(config.width, config.pooling_hops)
        self.out = nn.Sequential(
            nn.LayerNorm(config.width), nn.Linear(config.width, config.width, bias=False)
        )

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Embed `tokens [N, T, d_audio]` where `mask [N, T]` is true; `[N, width]` unit rows."""
        return self.pooled(self.states(tokens, mask), mask)

    def states(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Let the tokens of each segment attend to each other; `[N, T, width]`."""
        seconds = torch.arange(tokens.shape[1], device=tokens.device) / self.tokens_per_second
        x: Tensor = self.project(tokens)  # [N, T, width]
        x = x + time_position(seconds, self.width, *TOKEN_PERIODS)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def pooled(self, states: Tensor, mask: Tensor) -> Tensor:
        """Make `states [N, T, width]` to one vector a segment, `[N, width]` unit rows."""
        return l2_normalize(self.out(self.pool(states, mask)))

    def spans(self, states: Tensor, rows: Tensor, bounds: Tensor) -> Tensor:
        """Make the states within `bounds [M, 2]` of `rows [M]` to a vector each, `[M, width]`."""
        sums = F.pad(states.cumsum(1), (0, 0, 1, 0))  # [N, T + 1, width], sums[:, 0] = 0
        low, high = bounds.unbind(1)
        means = (sums[rows, high] - sums[rows, low]) / (high - low).unsqueeze(1)
        return l2_normalize(self.out(means))
