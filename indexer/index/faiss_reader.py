"""Indexes of FAISS read from memory, with bounds on what they may ask for."""

from __future__ import annotations

import logging
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.system_faults import raise_system_fault

log = logging.getLogger(__name__)

# Each entry of a vector takes a byte at least, of which FAISS assumes more for some.
_BYTES_PER_ENTRY = 8
# FAISS's bounds hold for a process: one index is read at a time.
_LOCK = threading.Lock()


def read_faiss(data: NDArray[np.generic]) -> Any:
    """Read an index whose vectors stay where they are, as far as FAISS can leave them there.

    Nothing in it may be longer than the data: a length that was changed makes FAISS ask for no
    memory.

    Args:
        data: What `faiss.serialize_index` writes, uint8 `[n]`; must outlive the index.

    Returns:
        The index; None where it is damaged.
    """
    import faiss

    with _LOCK:
        faiss.set_deserialization_vector_byte_limit(_BYTES_PER_ENTRY * len(data))
        faiss.set_deserialization_loop_limit(len(data))
        try:
            reader = faiss.ZeroCopyIOReader(  # type: ignore[attr-defined]
                faiss.swig_ptr(data), len(data)
            )
            return faiss.read_index(reader)
        except RuntimeError as error:
            raise_system_fault(error)
            log.debug("FAISS could not read an index", exc_info=True)
            return None
