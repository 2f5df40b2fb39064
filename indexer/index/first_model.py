"""The fusion model of a new library: the shipped one where it fits the encoders."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hilbert.assets import shipped_model
from hilbert.extras import train_extra
from hilbert.files import sync_tree, write_atomically
from hilbert.model.config import CONFIG_FILE, HilbertConfig

if TYPE_CHECKING:
    from indexer.encoders import Encoders


def put_first_model(target: Path, encoders: Encoders) -> None:
    """Copy the shipped model, or make an untrained one for encoders it was not trained for."""
    from hilbert.encoders.protocols import space_of
    from hilbert.model.weights_file import read_config

    speech, text = encoders.speech, encoders.text
    shipped = shipped_model()
    config = read_config(shipped) if shipped else HilbertConfig()
    trained_for = (config.speech_encoder, config.text_encoder)
    if shipped and trained_for == (speech.fingerprint, space_of(text)):
        shutil.copytree(shipped, target, dirs_exist_ok=True)
        if text.fingerprint != config.text_encoder:
            _fit_to(target, replace(config, text_encoder=text.fingerprint))
        sync_tree(target)
        return
    with train_extra(f"a library of {speech.name} and {text.name}"):
        from hilbert.model.checkpoint import new_model, save_model

    config = HilbertConfig(
        d_audio=speech.width,
        d_text=text.width,
        width=text.width,
        heads=_heads(text.width),
        speech_encoder=speech.fingerprint,
        text_encoder=text.fingerprint,
        tokens_per_second=speech.tokens_per_second,
    )
    save_model(
        new_model(config),
        target,
        "# HILBERT, untrained\n\nRandom weights, made because no shipped model was trained for "
        f"{speech.name} and {text.name}. Text search works; the audio channel says nothing "
        "until the model is trained.\n",
    )


def _fit_to(model: Path, config: HilbertConfig) -> None:
    """Give a copied model the config of another encoder, and a graph that says so."""
    from hilbert.model.onnx_graph import write_graph

    write_atomically(
        model / CONFIG_FILE, lambda part: part.write_text(config.to_json(), encoding="utf-8")
    )
    write_graph(model)


def _heads(width: int) -> int:
    """Return the largest usual number of attention heads that divides the width."""
    return next(h for h in (12, 8, 6, 4, 3, 2, 1) if width % h == 0)
