"""Frozen features on disk: one safetensors file a document, written before it counts as done."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hilbert.files import is_leftover, sha256_file, write_atomically
from hilbert.system_faults import raise_system_fault, why_not_opened
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted

if TYPE_CHECKING:
    from hilbert.model.features import Features

log = logging.getLogger(__name__)

_ARRAYS = ("audio_tokens", "audio_bounds", "text", "sentences", "sentence_segments", "times")
# The scales of the audio tokens, which are bytes then. Files of before 0.2 have float16 tokens.
_RANGES = "audio_ranges"


class FeatureStore:
    """The `features/` folder of a library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def file_name(document: str, *inputs: str) -> str:
        """Return a name that changes with whatever the features were made of.

        A document whose transcript changed gets a new file, so that a kill between this file
        and the catalog's row leaves the old pair whole.
        """
        key = hashlib.sha256("\n".join(inputs).encode()).hexdigest()
        return f"{document}.{key[:16]}.safetensors"

    def write(self, name: str, features: Features) -> None:
        """Store features; on return they are on disk."""
        import numpy as np
        from safetensors.numpy import save_file

        from indexer.store.token_codes import encode_tokens

        self.folder.mkdir(parents=True, exist_ok=True)
        arrays = {key: getattr(features, key) for key in _ARRAYS}
        arrays["audio_tokens"], arrays[_RANGES] = encode_tokens(features.audio_tokens)
        arrays = {key: np.ascontiguousarray(array) for key, array in arrays.items()}
        write_atomically(self.folder / name, lambda path: save_file(arrays, path))

    def read(self, name: str) -> Features:
        """Load features.

        Raises:
            LibraryError: The file is missing or damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        from hilbert.model.features import Features
        from indexer.store.token_codes import decode_tokens

        try:
            with why_not_opened(self.folder / name):
                arrays: dict[str, Any] = load_file(self.folder / name)
            if _RANGES in arrays:
                ranges = arrays.pop(_RANGES)
                arrays["audio_tokens"] = decode_tokens(arrays["audio_tokens"], ranges)
            return Features(**arrays)
        except (OSError, SafetensorError, TypeError, ValueError) as error:
            raise_system_fault(error)
            raise LibraryError(
                f"features/{name} is missing or damaged ({error}); run "
                f"'hilbert doctor --library {quoted(self.folder.parent)}'"
            ) from error

    def is_whole(self, name: str) -> bool:
        """Return whether the features of this name are there and as long as their header says."""
        from safetensors import SafetensorError, safe_open

        try:
            path = self.folder / name
            with why_not_opened(path), safe_open(path, framework="numpy") as file:
                return set(file.keys()) - {_RANGES} == set(_ARRAYS)
        except (OSError, SafetensorError) as error:
            raise_system_fault(error)
            log.debug("could not open the features %s", name, exc_info=True)
            return False

    def sha256(self, name: str) -> str:
        """Return the hex sha256 of the file of features; empty where it is missing."""
        try:
            return sha256_file(self.folder / name)
        except OSError as error:
            raise_system_fault(error)
            log.debug("could not read the features %s", name, exc_info=True)
            return ""

    def remove_all_but(self, names: Iterable[str]) -> int:
        """Delete what no document needs: old features and a kill's leftovers."""
        keep, removed = set(names), 0
        if not self.folder.is_dir():
            return 0
        for path in self.folder.iterdir():
            if is_leftover(path) or (path.name not in keep and path.suffix == ".safetensors"):
                path.unlink()
                removed += 1
        return removed
