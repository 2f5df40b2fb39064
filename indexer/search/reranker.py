"""The reranker: a cross-encoder scores the best moments again, query and text side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.no_code import refuse_code
from hilbert.encoders.resolve import EncoderError, resolve
from hilbert.extras import train_extra
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import QueryError
from indexer.search.results import Hit


class Reranker:
    """A cross-encoder of sentence-transformers.

    Attributes:
        depth: How many moments are scored again.
    """

    def __init__(self, model: str, depth: int = 50) -> None:
        """Load a model from a folder, or from what is already downloaded of a model hub.

        Raises:
            QueryError: It is not there, or is no cross-encoder.
            MissingExtraError: sentence-transformers is not installed.
        """
        with train_extra("reranking"):
            from sentence_transformers import CrossEncoder

        self.depth = depth
        try:
            folder = resolve(model).path
            refuse_code(folder)
            self._model = CrossEncoder(
                str(folder), local_files_only=True, trust_remote_code=False, device="cpu"
            )
        except EncoderError as error:
            raise QueryError(f"the reranker '{model}' cannot be used: {error}") from error
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise_system_fault(error)
            raise QueryError(
                f"the reranker '{model}' is no cross-encoder; name a folder, or fetch one with "
                f"'hf download'"
            ) from error

    def reorder(self, words: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Put the first `depth` moments in the order of the model; the others follow as they are.

        Their score is the model's, 0 to 1; that of those it did not read is below 0.

        Raises:
            QueryError: There are no words to compare with, or the model does not rank.
        """
        if not words.strip():
            raise QueryError("there are no words to rerank by; leave --rerank out")
        read, rest = hits[: self.depth], hits[self.depth :]
        if not read:
            return ()
        pairs = [(words, hit.text) for hit in read]
        logits = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float64)
        if logits.ndim != 1:
            raise QueryError("the reranker gives several scores a pair; name one that ranks")
        scores = _zero_to_one(logits)
        order = np.argsort(-scores, kind="stable")
        first = [_scored(read[row], float(scores[row])) for row in order]
        return (*first, *(_scored(hit, -float(rank)) for rank, hit in enumerate(rest, 1)))


def _zero_to_one(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply a sigmoid where the model does not end in one."""
    inside = values.min() >= 0.0 and values.max() <= 1.0
    return values if inside else 1.0 / (1.0 + np.exp(-values))


def _scored(hit: Hit, score: float) -> Hit:
    return replace(hit, score=round(score, 6), channels={"rerank": round(score, 6)})
