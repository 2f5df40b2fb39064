"""Train the fusion model on features of documents: one loop, read from top to bottom."""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hilbert.model import checkpoint
from hilbert.model.collate import sample_batches
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert
from hilbert.objectives import check_weights, total_loss
from hilbert.objectives.balance import balance_sides
from hilbert.objectives.inputs import gather_inputs
from hilbert.system_faults import raise_system_fault
from hilbert.training.comparison import Comparison, compare
from hilbert.training.config import TrainingConfig
from hilbert.training.model_card import training_card
from hilbert.training.splits import Split, TrainingHistory, held_out_scores, split_documents

logger = logging.getLogger(__name__)

# Where the state of an unfinished training lies, within the folder of the model to be.
PROGRESS_FOLDER = "training"
# What a finished training did, beside its model: losses and scores by epoch.
HISTORY_FILE = "training.json"


@dataclass(frozen=True)
class EpochReport:
    """Result of an epoch: mean losses by name, held-out scores by name, and its cost.

    `losses` holds each term unweighted, `total`, and `audio_side` and `text_side`, the contrast
    of either modality with the full joint (what the balance terms compare).
    """

    epoch: int
    epochs: int
    losses: dict[str, float]
    scores: dict[str, float]
    lr: float
    seconds: float


@dataclass(frozen=True)
class TrainingResult:
    """A trained model and what training did for it.

    Attributes:
        model: The weights with the best score on the validation documents (or the last ones,
            where the settings say so), in eval mode.
        folder: Where it was saved.
        split: Which documents were learned from, chose the weights, and judged them.
        comparison: The reference (before) and `model` (after) on the judging documents.
        best_epoch: Epochs trained when `model` was kept; 0 is what training began with.
        history: One report an epoch.
        diverged_in: The epoch in which the loss left the numbers and training ended; 0 for none.
    """

    model: Hilbert
    folder: Path
    split: Split
    comparison: Comparison
    best_epoch: int
    history: list[EpochReport]
    diverged_in: int = 0


@dataclass
class _Progress:
    """State of a training besides its weights: everything that goes to JSON."""

    best: dict[str, float]
    best_epoch: int = 0
    history: list[EpochReport] = field(default_factory=list)
    diverged_in: int = 0


class OtherTrainingError(ValueError):
    """The folder holds an interrupted training of other documents or settings."""


def train(
    documents: Mapping[str, Features],
    config: TrainingConfig,
    model_config: HilbertConfig,
    out: Path | str,
    progress: Callable[[EpochReport], None] | None = None,
    step: Callable[[int, int], None] | None = None,
    *,
    start: Hilbert | None = None,
    reference: Hilbert | None = None,
    seen: TrainingHistory | None = None,
    split: Split | None = None,
    about: str = "",
) -> TrainingResult:
    """Train a model, save the best weights to `out`, and compare it with a reference.

    Windows are drawn anew each epoch, the held-out documents by a hash of their id, so that the
    same documents are held out on every run, also after others were added. The same call gives
    the same weights on the same machine. State is kept in `out` after each epoch: called with
    the same arguments, a killed training goes on from there, and a finished one is not done
    again. `out` also gets the history, as JSON.

    Args:
        documents: Features by document id; those without audio and text help little.
        config: How to train.
        model_config: Which model to train.
        out: Folder for the model (see `hilbert.model.checkpoint.load_model`).
        progress: Called after each epoch, its state already on disk.
        step: Called after each batch with the batches done and their number in all.
        start: Weights to go on from, of a model with `model_config`; None for untrained ones.
        reference: The model to compare with; None for what training begins with.
        seen: Documents that `start` or `reference` had to do with when they were trained.
        split: Which documents do what, for those that a hash of their id would part wrongly
            (excerpts of one recording); None for `splits.split_documents`.
        about: Lines on the data for the model's card.

    Raises:
        OtherTrainingError: `out` holds an interrupted training with other arguments.
        ValueError: Too few documents to contrast and hold out, an unknown term of the loss,
            features of other encoders, `start` is of another config, a damaged interrupted
            training, or a device that is not there.
    """
    check_weights(config.weights)
    check_device(config.device)
    if start is not None and start.config != model_config:
        raise ValueError("the model to go on from has another config than the one to train")
    out = Path(out)
    split = split or split_documents(documents, config.held_out_share, seen)
    learn, validation, judge = (
        [documents[key] for key in keys] for keys in (split.train, split.validation, split.test)
    )
    begin = checkpoint.new_model(model_config, config.seed)
    if start is not None:
        begin.load_state_dict(start.state_dict())
    identity = _identity(documents, config, begin, split)

    finished = _finished(out, identity)
    if finished is not None:
        model, state = checkpoint.load_model(out), finished
    else:
        model = copy.deepcopy(begin).to(config.device)
        state = _optimise(model, learn, validation, config, out, identity, progress, step)
    comparison = compare(reference or begin, model, judge)
    card = training_card(
        model,
        config,
        comparison,
        learned=len(learn),
        validated=len(validation),
        epochs=(state.best_epoch, len(state.history)),
        before="the model in use" if reference else "the weights it began with",
        about=about,
    )
    checkpoint.save_model(model, out, card)
    kept = {"identity": identity, "state": asdict(state), "comparison": comparison.to_json()}
    checkpoint.write_text(out / HISTORY_FILE, json.dumps(kept, indent=1) + "\n")
    checkpoint.remove_progress(out / PROGRESS_FOLDER)
    return TrainingResult(
        model, out, split, comparison, state.best_epoch, state.history, state.diverged_in
    )


