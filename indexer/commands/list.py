"""hilbert list: the documents of a library."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from indexer.base.timecode import clock
from indexer.commands.layout import print_columns
from indexer.commands.options import json_option, library_option
from indexer.commands.output import print_json
from indexer.commands.registry import verb

# Attribute of a document to its key in the JSON, where they differ.
_KEYS = {"text_source": "words_from"}
# Some tags hold whole texts; all of them is in the JSON.
_LONGEST_CELL = 200


@verb(order=80)
@click.command("list")
@library_option
@json_option
def command(library: Path, as_json: bool) -> None:
    """List the documents of a library."""
    from indexer.index.library_store import LibraryStore

    catalog = LibraryStore.open(library).catalog
    documents = catalog.documents()
    if as_json:
        listed = [
            {
                "document": d.id,
                **{_KEYS.get(key, key): value for key, value in asdict(d).items() if key != "id"},
                "path": d.path,
                "segments": catalog.count_segments(d.id),
                "copies": [p for p in catalog.paths_of(d.id) if p != d.path],
            }
            for d in documents
        ]
        print_json({"documents": listed})
        return
    header = ("name", "title", "length", "words from", "date", "speaker", "label")
    rows = []
    for d in documents:
        facts = (d.title, clock(d.seconds), d.text_source, d.date, d.speaker, d.label)
        rows.append([d.name, *(_shortened(fact or "") for fact in facts)])
    print_columns(header, rows)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
