"""Last step of an indexing: what is no longer where it was is recognised, reported, or removed."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.base.presence import Presence, Whereabouts
from indexer.base.remote_path import is_remote, to_path
from indexer.ingest.likeness import match_changed
from indexer.ingest.metadata_table import document_name
from indexer.ingest.report import AddReport
from indexer.ingest.store import DocumentWriter
from indexer.store.catalog import Document, KnownPath

log = logging.getLogger(__name__)


def settle(writer: DocumentWriter, report: AddReport, *, prune: bool) -> None:
    """Compare the documents of the places that were looked through with what is there.

    A document of which another copy is there moves to that; one that was renamed and changed is
    replaced; the others are reported as gone. What cannot be reached is left as it is.

    Args:
        writer: Writes to the library.
        report: Receives what was recognised.
        prune: Whether what is gone is removed.
    """
    missing = _missing(writer, report)
    missing = [d for d in missing if not _move_to_copy(writer, d)]
    _replace_changed(writer, report, missing)
    _replace_superseded(writer, report)
    gone = [d for d in missing if d.path not in report.replaced.values()]
    gone = [d for d in gone if writer.places.is_looked_through(d.path)]
    with writer.catalog.transaction():
        for document in gone:
            if prune:
                writer.catalog.remove_document(document.id)
                writer.changed = True
            (report.removed if prune else report.gone)[document.path] = document.name
        writer.catalog.remembered.settle()
    _forget_copies(writer)
    _forget_places(writer, report)


def _missing(writer: DocumentWriter, report: AddReport) -> list[Document]:
    """List the documents that are gone from what was looked through; note what is out of reach."""
    places, missing = writer.places, []
    out_of_reach: Counter[Whereabouts] = Counter()
    for document in writer.catalog.documents():
        if not places.is_followed_here(document.path):
            continue
        found = places.look_for(document.path)
        if found.presence is Presence.GONE:
            missing.append(document)
        elif found.presence is Presence.OUT_OF_REACH and places.is_looked_through(document.path):
            out_of_reach[found] += 1
    for found, documents in out_of_reach.items():
        noun = "document" if documents == 1 else "documents"
        report.unreachable[found.place] = (
            f"{found.reason}; nothing of its {documents} {noun} is lost"
        )
        report.failed.pop(found.place, None)
    return missing


def _move_to_copy(writer: DocumentWriter, document: Document) -> bool:
    """Move a document to another file with the same bytes, where there is one."""
    catalog = writer.catalog
    for path in catalog.paths_of(document.id):
        if writer.places.look_for(path).presence is not Presence.THERE:
            continue
        if is_remote(path) or _is_unchanged(path, catalog.known_path(path)):
            name = document_name(to_path(path))
            title = name if document.title == document.name else document.title
            moved = replace(document, name=name, title=title)
            if document.recording:
                moved = replace(moved, recording=path)
            else:
                moved = replace(moved, transcript=path)
            writer.move(document, moved)
            return True
    return False


def _is_unchanged(path: str, known: KnownPath | None) -> bool:
    status = os.stat(path)
    return known is not None and (known.size, known.mtime_ns) == (
        status.st_size,
        status.st_mtime_ns,
    )


def _replace_changed(
    writer: DocumentWriter, report: AddReport, missing: Sequence[Document]
) -> None:
    """Remove documents that were renamed and changed: the new ones stand for them."""
    catalog = writer.catalog
    new_ids = catalog.remembered.unsettled() if missing else set()
    new = [document for document in catalog.documents() if document.id in new_ids]
    by_id = {document.id: document for document in (*missing, *new)}
    for new_id, old_id in match_changed(missing, new, catalog).items():
        with catalog.transaction():
            catalog.remove_document(old_id)
        writer.changed = True
        report.replaced[by_id[new_id].path] = by_id[old_id].path


def _replace_superseded(writer: DocumentWriter, report: AddReport) -> None:
    """Remove documents of which another format of the same words is the document now."""
    catalog, taken = writer.catalog, writer.places.superseded
    by_path = {document.path: document for document in catalog.documents()} if taken else {}
    for path, chosen in taken.items():
        old, new = by_path.get(path), by_path.get(chosen)
        if old and new and match_changed([old], [new], catalog):
            with catalog.transaction():
                catalog.remove_document(old.id)
            writer.changed = True
            report.replaced[chosen] = path


def _forget_copies(writer: DocumentWriter) -> None:
    """Forget known files that are gone and are not where a document lies."""
    catalog, places = writer.catalog, writer.places
    main = {path for d in catalog.documents() for path in (d.recording, d.transcript) if path}
    gone = [
        path
        for path in catalog.known_paths()
        if path not in main
        and places.is_looked_through(path)
        and places.look_for(path).presence is Presence.GONE
    ]
    with catalog.transaction():
        for path in gone:
            catalog.forget_path(path)


def _forget_places(writer: DocumentWriter, report: AddReport) -> None:
    """Follow no more what is gone and holds no document of the library."""
    catalog, places = writer.catalog, writer.places
    documents = [document.path for document in catalog.documents()]
    for folder in places.folders:
        if folder.path not in places.given or os.path.lexists(folder.path):
            continue
        if is_remote(folder.path):  # nobody forgets a store that does not answer
            continue
        report.failed.pop(folder.path, None)
        if any(
            path == folder.path or Path(folder.path) in Path(path).parents for path in documents
        ):
            continue
        with catalog.transaction():
            catalog.remembered.forget_folder(folder.path)
        if not folder.is_file:
            report.warn(
                folder.path, "not followed any more: it is not there, and no document lies in it"
            )
