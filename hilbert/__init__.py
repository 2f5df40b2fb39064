"""HILBERT, reconstructed from its abstract: audio, text and joint embeddings of recordings.

`Hilbert` embeds sound and words, `Library` makes a folder of recordings searchable. Both are loaded
when first used, so that `import hilbert` costs nothing; everything else is in the rooms
(`hilbert.model`, `hilbert.training`, `hilbert.diagnostics`, ...).
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hilbert.errors import HilbertError
    from hilbert.model.embed import Embeddings
    from hilbert.pretrained import Hilbert

__version__ = "0.1.0"

# Since 1.29 ONNX Runtime numbers the machine and reports to its makers, but where this is set
# before it is imported: https://github.com/microsoft/onnxruntime/pull/27379.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HOME = {
    "Embeddings": "hilbert.model.embed",
    "Hilbert": "hilbert.pretrained",
    "HilbertError": "hilbert.errors",
    # By name, not by an import: `indexer` stands above this package.
    "Library": "indexer",
}
__all__ = ["Embeddings", "Hilbert", "HilbertError", "Library"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hilbert' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
