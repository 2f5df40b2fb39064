"""Features that are damaged are encoded again, where the recording or transcript is there."""

from __future__ import annotations

import logging
from pathlib import Path

from indexer.base.errors import LibraryError
from indexer.base.progress import Progress
from indexer.base.shell import quoted
from indexer.index.library_store import LibraryStore
from indexer.index.manifest import read_manifest
from indexer.index.snapshot_names import snapshot_folder
from indexer.ingest.followed import scan_followed
from indexer.ingest.run import process_again
from indexer.maintenance.digests import documents_with_other_features
from indexer.store.catalog import Document

log = logging.getLogger(__name__)

_NAMED = 5


def mend_features(library: LibraryStore, progress: Progress | None = None) -> list[str]:
    """Encode again what has no features any more, or other ones than were written.

    The caller holds the writer lock, and commits.

    Args:
        library: The library.
        progress: Of what is encoded.

    Returns:
        Names of the documents that were encoded again.

    Raises:
        LibraryError: A file is not there, or cannot be encoded; says of which document.
    """
    damaged = damaged_features(library)
    files = {d.id: path for d in damaged if (path := _file_of(library, d))}
    for document in damaged:
        if document.id in files:
            (library.features.folder / document.features).unlink(missing_ok=True)
    failed: dict[str, str] = {}
    if files:
        failed = process_again(library, scan_followed(library, files.values()), progress).failed
    left = [d for d in damaged if not _is_whole(library, d.id)]
    if left:
        names = ", ".join(d.name for d in left[:_NAMED]) + (", ..." if left[_NAMED:] else "")
        reasons = {failed.get(str(files.get(d.id)), f"{d.path} is not there") for d in left}
        raise LibraryError(
            f"the features of {names} are damaged and could not be made anew "
            f"({'; '.join(sorted(reasons)[:_NAMED])}); put the files back and rebuild, or take the "
            f"documents out with 'hilbert remove --library {quoted(library.folder)}'"
        )
    return [document.name for document in damaged]


def damaged_features(library: LibraryStore) -> list[Document]:
    """List the documents whose features are missing, cut off, or not what was written."""
    found = {d.id: d for d in library.catalog.documents() if not _is_whole(library, d.id)}
    number = library.catalog.current_generation()
    if number is not None:
        folder = snapshot_folder(library.folder, number)
        try:
            others = documents_with_other_features(library, folder, read_manifest(folder))
            found |= {document.id: document for document in others}
        except LibraryError:
            log.debug("nothing is known of what %s was made of", folder, exc_info=True)
    return list(found.values())


def _is_whole(library: LibraryStore, id_: str) -> bool:
    document = library.catalog.document(id_)
    return document is not None and library.features.is_whole(document.features)


def _file_of(library: LibraryStore, document: Document) -> Path | None:
    """Return the recording of a document, or else its transcript, or a copy; None without any."""
    paths = (document.path, *library.catalog.paths_of(document.id))
    return next((Path(path) for path in paths if path and Path(path).is_file()), None)
