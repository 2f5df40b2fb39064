"""Train the fusion model on features of documents: one loop, read from top to bottom."""

from __future__ import annotations

import hashlib
import logging
import math
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hilbert import checkpoint
from hilbert.batch import draw_windows
from hilbert.config import HilbertConfig, TrainingConfig
from hilbert.features import Features
from hilbert.held_out import held_out_scores, split_documents
from hilbert.model import Hilbert
from hilbert.objectives import check_weights, total_loss
from hilbert.objectives.balance import balance_sides
from hilbert.objectives.inputs import gather_inputs

logger = logging.getLogger(__name__)

# Where the state of an unfinished training lies, within the folder of the model to be.
PROGRESS_FOLDER = "training"


@dataclass(frozen=True)
class EpochReport:
    """What an epoch did: mean losses by name, held-out scores by name, and its cost.

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
        model: The weights with the best held-out score, in eval mode.
        folder: Where it was saved.
        before: Held-out scores of the untrained model.
        after: Held-out scores of `model`; never a lower `score` than before.
        best_epoch: Epochs trained when `model` was kept; 0 is untrained.
        history: One report an epoch.
        held_out: Ids of the documents that were not learned from.
    """

    model: Hilbert
    folder: Path
    before: dict[str, float]
    after: dict[str, float]
    best_epoch: int
    history: list[EpochReport]
    held_out: list[str]


@dataclass
class _Progress:
    """Where a training stands besides its weights: everything that goes to JSON."""

    before: dict[str, float]
    best: dict[str, float]
    best_epoch: int = 0
    history: list[EpochReport] = field(default_factory=list)


def train(
    documents: Mapping[str, Features],
    config: TrainingConfig,
    model_config: HilbertConfig,
    out: Path | str,
    progress: Callable[[EpochReport], None] | None = None,
) -> TrainingResult:
    """Train a model, save the best weights to `out`, and say what it was worth.

    Windows are drawn anew each epoch, the held-out documents by a hash of their id, so that the
    same documents are held out on every run, also after others were added. The same call gives
    the same weights on the same machine. State is kept in `out` after each epoch: called with
    the same arguments, a killed training goes on from there.

    Args:
        documents: Features by document id; those without audio and text help little.
        config: How to train.
        model_config: Which model to train.
        out: Folder for the model (see `hilbert.checkpoint.load_model`).
        progress: Called after each epoch, its state already on disk.

    Raises:
        ValueError: Too few documents to contrast and hold out, an unknown term of the loss,
            features of other encoders, or an interrupted training with other arguments in `out`.
    """
    check_weights(config.weights)
    out = Path(out)
    learn_ids, held_ids = split_documents(documents, config.held_out_share)
    learn, held_out = ([documents[key] for key in keys] for keys in (learn_ids, held_ids))
    identity = _identity(documents, config, model_config)

    model = checkpoint.new_model(model_config, config.seed).to(config.device)
    optimizer = _optimizer(model, config)
    best_weights = _copy(model)
    state = _resume(out / PROGRESS_FOLDER, identity, model, optimizer, best_weights)
    if state is None:
        before = held_out_scores(model, held_out)
        state = _Progress(before=before, best=before)

    for epoch in range(len(state.history), config.epochs):
        # Audio meets text only some epochs in; the warm-up is no time to lose patience.
        if epoch - state.best_epoch >= config.patience + config.warmup * config.epochs:
            break
        started = time.monotonic()
        losses, lr = _train_epoch(model, optimizer, learn, config, epoch)
        scores = held_out_scores(model, held_out)
        if scores["score"] > state.best["score"]:
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
    best = (state.before, state.best, state.best_epoch, state.history)
    result = TrainingResult(model.eval().cpu(), out, *best, held_ids)
    checkpoint.save_model(result.model, out, training_card(result, len(learn), config))
    shutil.rmtree(out / PROGRESS_FOLDER, ignore_errors=True)
    return result


def _train_epoch(
    model: Hilbert,
    optimizer: torch.optim.Optimizer,
    documents: Sequence[Features],
    config: TrainingConfig,
    epoch: int,
) -> tuple[dict[str, float], float]:
    """Take one step a batch; return mean losses by name and the last learning rate."""
    losses: list[dict[str, float]] = []
    # Seeded by epoch instead of carried over, so that a resumed training needs no random state.
    rng = np.random.default_rng([config.seed, epoch])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**62)))
        model.train()
        batches = draw_windows(documents, config.batch_documents, config.window_segments, rng)
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
            with torch.no_grad():
                audio_side, text_side = balance_sides(inputs)
            sides = {"audio_side": audio_side.item(), "text_side": text_side.item()}
            losses.append(parts | sides)
        model.eval()
    return {name: float(np.mean([part[name] for part in losses])) for name in losses[0]}, lr


def learning_rate(step: int, steps_per_epoch: int, config: TrainingConfig) -> float:
    """Linear warm-up to `config.lr`, then half a cosine down to 0 at the last step."""
    total = steps_per_epoch * config.epochs
    warm = config.warmup * total
    if step < warm:
        return config.lr * (step + 1) / (warm + 1)
    return config.lr * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(total - warm, 1)))


def training_card(result: TrainingResult, learned: int, config: TrainingConfig) -> str:
    """Return the model's card in Markdown: what it is, its data, settings and scores."""
    names = sorted(result.after)
    rows = [f"| {name} | {result.before[name]:.3f} | {result.after[name]:.3f} |" for name in names]
    return "\n".join(
        [
            "# HILBERT, reconstructed from its abstract",
            "",
            "Audio, text and joint embeddings of recordings from frozen speech and text features,",
            "after the abstract of arXiv 2604.16247. The arrangement and all settings are choices",
            "of this reconstruction.",
            "",
            f"Learned from {learned} documents; {len(result.held_out)} others were held out and",
            f"picked the weights of epoch {result.best_epoch} of {len(result.history)}, so the",
            "scores below are a little flattering.",
            "",
            "| held-out score | untrained | trained |",
            "| --- | --- | --- |",
            *rows,
            "",
            "query_mrr: a sentence as typed query finds its document through the joint, MRR@10.",
            "audio_recall: the audio of a segment finds its own text, R@1.",
            "",
            f"## Model\n```json\n{result.model.config.to_json()}```",
            f"## Training\n```json\n{config.to_json()}```\n",
        ]
    )


def _optimizer(model: Hilbert, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW that decays matrices only: decaying norms and biases just shrinks their scale."""
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr)


def _copy(model: Hilbert) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def _identity(
    documents: Mapping[str, Features], config: TrainingConfig, model_config: HilbertConfig
) -> str:
    """Hash of what a training depends on, to tell whether an interrupted one is this one."""
    digest = hashlib.sha256((config.to_json() + model_config.to_json()).encode())
    for key, features in sorted(documents.items()):
        digest.update(key.encode())
        digest.update(features.audio_bounds.tobytes() + features.text.tobytes())
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
        raise ValueError(
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
    state = _Progress(**rest["state"])
    state.history = [EpochReport(**report) for report in rest["state"]["history"]]
    logger.info("going on after epoch %d", len(state.history))
    return state
