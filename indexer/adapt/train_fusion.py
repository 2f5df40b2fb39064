"""Train the fusion model on a library's stored features, and adopt it where it is better."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from hilbert.errors import HilbertError
from hilbert.model.checkpoint import model_fingerprint, remove_progress, write_text
from hilbert.model.config import HilbertConfig
from hilbert.model.features import Crops, Features
from hilbert.model.fusion import Hilbert
from hilbert.training.comparison import FEWEST_JUDGES
from hilbert.training.config import TrainingConfig
from hilbert.training.presets import ARCHITECTURES, objective
from hilbert.training.splits import FEWEST_DOCUMENTS, Split, TrainingHistory, split_documents
from hilbert.training.trainer import (
    PROGRESS_FOLDER,
    EpochReport,
    OtherTrainingError,
    TrainingResult,
    check_device,
    train,
)
from indexer.adapt.export_encoder import export_encoder
from indexer.adapt.keyphrases import keyphrases
from indexer.adapt.sentence_alignment import cut_crops, with_sentence_bounds
from indexer.base.errors import LibraryError
from indexer.base.progress import Progress, SilentProgress, stage_callback
from indexer.base.types import Segment
from indexer.index.library_models import SEEN_FILE
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from indexer.store.lock import writer_lock

# Where a model is trained if nothing else is asked for, within the library.
TRAINING_FOLDER = "training"
# What a model's config takes from the library's encoders; no setting may change it.
_OF_THE_ENCODERS = ("d_audio", "d_text", "speech_encoder", "text_encoder", "tokens_per_second")

# Of the scores, for a line an epoch.
_SHORT_NAMES = {"query_mrr": "typed MRR@10", "audio_recall": "audio R@1", "score": "score"}


class TrainingError(HilbertError):
    """A training that cannot begin or go on; says what to do."""


@dataclass(frozen=True)
class TrainingPlan:
    """What to train and what to do with it.

    Attributes:
        training: How to train.
        architecture: Name in `ARCHITECTURES`; None for that of the library's model.
        model: Settings of the model that differ from the architecture's.
        from_scratch: Begin with untrained weights also where the library's could go on.
        force: Adopt the model whatever it scores.
    """

    training: TrainingConfig = field(default_factory=TrainingConfig)
    architecture: str | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    from_scratch: bool = False
    force: bool = False


@dataclass(frozen=True)
class TrainingSummary:
    """Result of a training.

    Attributes:
        result: The trained model and its scores beside the model in use.
        adopted: Whether the library uses it now.
        reason: Why, or why not, for people.
        went_on: Whether it began with the library's weights.
        snapshot: Number of the generation that answers searches now.
        seconds: Duration of all of it.
    """

    result: TrainingResult
    adopted: bool
    reason: str
    went_on: bool
    snapshot: int | None
    seconds: float


def read_plan(
    config: str = "",
    objective_name: str | None = None,
    architecture: str | None = None,
    from_scratch: bool = False,
    force: bool = False,
) -> TrainingPlan:
    """Read a plan from JSON text `{"model": {...}, "training": {...}}` and options over it.

    Raises:
        TrainingError: A setting is unknown or out of range; the message names it.
    """
    try:
        given = json.loads(config or "{}")
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"the settings are not valid JSON: {error}") from error
    parts = given.values() if isinstance(given, dict) else [None]
    if not all(isinstance(part, dict) for part in parts) or set(given) - {"model", "training"}:
        raise TrainingError(
            'the settings must be {"model": {...}, "training": {...}}, both optional; see the '
            "README for what can be set"
        )
    model = given.get("model", {})
    try:
        training = TrainingConfig.from_json(json.dumps(given.get("training", {})))
        if objective_name is not None:
            training = replace(training, weights=objective(objective_name))
    except ValueError as error:
        raise TrainingError(f"the settings cannot be used: {error}") from error
    if taken := sorted(set(model) & set(_OF_THE_ENCODERS)):
        raise TrainingError(f"{', '.join(taken)} come from the library's encoders; leave them out")
    if architecture is not None and architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise TrainingError(f"no architecture '{architecture}'; there are {known}")
    return TrainingPlan(training, architecture, model, from_scratch, force)


def train_library(
    library: LibraryStore,
    plan: TrainingPlan,
    out: Path | None = None,
    progress: Progress | None = None,
) -> TrainingSummary:
    """Train on a library's features; adopt the model and index with it where it is better.

    Searching works all the while, with the old model until the new one is in place. Called
    again after an interruption, it goes on.

    Args:
        library: At least `FEWEST_DOCUMENTS` of its documents have sound and words.
        plan: What to train.
        out: Folder for the model, None for one within the library.
        progress: Receives stages, and a note an epoch with its held-out scores.

    Raises:
        TrainingError: Too few documents, settings that do not fit, or an interrupted training
            of something else in `out`.
        LibraryError: Features are missing or damaged, or another writer holds the library.
    """
    started = time.monotonic()
    progress = progress or SilentProgress()
    folder = _checked_folder(library, out)
    documents = {
        d.id: d for d in library.catalog.documents() if library.catalog.count_segments(d.id)
    }
    current, seen = library.models.trainable(), library.models.seen()
    features = {key: library.features.read(d.features) for key, d in documents.items()}
    _refuse_too_few(features)
    try:
        check_device(plan.training.device)
        config = _model_config(current.config, plan)
        split = split_documents(features, plan.training.held_out_share, seen)
    except ValueError as error:
        raise TrainingError(f"the settings cannot be used: {error}") from error
    goes_on = config == current.config and not plan.from_scratch
    crops = plan.training.crop_share > 0
    features = with_learning_aids(library, features, split.train, progress, crops)
    folder.mkdir(parents=True, exist_ok=True)

    def run() -> TrainingResult:
        return train(
            features,
            plan.training,
            config,
            folder,
            lambda report: _note_epoch(progress, report),
            stage_callback(progress, "training"),
            start=current if goes_on else None,
            reference=current,
            seen=seen,
            about=_about(library, documents),
        )

    with writer_lock(folder, "training into this folder"):
        try:
            result = _run_or_start_over(run, None if out else folder, progress)
        except ValueError as error:
            raise TrainingError(str(error)) from error
        remember(folder, result.split, seen if goes_on else TrainingHistory())
        adopted, reason = _verdict(result, plan.force)
        if adopted:
            _adopt(library, current, result.folder, progress)
        export_encoder(library, progress)
    return TrainingSummary(
        result,
        adopted,
        reason,
        goes_on,
        library.catalog.current_generation(),
        time.monotonic() - started,
    )


def _model_config(current: HilbertConfig, plan: TrainingPlan) -> HilbertConfig:
    base = current
    if plan.architecture is not None:
        kept = {name: getattr(current, name) for name in (*_OF_THE_ENCODERS, "width", "heads")}
        base = HilbertConfig(**kept, **ARCHITECTURES[plan.architecture])
    return HilbertConfig.from_json(json.dumps(json.loads(base.to_json()) | dict(plan.model)))


def _run_or_start_over(
    run: Callable[[], TrainingResult], own_folder: Path | None, progress: Progress
) -> TrainingResult:
    """Run; in the library's own folder a leftover of an earlier library is no obstacle.

    In a folder that somebody chose they decide what is deleted.
    """
    try:
        return run()
    except OtherTrainingError:
        if own_folder is None:
            raise
    progress.note("an interrupted training was of other documents or settings; starting over")
    remove_progress(own_folder / PROGRESS_FOLDER)
    return run()


def _note_epoch(progress: Progress, report: EpochReport) -> None:
    scores = ", ".join(f"{_SHORT_NAMES[name]} {value:.3f}" for name, value in report.scores.items())
    progress.note(
        f"epoch {report.epoch} of {report.epochs}: {scores}",
        report.seconds * (report.epochs - report.epoch),
    )


def _checked_folder(library: LibraryStore, out: Path | None) -> Path:
    """Return the folder to train in, refused where it is among the library's own files."""
    if out is None:
        return library.folder / TRAINING_FOLDER
    folder, own = out.expanduser().absolute().resolve(), library.folder.resolve()
    if folder.is_relative_to(own) and not folder.is_relative_to(own / TRAINING_FOLDER):
        raise TrainingError(
            f"{out} lies among the files of the library; choose a folder outside of it, or leave "
            "--out away"
        )
    return folder


