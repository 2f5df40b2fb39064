"""Saved weights without torch: where each tensor lies in its file, and whether it is sound."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from hilbert.model.config import CONFIG_FILE, WEIGHTS_FILE, HilbertConfig
from hilbert.system_faults import raise_system_fault, why_not_opened

# In the metadata of a graph: what it was made for.
GRAPH_KEY = "made_for"
# Of how `hilbert.model.onnx_graph` makes it: a graph of another version is made again.
_GRAPH_VERSION = 1


@dataclass(frozen=True)
class StoredTensor:
    """One tensor of a safetensors file.

    Attributes:
        dtype: As safetensors calls it, such as `F32`.
        shape: Its shape.
        offset: Bytes from the beginning of the file.
        length: Bytes.
    """

    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int


def read_config(folder: Path) -> HilbertConfig:
    """Read the config of a saved model.

    Raises:
        FileNotFoundError: The folder lacks the config or the weights.
        ValueError: The config is damaged.
    """
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} holds no model: {name} is missing")
    try:
        return HilbertConfig.from_json((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except ValueError as error:  # UnicodeDecodeError is one
        raise ValueError(f"{folder / CONFIG_FILE} is not a model's config: {error}") from error


def check_weights(path: Path) -> None:
    """Read all tensors of a safetensors file.

    Raises:
        ValueError: It is damaged, or a tensor holds values that are not finite.
    """
    try:
        with why_not_opened(path):
            tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise_system_fault(error)
        raise ValueError(f"{path} cannot be read as safetensors: {error}") from error
    if bad := sorted(name for name, tensor in tensors.items() if not np.isfinite(tensor).all()):
        raise ValueError(f"{path}: {bad[0]} holds values that are not finite")


def graph_key(config: HilbertConfig, weights: Path) -> str:
    """Hash all that a graph depends on: config, places of the weights, version of the making.

    Raises:
        ValueError: The header of the weights is damaged.
    """
    parts = (str(_GRAPH_VERSION).encode(), _header(weights), config.to_json().encode())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def stored_tensors(path: Path) -> dict[str, StoredTensor]:
    """Return the tensors of a safetensors file by name.

    Raises:
        ValueError: The header is damaged.
    """
    header = _header(path)
    try:
        return {
            name: StoredTensor(
                entry["dtype"],
                tuple(entry["shape"]),
                8 + len(header) + entry["data_offsets"][0],
                entry["data_offsets"][1] - entry["data_offsets"][0],
            )
            for name, entry in json.loads(header).items()
            if name != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{path} cannot be read as safetensors: {error}") from error


def _header(path: Path) -> bytes:
    """Return the JSON that begins a safetensors file, behind its length in 8 bytes.

    Source: https://github.com/huggingface/safetensors, "Format".
    """
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if size > path.stat().st_size:
                raise ValueError("the file ends within its header")
            return file.read(size)
    except (OSError, ValueError) as error:
        raise_system_fault(error)
        raise ValueError(f"{path} cannot be read as safetensors: {error}") from error
