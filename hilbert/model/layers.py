"""Building blocks of the fusion model: masked attention, pooling, positions in seconds."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hilbert.model.positions import periods


def l2_normalize(x: Tensor) -> Tensor:
    """Return `x [..., d]` scaled to length one (zeros stay zeros)."""
    return F.normalize(x, dim=-1)


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Average the rows of `x [..., n, d]` where `mask [..., n]` is true; zeros if none is."""
    weight = mask.unsqueeze(-1).to(x.dtype)  # [..., n, 1]
    return (x * weight).sum(-2) / weight.sum(-2).clamp_min(1.0)  # [..., d]


def time_position(seconds: Tensor, width: int, shortest: float, longest: float) -> Tensor:
    """Encode a time as sines and cosines, with periods spread geometrically.

    As in Vaswani 2017 (arXiv 1706.03762, section 3.5), on seconds instead of indices. The
    longest period is kept near the longest window seen in training (a choice): no phase of a
    long recording is then one that training never showed.

    Args:
        seconds: `[...]`.
        width: Even width of the result.
        shortest: Shortest period in seconds.
        longest: Longest period in seconds.

    Returns:
        `[..., width]`, in [-1, 1].
    """
    waves = torch.from_numpy(periods(width, shortest, longest)).to(seconds.device)  # [width / 2]
    phase = 2 * math.pi * seconds.unsqueeze(-1) / waves  # [..., width / 2]
    return torch.cat([phase.sin(), phase.cos()], dim=-1)  # [..., width]


class SelfAttentivePooling(nn.Module):
    """Weighted means with learned weights, `A = softmax(W2 tanh(W1 H^T))`, `M = A H`.

    Lin et al. 2017 (arXiv 1703.03130). With several hops (rows of A) each can look at another
    part of a document; their means are mixed linearly to one vector. One hop starts with equal
    weights, and the mix of several as their average: an untrained pool is the mean, or nearly.
    Zero hops are the mean for good.
    """

    def __init__(self, width: int, hops: int = 1) -> None:
        """Make the pool of vectors of some width."""
        super().__init__()
        self.hops = hops
        if hops:
            self.hidden = nn.Linear(width, width // 2, bias=False)
            self.score = nn.Linear(width // 2, hops, bias=False)
            nn.init.zeros_(self.score.weight)
        if hops > 1:
            # Equal hops get equal gradients and would stay equal for ever.
            nn.init.normal_(self.score.weight, std=0.02)
            self.mix = nn.Linear(hops * width, width, bias=False)
            with torch.no_grad():
                self.mix.weight.copy_(torch.eye(width).repeat(1, hops) / hops)

    def weights(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return what each of `x [B, n, d]` weighs in each hop, `[B, hops, n]`.

        Each row sums to one over the entries where `mask [B, n]` is true, or is zero if none is.
        """
        if not self.hops:
            return (mask / mask.sum(-1, keepdim=True).clamp_min(1)).to(x.dtype).unsqueeze(1)
        score: Tensor = self.score(torch.tanh(self.hidden(x))).transpose(1, 2)  # [B, hops, n]
        allowed = mask.unsqueeze(1)  # [B, 1, n]
        # A row without any true entry would be a softmax over nothing: NaN, also in gradients.
        alpha: Tensor = score.masked_fill(~allowed, torch.finfo(score.dtype).min).softmax(-1)
        return alpha * allowed.to(alpha.dtype)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Pool `x [B, n, d]` over the rows where `mask [B, n]` is true; zeros if none is."""
        pooled = (self.weights(x, mask) @ x).flatten(1)  # [B, max(hops, 1) * d]
        return self.mix(pooled) if self.hops > 1 else pooled

    def overlap(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return how much the hops look at the same rows, `||A A' - I||_F^2`, `[B]`.

        The penalty of Lin et al. 2017 (section 2.2). Zero for a single hop, which has nothing
        to overlap with, and for windows without any row.
        """
        if self.hops < 2:
            return x.new_zeros(len(x))
        alpha = self.weights(x, mask)  # [B, hops, n]
        extra = alpha @ alpha.transpose(1, 2) - torch.eye(self.hops, device=x.device)
        return extra.square().sum((1, 2)) * mask.any(-1).to(x.dtype)


class Attention(nn.Module):
    """Multi-head attention whose queries get zeros where there is nothing to attend to."""

    def __init__(self, width: int, heads: int) -> None:
        """Make the projections."""
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Tensor:
        """Let `x [B, n, d]` attend to `memory [B, m, d]` where `memory_mask [B, m]` is true."""
        any_memory = memory_mask.any(-1)  # [B]
        # Where all is masked attend to padding (finite) and drop the answer below.
        mask = memory_mask | ~any_memory.unsqueeze(-1)  # [B, m]
        query = self._split(self.query(x))  # [B, heads, n, d / heads]
        key, value = (self._split(part) for part in self.key_value(memory).chunk(2, dim=-1))
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2))  # [B, n, d]
        return out * any_memory[:, None, None].to(out.dtype)

    def _split(self, x: Tensor) -> Tensor:
        heads: Tensor = x.unflatten(-1, (self.heads, -1))  # [B, n, heads, d / heads]
        return heads.transpose(1, 2)  # [B, heads, n, d / heads]


class FeedForward(nn.Sequential):
    """Position-wise feed-forward block, normalised first."""

    def __init__(self, width: int, multiplier: int, dropout: float) -> None:
        """Make the block; its hidden width is `multiplier * width`."""
        super().__init__(
            nn.LayerNorm(width),
            nn.Linear(width, multiplier * width),
            nn.GELU(),
            nn.Linear(multiplier * width, width),
            nn.Dropout(dropout),
        )


class TransformerLayer(nn.Module):
    """Pre-norm self-attention and feed-forward."""

    def __init__(self, width: int, heads: int, multiplier: int, dropout: float) -> None:
        """Make the layer."""
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.dropout = nn.Dropout(dropout)
        self.feed_forward = FeedForward(width, multiplier, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Transform `x [B, n, d]` over the rows where `mask [B, n]` is true."""
        normed = self.norm(x)
        x = x + self.dropout(self.attention(normed, normed, mask))
        x = x + self.feed_forward(x)
        return x


class CrossModalLayer(nn.Module):
    """Audio segments attend to text segments and text to audio, then feed-forward each.

    The crossmodal block of MulT (Tsai 2019, arXiv 1906.00295, section 3.2), in pre-norm form.
    A modality that has nothing to attend to passes with its feed-forward only.
    """

    def __init__(self, width: int, heads: int, multiplier: int, dropout: float) -> None:
        """Make the layer; each direction has its own weights."""
        super().__init__()
        self.audio_norm = nn.LayerNorm(width)
        self.text_norm = nn.LayerNorm(width)
        self.audio_to_text = Attention(width, heads)
        self.text_to_audio = Attention(width, heads)
        self.dropout = nn.Dropout(dropout)
        self.audio_feed_forward = FeedForward(width, multiplier, dropout)
        self.text_feed_forward = FeedForward(width, multiplier, dropout)

    def forward(
        self, audio: Tensor, text: Tensor, audio_mask: Tensor, text_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Transform audio `[B, m, d]` and text `[B, n, d]`; masks are `[B, m]` and `[B, n]`."""
        a, t = self.audio_norm(audio), self.text_norm(text)
        audio = audio + self.dropout(self.audio_to_text(a, t, text_mask))
        text = text + self.dropout(self.text_to_audio(t, a, audio_mask))
        return audio + self.audio_feed_forward(audio), text + self.text_feed_forward(text)