def _refuse_too_few(features: Mapping[str, Features]) -> None:
    useful = sum(document.has_audio and document.has_text for document in features.values())
    if useful < FEWEST_DOCUMENTS:
        raise TrainingError(
            f"{useful} documents with both sound and words are too few to train on: what is held "
            "out could not separate a better model from a worse one. Index at least "
            f"{FEWEST_DOCUMENTS} recordings, with transcripts or with --asr auto"
        )


def remember(folder: Path, split: Split, before: TrainingHistory) -> None:
    """Write beside the model in `folder` what it learned from, so that this never judges it."""
    known = {
        "learned": sorted(before.learned.union(split.train)),
        "validated": sorted(before.validated.union(split.validation)),
    }
    write_text(folder / SEEN_FILE, json.dumps(known, indent=1) + "\n")


def with_learning_aids(
    library: LibraryStore,
    features: Mapping[str, Features],
    learn: Sequence[str],
    progress: Progress | None = None,
    crops: bool = True,
) -> dict[str, Features]:
    """Add keyphrases, sentence bounds and crops to the features that are learned from.

    A few characteristic words of each segment stand in for typed queries, as sentences do.
    Held-out documents get none: they are searched for by their transcripts.

    Args:
        library: Library of the features.
        features: By document id.
        learn: Ids of the documents that are learned from.
        progress: Receives one stage, in documents; embedding the words of the crops takes a
            minute for every five hours of speech.
        crops: Whether to make any.

    Returns:
        The features by document id, those of `learn` with the additions.
    """
    features = dict(features)
    learn = [key for key in learn if features[key].has_text]
    progress = progress or SilentProgress()
    progress.start("embedding parts of segments", len(learn))
    segments = [library.catalog.segments(key) for key in learn]
    phrases = iter(keyphrases([s.text for parts in segments for s in parts], library.language()))
    for done, (key, parts) in enumerate(zip(learn, segments, strict=True), 1):
        own = [next(phrases) for _ in parts]
        features[key] = _with_aids(library, key, features[key], parts, own, crops)
        progress.update(done)
    return features


