"""Products with vectors in half precision, converted block by block in the processor's cache.

NumPy converts half-precision numbers one by one, at a tenth of the speed of the product itself.
Shifting their bits into the place that single precision gives them is a vector operation; the
result is too small by a factor of 2**112, the difference of the two exponents' biases (IEEE
754-2008, binary16 and binary32), which the query makes up for. All of it is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Bits of the fraction that single precision has more.
_SHIFT = 23 - 10
# All but what the shift of a negative number leaves between its sign and its exponent.
_MASK = np.int32(-0x70000001)
_SCALE = np.float32(2.0**112)
# Rows converted at once: 128 of length 384 fill 192 KiB.
_BLOCK = 128


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors as they are after a conversion to half precision and back."""
    return to_floats(vectors.astype(np.float16))


def to_floats(halves: NDArray[np.float16]) -> NDArray[np.float32]:
    """Convert to single precision.

    Args:
        halves: Any shape; finite.
    """
    out = np.empty(halves.shape, np.int32)
    scaled = _scaled(halves, out)
    scaled *= _SCALE
    return scaled


def products(halves: NDArray[np.float16], queries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply every vector with every query.

    Args:
        halves: `[n, d]`, finite.
        queries: `[k, d]`, of about length 1.

    Returns:
        `[n, k]`.
    """
    n, d = halves.shape
    columns = np.ascontiguousarray(queries.T * _SCALE, np.float32)
    out = np.empty((n, len(queries)), np.float32)
    buffer = np.empty((min(n, _BLOCK), d), np.int32)
    for begin in range(0, n, _BLOCK):
        block = halves[begin : begin + _BLOCK]
        np.dot(_scaled(block, buffer[: len(block)]), columns, out=out[begin : begin + _BLOCK])
    return out


def _scaled(halves: NDArray[np.float16], out: NDArray[np.int32]) -> NDArray[np.float32]:
    """Convert to single precision, 2**112 times too small, into the memory of `out`."""
    np.copyto(out, halves.view(np.int16))
    np.left_shift(out, _SHIFT, out=out)
    np.bitwise_and(out, _MASK, out=out)
    return out.view(np.float32)