def _optimise(
    model: Hilbert,
    learn: Sequence[Features],
    validation: Sequence[Features],
    config: TrainingConfig,
    out: Path,
    identity: str,
    progress: Callable[[EpochReport], None] | None,
    step: Callable[[int, int], None] | None,
) -> _Progress:
    """Train `model` in place and leave it with the weights to keep, in eval mode on the CPU."""
    optimizer = _optimizer(model, config)
    best_weights = _copy(model)
    state = _resume(out / PROGRESS_FOLDER, identity, model, optimizer, best_weights)
    if state is None:
        state = _Progress(best=held_out_scores(model, validation).as_dict())

    for epoch in range(len(state.history), config.epochs):
        # Audio meets text only some epochs in; the warm-up is no time to lose patience.
        if epoch - max(state.best_epoch, config.warmup * config.epochs) >= config.patience:
            break
        started = time.monotonic()
        losses, lr = _train_epoch(model, optimizer, learn, config, epoch, step)
        if not _is_finite(model, losses):
            state.diverged_in = epoch + 1
            logger.warning("diverged in epoch %d; lower lr", epoch + 1)
            break
        scores = held_out_scores(model, validation).as_dict()
        if config.keep == "last" or scores["score"] > state.best["score"]:
            state.best, state.best_epoch = scores, epoch + 1
            best_weights = _copy(model)
        seconds = time.monotonic() - started
        report = EpochReport(epoch + 1, config.epochs, losses, scores, lr, seconds)
        state.history.append(report)
        _keep(out / PROGRESS_FOLDER, identity, state, model, optimizer, best_weights)
        logger.info("epoch %d of %d: %s %s", epoch + 1, config.epochs, losses, scores)
        if progress is not None:
            progress(report)

    model.load_state_dict(best_weights)
    model.eval().cpu()
    return state


def _train_epoch(
    model: Hilbert,
    optimizer: torch.optim.Optimizer,
    documents: Sequence[Features],
    config: TrainingConfig,
    epoch: int,
    step: Callable[[int, int], None] | None,
) -> tuple[dict[str, float], float]:
    """Take one step a batch; return mean losses by name and the last learning rate."""
    losses: list[dict[str, float]] = []
    # Seeded by epoch instead of carried over, so that a resumed training needs no random state.
    rng = np.random.default_rng([config.seed, epoch])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**62)))
        model.train()
        batches = sample_batches(
            documents, config.batch_documents, config.window_segments, rng, config.crop_share
        )
        for number, windows in enumerate(batches):
            # The number of batches is the same in every epoch, whatever was drawn.
            lr = learning_rate(epoch * len(batches) + number, len(batches), config)
            for group in optimizer.param_groups:
                group["lr"] = lr
            inputs = gather_inputs(model, windows, config, rng)
            loss, parts = total_loss(inputs, config.weights)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            # A rare batch of near-duplicates can give a gradient many times the usual one.
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            model.bound_temperature()
            with torch.no_grad():
                audio_side, text_side = balance_sides(inputs)
            sides = {"audio_side": audio_side.item(), "text_side": text_side.item()}
            losses.append(parts | sides)
            if step is not None:
                step(epoch * len(batches) + number + 1, config.epochs * len(batches))
        model.eval()
    return {name: float(np.mean([part[name] for part in losses])) for name in losses[0]}, lr