def _with_aids(
    library: LibraryStore,
    key: str,
    features: Features,
    segments: list[Segment],
    phrases: list[str],
    crops: bool,
) -> Features:
    document = library.catalog.document(key)
    language = (document and document.language) or library.language()
    features = with_sentence_bounds(features, segments, library.catalog.cues(key), language)
    encode = library.encoders.text.encode
    cut = cut_crops(features, segments, language) if crops else []
    if cut:
        arrays = Crops(
            segments=np.array([crop.segment for crop in cut]),
            bounds=np.array([crop.bounds for crop in cut]),
            text=encode([crop.text for crop in cut]),
        )
        features = features.with_crops(arrays)
    if rows := [row for row, phrase in enumerate(phrases) if phrase]:
        vectors = encode([phrases[row] for row in rows], kind="query")
        features = features.with_phrases(vectors, np.array(rows))
    return features


def _about(library: LibraryStore, documents: Mapping[str, Document]) -> str:
    hours = sum(d.seconds for d in documents.values() if d.recording) / 3600
    settings = library.encoders.settings
    return (
        f"A library of {len(documents)} documents, {hours:.1f} hours of recordings, with features "
        f"of\n{settings.speech} and {settings.text}, both frozen."
    )


def _verdict(result: TrainingResult, force: bool) -> tuple[bool, str]:
    comparison = result.comparison
    low, high = comparison.interval
    change = (
        f"held-out score {comparison.before.score:.3f} -> {comparison.after.score:.3f}, "
        f"95 % interval of the difference {low:+.3f} to {high:+.3f}, by "
        f"{comparison.documents} documents"
    )
    if not comparison.enough:
        change += f"; at least {FEWEST_JUDGES} must judge"
    if result.diverged_in:
        change += f"; training diverged in epoch {result.diverged_in}, a lower lr may help"
    if comparison.better:
        return True, f"better than the model in use: {change}"
    if force:
        return True, f"not shown to be better than the model in use ({change}), but forced"
    return False, (
        f"not shown to be better than the model in use: {change}. The library is unchanged; "
        "--force adopts it all the same"
    )


def _adopt(library: LibraryStore, current: Hilbert, folder: Path, progress: Progress) -> None:
    with library.writing():
        if model_fingerprint(library.models.trainable()) != model_fingerprint(current):
            raise LibraryError(
                "the library was given another model meanwhile; train again to compare with it"
            )
        library.adopt(folder, progress)
