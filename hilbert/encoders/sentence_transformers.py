"""Text encoders through sentence-transformers, which knows each model's pooling and prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.no_code import refuse_code
from hilbert.encoders.protocols import TextKind
from hilbert.encoders.registry import EncoderKind, register
from hilbert.encoders.resolve import EncoderError, ResolvedModel
from hilbert.encoders.text_fingerprint import text_fingerprint
from hilbert.extras import train_extra
from hilbert.forking import keep_usable_in_children
from hilbert.system_faults import raise_system_fault

_BATCH = 32


class SentenceTransformerEncoder:
    """A sentence-transformers model as `TextEncoder`: frozen, in eval mode, unit vectors.

    Batches are sorted by length and padding is masked, so that a text's vector does not depend on
    its neighbours beyond rounding (1e-5).

    Attributes:
        model: The model of sentence-transformers, for its export.
    """

    def __init__(self, model: Any, resolved: ResolvedModel) -> None:
        keep_usable_in_children()
        self.model = model.eval()
        self.name = resolved.name
        self.width = int(model.get_embedding_dimension())
        self.fingerprint = text_fingerprint(
            resolved.fingerprint, model.prompts, model.max_seq_length
        )

    @classmethod
    def load(cls, resolved: ResolvedModel, device: str = "cpu") -> SentenceTransformerEncoder:
        """Load from a folder, without asking the hub for anything.

        Raises:
            EncoderError: The folder holds no model that sentence-transformers can load, or names
                code of its own.
            MissingExtraError: sentence-transformers is not installed.
        """
        with train_extra(f"the text encoder {resolved.name}"):
            from sentence_transformers import SentenceTransformer

        from hilbert.encoders.quiet import quiet_transformers

        refuse_code(resolved.path)
        try:
            with quiet_transformers():
                model = SentenceTransformer(
                    str(resolved.path),
                    device=device,
                    local_files_only=True,
                    trust_remote_code=False,
                )
        except Exception as error:  # whatever its many loaders raise, the folder is at fault
            raise_system_fault(error)
            reason = " ".join(str(error).split())[:200]
            raise EncoderError(
                f'"{resolved.path}" cannot be loaded as a text encoder ({reason}); '
                "name a sentence-transformers model"
            ) from error
        return cls(model, resolved)

    def encode(self, texts: Sequence[str], kind: TextKind = "document") -> NDArray[np.float32]:
        """Encode texts to unit vectors `[n, width]` float32; see `TextEncoder.encode`."""
        if isinstance(texts, str):
            raise TypeError("texts is one string; give a list of them")
        if not len(texts):
            return np.zeros((0, self.width), np.float32)
        # encode_query and encode_document add the prompt that the model defines for each.
        encode = self.model.encode_query if kind == "query" else self.model.encode_document
        vectors = encode(
            list(texts),
            batch_size=_BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)  # [n, width]


register(
    EncoderKind(
        "text", "sentence-transformers", SentenceTransformerEncoder.load, lambda resolved: True
    ),
    order=200,
)
