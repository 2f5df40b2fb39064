"""hilbert label: guess the labels of documents with a trained classifier."""

from __future__ import annotations

from pathlib import Path

import click

from hilbert.extras import train_extra
from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb
from indexer.commands.terminal import console, print_line, printable


@verb(order=105)
@click.command("label", short_help="Guess the labels of documents with a trained classifier.")
@click.argument("documents", nargs=-1)
@library_option
@click.option("--all", "labelled", is_flag=True, help="Also guess where a document has a label.")
@json_option
def command(documents: tuple[str, ...], library: Path, labelled: bool, as_json: bool) -> None:
    """Guess the labels of DOCUMENTS with the classifier that 'train --labels' saved.

    Without names, of all documents that have no label. Nothing is changed in the library.
    """
    if documents and labelled:
        raise click.UsageError("name documents or give --all, not both")
    with train_extra("guessing labels"):
        from indexer.adapt.guess_labels import guess_labels
    from indexer.index.library_store import LibraryStore

    guesses = guess_labels(LibraryStore.open(library), documents, labelled=labelled)
    if as_json:
        answer = [
            {
                "document": guess.document.id,
                "name": guess.document.name,
                "label": guess.label,
                "probabilities": {k: round(p, 4) for k, p in guess.probabilities.items()},
            }
            for guess in guesses
        ]
        print_json({"labels": answer})
        return
    if not guesses:
        print_line("every document has a label; name documents, or give --all")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)  # to be copied
    table.add_column("label", overflow="fold")
    table.add_column("probability", justify="right")
    for guess in guesses:
        probability = f"{guess.probabilities[guess.label]:.2f}"
        table.add_row(printable(guess.document.name), printable(guess.label), probability)
    console().print(table)
