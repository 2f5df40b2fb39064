"""Save and load models and interrupted trainings: safetensors and JSON, nothing executable."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from hilbert.files import write_atomically
from hilbert.forking import keep_usable_in_children
from hilbert.model.config import CARD_FILE, CONFIG_FILE, WEIGHTS_FILE, HilbertConfig
from hilbert.model.fusion import Hilbert
from hilbert.model.onnx_graph import write_graph
from hilbert.model.weights_file import read_config
from hilbert.system_faults import raise_system_fault, why_not_opened


def new_model(config: HilbertConfig, seed: int = 0) -> Hilbert:
    """Make an untrained model; the same config and seed give the same weights.

    The global random state is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Hilbert(config).eval()


def save_model(model: Hilbert, folder: Path | str, card: str) -> None:
    """Write a model's config, weights, ONNX graph and card (Markdown: what it is, data, scores).

    Each file is replaced as a whole, the config last but for the graph, which is made of the
    others. An existing model is overwritten.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(folder / WEIGHTS_FILE, model.state_dict())
    write_text(folder / CARD_FILE, card)
    write_text(folder / CONFIG_FILE, model.config.to_json())
    write_graph(folder)


def load_model(folder: Path | str) -> Hilbert:
    """Read a model from its folder, in eval mode on the CPU.

    Raises:
        FileNotFoundError: The folder lacks the config or the weights.
        ValueError: A file is damaged or the two do not belong together; says which and how.
    """
    folder = Path(folder)
    config = read_config(folder)
    tensors = read_tensors(folder / WEIGHTS_FILE)
    model = new_model(config)
    if problem := tensor_mismatch(model.state_dict(), tensors):
        raise ValueError(f"{folder / WEIGHTS_FILE} does not fit {CONFIG_FILE}: {problem}")
    model.load_state_dict(tensors)
    keep_usable_in_children()
    return model


def model_fingerprint(model: Hilbert | Path | str) -> str:
    """Hash config and weights (sha256, hex) of a model or of the folder it was saved to.

    Equal fingerprints mean comparable embeddings; the card does not count.
    """
    if not isinstance(model, Hilbert):
        model = load_model(model)
    digest = hashlib.sha256(model.config.to_json().encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def save_progress(
    folder: Path, step: int, tensors: Mapping[str, Tensor], rest: Mapping[str, Any]
) -> None:
    """Write the state of a training so that a kill at any point leaves the last whole one.

    The tensors go to a file of their own for each step; the JSON that names it is replaced last
    and makes it current.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"progress-{step:06d}.safetensors"
    write_tensors(folder / name, tensors)
    write_text(folder / "progress.json", json.dumps({"tensors": name, **rest}))
    for old in folder.glob("progress-*"):  # leftovers of a killed write, too
        if old.name != name:
            old.unlink()


def load_progress(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Read what `save_progress` wrote; None where no training was interrupted.

    Raises:
        ValueError: The state is damaged; says what to delete.
    """
    path = folder / "progress.json"
    if not path.is_file():
        return None
    try:
        rest = json.loads(path.read_text(encoding="utf-8"))
        return read_tensors(folder / rest.pop("tensors")), rest
    except (ValueError, KeyError, OSError) as error:
        raise_system_fault(error)
        raise ValueError(
            f"the interrupted training in {folder} is damaged ({error}); delete that folder to "
            "start over"
        ) from error


def remove_progress(folder: Path) -> None:
    """Delete the state of an interrupted training, the file that makes it current first."""
    (folder / "progress.json").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file so that a kill leaves the old one or the new one.

    Raises:
        OSError: It cannot be written, for instance because the disk is full.
    """
    arrays = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    try:
        write_atomically(path, lambda partial: save_file(arrays, partial))
    except SafetensorError as error:
        raise_system_fault(error)
        raise OSError(f"{path} cannot be written: {error}") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file so that a kill leaves the old one or the new one."""
    write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file.

    Raises:
        ValueError: It is missing or damaged.
    """
    try:
        with why_not_opened(path):
            return load_file(path)
    except (SafetensorError, OSError) as error:
        raise_system_fault(error)
        raise ValueError(f"{path} cannot be read as safetensors: {error}") from error


def tensor_mismatch(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> str:
    """Return what is wrong with the found tensors in words, "" if nothing."""
    if missing := sorted(set(expected) - set(found)):
        return f"{len(missing)} tensors are missing, the first is {missing[0]}"
    if extra := sorted(set(found) - set(expected)):
        return f"{len(extra)} tensors are unknown, the first is {extra[0]}"
    for name, tensor in expected.items():
        if tensor.shape != found[name].shape:
            return f"{name} has shape {list(found[name].shape)}, expected {list(tensor.shape)}"
    if bad := sorted(name for name, tensor in found.items() if not tensor.isfinite().all()):
        return f"{bad[0]} holds values that are not finite"
    return ""
