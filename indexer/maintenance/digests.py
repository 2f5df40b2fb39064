"""The deep check of a library: every byte compared with the digests of what was written."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from hilbert.files import sha256_file
from hilbert.model.config import GRAPH_FILE
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError
from indexer.base.presence import is_within
from indexer.base.shell import quoted
from indexer.encoders import TEXT_ENCODER_FOLDER
from indexer.index.library_store import LibraryStore
from indexer.index.manifest import (
    Manifest,
    damaged_files,
    manifest_path,
    read_manifest,
    rebuild_advice,
)
from indexer.index.shard import Shard, ShardDocument
from indexer.index.snapshot_names import snapshot_folder
from indexer.index.vector_index import vector_index_class
from indexer.maintenance.checkup import Checkup
from indexer.store.catalog import Document

log = logging.getLogger(__name__)


def check_digests(library: LibraryStore, checkup: Checkup) -> None:
    """Compare model, snapshot, features and catalog with what was written.

    Args:
        library: The library.
        checkup: Receives the findings.
    """
    if damage := library.catalog.damaged_settings():
        checkup.problems.append(damage)
    checkup.problems += _damaged_model(library)
    checkup.problems += _damaged_folders(library)
    checkup.problems += _damaged_recordings(library)
    number = library.catalog.current_generation()
    if number is None:
        return
    folder = snapshot_folder(library.folder, number)
    try:
        manifest = read_manifest(folder)
    except LibraryError as error:
        log.debug("could not read the manifest of %s", folder, exc_info=True)
        checkup.problems.append(str(error))
        return
    if manifest.is_old:
        checkup.notes.append(
            "a release before this one wrote the index, without digests; the next 'hilbert index' "
            "or 'hilbert rebuild' writes them"
        )
        return
    path = manifest_path(folder)
    if library.manifest_digest not in ("", _sha256(path)):
        checkup.problems.append(
            f"{path.name} of generation {folder.name} is not what was written; "
            f"{rebuild_advice(folder)}"
        )
    checkup.problems += damaged_files(folder, manifest.files, deep=True)
    for entry in manifest.entries:
        checkup.problems += damaged_files(
            manifest.shard_folder(folder, entry), entry.files, deep=True
        )
    checkup.problems += _damaged_documents(library, folder, manifest)


def _damaged_model(library: LibraryStore) -> Iterator[str]:
    """Yield which files of the model are not what the last snapshot was made with."""
    folder = library.model_folder
    for name, wanted in library.models.digests(folder).items():
        # One that was made anew of the same weights, by another version of ONNX, has other bytes.
        if _sha256(folder / name) != wanted and not (
            name == GRAPH_FILE and _is_made_here(folder / name)
        ):
            yield (
                f"{folder.name}/{name} is missing or damaged; run 'hilbert rebuild --library "
                f"{quoted(library.folder)}'"
            )


_ADVICE = {
    "classifier": "'hilbert train --labels FILE'",
    TEXT_ENCODER_FOLDER: "'hilbert train'",
}


def _damaged_folders(library: LibraryStore) -> Iterator[str]:
    """Yield which files of what was learned are not what was written."""
    for name, files in library.folder_digests().items():
        for file, wanted in files.items():
            if _sha256(library.folder / name / file) != wanted:
                yield (
                    f"{name}/{file} is missing or damaged; restore a backup, or run "
                    f"{_ADVICE.get(name, 'what wrote it')} again"
                )


def _damaged_recordings(library: LibraryStore) -> Iterator[str]:
    """Yield which recordings that the library keeps are not those that were indexed."""
    folder = str(library.folder.absolute())
    for name, known in library.catalog.known_paths().items():
        path = Path(name)
        if is_within(name, folder) and path.exists() and _sha256(path) != known.sha256:
            yield (
                f"{path.relative_to(folder)} is not what was indexed; restore a backup, or run "
                f"'hilbert index --library {quoted(library.folder)}' to index it as it is now"
            )


def documents_with_other_features(
    library: LibraryStore, folder: Path, manifest: Manifest
) -> Iterator[Document]:
    """Yield the documents whose features are not those that a snapshot was made of.

    Args:
        library: The library.
        folder: Of the snapshot.
        manifest: Of the snapshot.
    """
    for document, known in _indexed_documents(library, folder, manifest):
        path = library.features.folder / known.features
        if known.features_sha256 and _sha256(path) != known.features_sha256:
            yield document


def damaged_document_ids(library: LibraryStore) -> set[str]:
    """Return the ids of documents that hold other features or words than were indexed.

    Nothing is known of what was stored since the last snapshot, nor of one without digests.
    """
    number = library.catalog.current_generation()
    if number is None:
        return set()
    folder = snapshot_folder(library.folder, number)
    try:
        manifest = read_manifest(folder)
    except LibraryError:
        log.debug("could not read the manifest of %s", folder, exc_info=True)
        return set()
    if manifest.is_old:
        return set()
    found = {d.id for d in documents_with_other_features(library, folder, manifest)}
    return found | {
        document.id
        for document, known in _indexed_documents(library, folder, manifest)
        if known.content_sha256 != library.catalog.content_sha256(document.id)
    }


def _damaged_documents(library: LibraryStore, folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield which documents have other features, or other words, than were indexed."""
    for document in documents_with_other_features(library, folder, manifest):
        yield (
            f"the features of {document.name} are not what was written; {rebuild_advice(folder)}"
        )
    for document, known in _indexed_documents(library, folder, manifest):
        if known.content_sha256 != library.catalog.content_sha256(document.id):
            yield (
                f"the catalog does not hold of {document.name} what was indexed; restore a "
                f"backup, or run 'hilbert remove {document.name} --library "
                f"{quoted(library.folder)}' and index it again"
            )


def _indexed_documents(
    library: LibraryStore, folder: Path, manifest: Manifest
) -> Iterator[tuple[Document, ShardDocument]]:
    """Yield the documents that were not stored again since a snapshot, and what it knows of them.

    Shards that cannot be read are left out: they are listed with their files.
    """
    documents = {d.id: d for d in library.catalog.documents()}
    revisions = library.catalog.revisions()
    for entry in manifest.shards:
        try:
            kind = vector_index_class(manifest.vector_index_of(entry), "")
            shard = Shard(manifest.shard_folder(folder, entry), entry, kind)
        except (LibraryError, OSError, ValueError, TypeError, sqlite3.DatabaseError) as error:
            raise_system_fault(error)
            log.debug("shard %s is damaged", entry.name, exc_info=True)
            continue
        for id_, known in shard.documents.items():
            if id_ in documents and revisions[id_] == known.revision:
                yield documents[id_], known


def _is_made_here(graph: Path) -> bool:
    from hilbert.model.onnx_fusion import is_known_graph

    return graph.is_file() and is_known_graph(graph.read_bytes())


def _sha256(path: Path) -> str:
    try:
        return sha256_file(path)
    except OSError as error:
        raise_system_fault(error)
        log.debug("could not read %s", path, exc_info=True)
        return ""
