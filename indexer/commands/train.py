"""hilbert train: train the fusion model on a library, adopt it if it is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hilbert.extras import MissingExtraError, train_extra
from hilbert.system_faults import raise_system_fault
from indexer.base.regular_file import read_given_text
from indexer.commands.options import LazyHelpOption, json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import TerminalProgress, console, print_line

if TYPE_CHECKING:
    from indexer.adapt.train_fusion import TrainingSummary
    from indexer.adapt.train_labels import LabelReport, Labels


def _objective_help() -> str:
    try:
        with train_extra("training"):
            from hilbert.objectives import TERMS
            from hilbert.training.presets import DEFAULT_OBJECTIVE, OBJECTIVES
    except MissingExtraError as error:
        return f"What to optimise; {error}."

    return (
        f"What to optimise: {', '.join(OBJECTIVES)} (default: {DEFAULT_OBJECTIVE}); or terms of "
        "the loss with weights such as direct=0.5,reciprocal=1,query=1; there are "
        f"{', '.join(TERMS)}."
    )


def _architecture_help() -> str:
    try:
        with train_extra("training"):
            from hilbert.training.presets import ARCHITECTURES
    except MissingExtraError:
        return "Architecture of the model; by default the library's."

    return f"Architecture of the model: {', '.join(ARCHITECTURES)}; by default the library's."


@verb(order=100)
@click.command("train", short_help="Train the fusion model on a library, adopt it if it is better.")
@library_option
@click.option("--objective", cls=LazyHelpOption, help_from=_objective_help)
@click.option("--form", "architecture", cls=LazyHelpOption, help_from=_architecture_help)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help='Settings over the defaults: JSON {"model": {...}, "training": {...}}.',
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the model (default: LIBRARY/training).",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="CSV file document,label (and group): learn to label documents as well.",
)
@click.option("--from-scratch", is_flag=True, help="Begin untrained, not with the model in use.")
@click.option("--force", is_flag=True, help="Adopt the model even if it is not shown to be better.")
@json_option
def command(
    library: Path,
    objective: str | None,
    architecture: str | None,
    config: Path | None,
    out: Path | None,
    labels: Path | None,
    from_scratch: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Train the fusion model on the stored features of a library; no recording is read.

    Some documents are held out, the same ones every time. The library takes the new model only
    if it does better on them than the model in use, and is then indexed with it. A training
    that was stopped goes on when called again.
    """
    settings = _read(config) if config else ""
    with train_extra("training"):
        from indexer.adapt.train_fusion import read_plan, train_library
        from indexer.adapt.train_labels import CLASSIFIER_FOLDER, learn_labels, read_labels
    from indexer.index.library_store import LibraryStore

    plan = read_plan(settings, objective, architecture, from_scratch, force)
    opened = LibraryStore.open(library)
    wanted = read_labels(opened, labels) if labels else None
    with TerminalProgress() as progress:
        summary = train_library(opened, plan, out, progress)
    answer = summary_to_dict(summary)
    if not as_json:
        print_summary(summary)
    if wanted:
        learned = learn_labels(opened, wanted, opened.folder / CLASSIFIER_FOLDER)
        answer["labels"] = labels_to_dict(wanted, learned)
        if not as_json:
            print_labels(wanted, learned)
    if as_json:
        print_json(answer)


def _read(path: Path) -> str:
    try:
        return read_given_text(path)
    except (OSError, ValueError) as error:
        raise_system_fault(error)
        raise click.FileError(str(path), f"cannot be read: {error}") from error


def summary_to_dict(summary: TrainingSummary) -> dict[str, Any]:
    """Return the summary as JSON."""
    result = summary.result
    return {
        "adopted": summary.adopted,
        "reason": summary.reason,
        "model": str(result.folder),
        "went_on": summary.went_on,
        "epochs": len(result.history),
        "best_epoch": result.best_epoch,
        "learned": len(result.split.train),
        "validated": len(result.split.validation),
        **result.comparison.to_json(),
        "generation": summary.snapshot,
        "seconds": round(summary.seconds, 1),
    }


def print_summary(summary: TrainingSummary) -> None:
    """Print scores, directions and the verdict for people."""
    from rich.table import Table

    from hilbert.training.model_card import SCORE_NAMES

    result, comparison = summary.result, summary.result.comparison
    print_line(
        f"{'went on from the model in use' if summary.went_on else 'began untrained'}; learned "
        f"from {len(result.split.train)} documents, {len(result.split.validation)} chose epoch "
        f"{result.best_epoch} of {len(result.history)}, {comparison.documents} others judge:"
    )
    table = Table("", "before", "after", box=None, pad_edge=False)
    before, after = comparison.before.as_dict(), comparison.after.as_dict()
    for name, value in before.items():
        table.add_row(SCORE_NAMES[name], f"{value:.3f}", f"{after[name]:.3f}")
    directions = Table("", "among", box=None, pad_edge=False)
    directions.columns[0].no_wrap = True
    for column in ("R@1 before", "after", "MRR@10 before", "after"):
        directions.add_column(column, justify="right")
    for old, new in zip(comparison.directions_before, comparison.directions_after, strict=True):
        directions.add_row(
            f"{old.level}: {old.query} -> {old.target}",
            str(old.candidates),
            *(
                f"{getattr(side, metric):.3f}"
                for metric in ("recall_at_1", "mrr_at_10")
                for side in (old, new)
            ),
        )
    console().print(table, "", directions, "", sep="\n")
    verdict = "adopted" if summary.adopted else "not adopted"
    print_line(f"{verdict}, {summary.reason}")
    print_line(f"the model and its card are in {result.folder} ({summary.seconds:.0f} s)")


def labels_to_dict(labels: Labels, report: LabelReport) -> dict[str, Any]:
    """Return the result of learning labels as JSON."""
    return {
        "documents": len(labels.documents),
        "unknown": list(labels.unknown),
        "chosen": report.chosen,
        "folder": str(report.folder),
        "predicted": report.predicted,
        "classifiers": {
            result.name: {
                "parameters": result.n_parameters,
                "macro_f1": result.macro_f1.value,
                "macro_f1_ci95": [result.macro_f1.low, result.macro_f1.high],
                "auc": result.auc.value,
                "auc_ci95": [result.auc.low, result.auc.high],
            }
            for result in report.results
        },
    }


def print_labels(labels: Labels, report: LabelReport) -> None:
    """Print the table of the classifiers for people."""
    from hilbert.classification.tables import comparison_table

    if labels.unknown:
        names = ", ".join(labels.unknown[:5])
        print_line(f"{len(labels.unknown)} labelled documents are not in the library: {names}")
    print_line("", "labels, cross-validated:", "", *comparison_table(report.results).splitlines())
    guesses = (
        f"; guesses for {report.predicted} other documents beside it" if report.predicted else ""
    )
    print_line("", f"{report.chosen} did best and is saved in {report.folder}{guesses}")
