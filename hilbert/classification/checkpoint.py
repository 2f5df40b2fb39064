"""Save and load fitted classifiers: safetensors and JSON, nothing executable."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hilbert.classification.classifiers import KINDS, FittedClassifier, new_network
from hilbert.classification.mixture_of_experts import ClassifierSettings
from hilbert.classification.preprocessing import Standardiser
from hilbert.files import sha256_file
from hilbert.model.checkpoint import read_tensors, tensor_mismatch, write_tensors, write_text

CARD_FILE = "classifier.json"
WEIGHTS_FILE = "classifier.safetensors"
_FORMAT = 1


def save_classifier(fitted: FittedClassifier, folder: Path | str, fusion_fingerprint: str) -> None:
    """Write a classifier's weights, then its JSON, which names the hash of the weights.

    Args:
        fitted: What to save.
        folder: Made where it is missing; a classifier in it is overwritten.
        fusion_fingerprint: Of the fusion model whose embeddings it learned from
            (`hilbert.model.checkpoint.model_fingerprint`); it knows no other embeddings.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(folder / WEIGHTS_FILE, _tensors(fitted))
    entries = {
        "format": _FORMAT,
        "kind": fitted.kind,
        "classes": list(fitted.classes),
        "width": fitted.standardiser.width,
        "inputs": len(fitted.standardiser.mean),
        "settings": asdict(fitted.settings),
        "fusion_fingerprint": fusion_fingerprint,
        "weights_sha256": sha256_file(folder / WEIGHTS_FILE),
    }
    write_text(folder / CARD_FILE, json.dumps(entries, indent=2) + "\n")


def load_classifier(folder: Path | str, fusion_fingerprint: str | None = None) -> FittedClassifier:
    """Read a classifier from its folder, on the CPU.

    Args:
        folder: Where `save_classifier` wrote it.
        fusion_fingerprint: Of the fusion model at hand; None where its embeddings are known to
            be right.

    Raises:
        FileNotFoundError: The folder lacks a file.
        ValueError: A file is damaged, the two do not belong together, or it was fitted on the
            embeddings of another model; says what to do.
    """
    folder = Path(folder)
    for name in (CARD_FILE, WEIGHTS_FILE):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} holds no classifier: {name} is missing")
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        made = card["fusion_fingerprint"], card["weights_sha256"]
        fitted = _untrained(card)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{folder / CARD_FILE} is not a classifier's ({_words(error)}); fit and save it again"
        ) from error
    if fusion_fingerprint is not None and made[0] != fusion_fingerprint:
        raise ValueError(
            f"the classifier in {folder} was fitted on the embeddings of another fusion model "
            f"({made[0][:12]}, not {fusion_fingerprint[:12]}); fit it again"
        )
    if sha256_file(folder / WEIGHTS_FILE) != made[1]:
        raise ValueError(
            f"{folder / WEIGHTS_FILE} is damaged or not the one that {CARD_FILE} belongs to; fit "
            "and save the classifier again"
        )
    tensors = read_tensors(folder / WEIGHTS_FILE)
    if problem := tensor_mismatch(_tensors(fitted), tensors):
        raise ValueError(f"{folder / WEIGHTS_FILE} does not fit {CARD_FILE}: {problem}")
    return _with_tensors(fitted, tensors)


def _tensors(fitted: FittedClassifier) -> dict[str, Tensor]:
    state = {f"network.{name}": tensor for name, tensor in fitted.network.state_dict().items()}
    mean, scale = fitted.standardiser.mean, fitted.standardiser.scale
    return {**state, "mean": torch.from_numpy(mean), "scale": torch.from_numpy(scale)}


def _untrained(card: dict[str, Any]) -> FittedClassifier:
    """Return a classifier of the shape in the JSON, its weights random."""
    if card["format"] != _FORMAT:
        raise ValueError(f"unknown format {card['format']!r}")
    kind, classes, width, inputs = (card[key] for key in ("kind", "classes", "width", "inputs"))
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    if (
        len(classes) < 2
        or len(set(classes)) < len(classes)
        or not all(isinstance(name, str) for name in classes)
    ):
        raise ValueError("classes must be two or more different names")
    if not (type(width) is type(inputs) is int and 1 <= width <= inputs and inputs % width == 0):
        raise ValueError(f"inputs must be a multiple of the width, got {inputs!r} and {width!r}")
    settings = ClassifierSettings.from_json(json.dumps(card["settings"]))
    with torch.random.fork_rng(devices=[]):
        network = new_network(kind, inputs, len(classes), settings)
    nothing = torch.zeros(inputs).numpy()
    standardiser = Standardiser(width, nothing, nothing.copy())
    network = network.eval().requires_grad_(False)
    return FittedClassifier(kind, settings, tuple(classes), standardiser, network)


def _with_tensors(fitted: FittedClassifier, tensors: dict[str, Tensor]) -> FittedClassifier:
    weights = {name: tensor for name, tensor in tensors.items() if name.startswith("network.")}
    fitted.network.load_state_dict(
        {name.removeprefix("network."): tensor for name, tensor in weights.items()}
    )
    standardiser = Standardiser(
        fitted.standardiser.width, tensors["mean"].numpy(), tensors["scale"].numpy()
    )
    return FittedClassifier(
        fitted.kind, fitted.settings, fitted.classes, standardiser, fitted.network
    )


def _words(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