def learning_rate(step: int, steps_per_epoch: int, config: TrainingConfig) -> float:
    """Return the learning rate: linear warm-up to `config.lr`, then half a cosine to 0."""
    total = steps_per_epoch * config.epochs
    warm = config.warmup * total
    if step < warm:
        return config.lr * (step + 1) / (warm + 1)
    return config.lr * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(total - warm, 1)))


def _optimizer(model: Hilbert, config: TrainingConfig) -> torch.optim.AdamW:
    """Make an AdamW that decays matrices only: in norms and biases it just shrinks the scale."""
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr)


def check_device(name: str) -> None:
    """Refuse a device that torch cannot use here.

    Raises:
        ValueError: Says why it cannot be used.
    """
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # no such device, or torch without its driver
        raise_system_fault(error)
        reason = str(error).splitlines()[0]
        raise ValueError(f"device {name!r} cannot be used here: {reason}") from error


def _is_finite(model: Hilbert, losses: Mapping[str, float]) -> bool:
    weights = all(bool(parameter.isfinite().all()) for parameter in model.parameters())
    return weights and all(math.isfinite(value) for value in losses.values())


def _copy(model: Hilbert) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def _identity(
    documents: Mapping[str, Features], config: TrainingConfig, begin: Hilbert, split: Split
) -> str:
    """Hash what a training depends on, to recognise an interrupted one as this one."""
    digest = hashlib.sha256((config.to_json() + checkpoint.model_fingerprint(begin)).encode())
    # The keys that trainings interrupted by earlier versions were saved with.
    parts = {"learn": split.train, "validation": split.validation, "judge": split.test}
    digest.update(json.dumps(parts).encode())
    for key, features in sorted(documents.items()):
        digest.update(key.encode())
        digest.update(features.audio_bounds.tobytes() + features.text.tobytes())
        digest.update(features.sentences.tobytes() + features.sentence_bounds.tobytes())
        if features.crops is not None:
            digest.update(features.crops.bounds.tobytes() + features.crops.text.tobytes())
    return digest.hexdigest()


def _keep(
    folder: Path,
    identity: str,
    state: _Progress,
    model: Hilbert,
    optimizer: torch.optim.Optimizer,
    best_weights: Mapping[str, Tensor],
) -> None:
    tensors = {f"model/{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"best/{name}": tensor for name, tensor in best_weights.items()}
    for index, entry in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{name}": tensor for name, tensor in entry.items()}
    rest = {"identity": identity, "state": asdict(state)}
    checkpoint.save_progress(folder, len(state.history), tensors, rest)


def _finished(out: Path, identity: str) -> _Progress | None:
    """Return what a finished training of the same arguments did; None where there is none."""
    path = out / HISTORY_FILE
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return _progress_from(kept["state"]) if kept["identity"] == identity else None
    except (ValueError, KeyError, TypeError):
        logger.debug("the history in %s is damaged", path, exc_info=True)
        return None  # damaged: nothing that a new training would not make again


def _progress_from(kept: dict[str, Any]) -> _Progress:
    history = [EpochReport(**report) for report in kept["history"]]
    return _Progress(kept["best"], kept["best_epoch"], history, kept["diverged_in"])


def _resume(
    folder: Path,
    identity: str,
    model: Hilbert,
    optimizer: torch.optim.Optimizer,
    best_weights: dict[str, Tensor],
) -> _Progress | None:
    """Put an interrupted training's state into the arguments; None where there is none."""
    kept = checkpoint.load_progress(folder)
    if kept is None:
        return None
    tensors, rest = kept
    if rest["identity"] != identity:
        raise OtherTrainingError(
            f"{folder} holds an interrupted training of other documents or settings; delete that "
            "folder, or train into another one"
        )
    parts: dict[str, dict[str, Tensor]] = {"model": {}, "best": {}, "optimizer": {}}
    for name, tensor in tensors.items():
        part, _, rest_of_name = name.partition("/")
        parts[part][rest_of_name] = tensor.to(next(model.parameters()).device)
    model.load_state_dict(parts["model"])
    best_weights.update(parts["best"])
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in parts["optimizer"].items():
        index, _, moment = name.partition("/")
        moments.setdefault(int(index), {})[moment] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    state = _progress_from(rest["state"])
    logger.info("going on after epoch %d", len(state.history))
    return state
