"""Texts that a text encoder reads as nothing but unknown words.

An encoder of English has one piece, `[UNK]`, for every word whose letters its vocabulary lacks.
All texts of such words have the same vector, which lies near that of whatever else it cannot read:
it says nothing, and must not outweigh the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import TextEncoder
from indexer.base.scripts import MARKS

# Ugaritic, a script of no vocabulary.
_UNKNOWN = "\U00010380"
_KNOWN = re.compile(r"[A-Za-z0-9]")
# Encoders take Chinese characters for words by themselves.
_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_RUN = re.compile(rf"[\w{MARKS}]+")
_SAME = 0.9999


def are_unknown(
    encoder: TextEncoder, texts: Sequence[str], vectors: NDArray[np.float32]
) -> list[bool]:
    """Whether none of the words of a text is known to an encoder.

    Args:
        encoder: Of texts.
        texts: As they were encoded, as queries.
        vectors: `[n, width]`, of the encoder, unit length.
    """
    suspected = [i for i, text in enumerate(texts) if not _KNOWN.search(text)]
    found = [False] * len(texts)
    if suspected:
        unread = encoder.encode([_unread(texts[i]) for i in suspected], kind="query")
        for i, vector in zip(suspected, unread, strict=True):
            found[i] = float(vectors[i] @ vector) > _SAME
    return found


def _unread(text: str) -> str:
    """The text with other words in its place, which no encoder knows."""
    apart = _IDEOGRAPH.sub(f" {_UNKNOWN} ", text)
    return _RUN.sub(_UNKNOWN, apart)
