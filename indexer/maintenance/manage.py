"""Management of a library: find a document, remove some, make a new generation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from indexer.base.errors import LibraryError
from indexer.base.progress import Progress
from indexer.base.shell import quoted
from indexer.index.library_store import LibraryStore
from indexer.index.vector_choice import VectorSettings
from indexer.store.catalog import Document
from indexer.store.document_names import named_document

log = logging.getLogger(__name__)

SHIPPED, LAST = "shipped", "last"
MODELS = (SHIPPED, LAST)
"""Models that a library can go back to: the one that ships, and the last good one of its own."""


def rebuild(
    library: LibraryStore,
    progress: Progress | None = None,
    vectors: VectorSettings | None = None,
    model: str | None = None,
) -> int:
    """Write a new generation from stored features; damaged ones are made anew.

    Args:
        library: The library.
        progress: Of the documents done.
        vectors: How vectors are indexed from now on; None for as before.
        model: One of `MODELS` to use from now on; None for the one in use, or for the one that
            ships where that cannot be read.

    Returns:
        The number of the new generation.

    Raises:
        LibraryError: Features are missing or damaged and cannot be made anew, another writer holds
            the library, there is no such kind of vector index, or the model is another than any
            that was in use.
    """
    from indexer.maintenance.mending import mend_features  # all of indexing is behind it

    with library.writing():
        if mended := mend_features(library, progress):
            log.warning("encoded again, as features were damaged: %s", ", ".join(mended))
        folder = _model_for(library, model)
        return library.commit(progress, reuse=False, model_folder=folder, vectors=vectors)


def _model_for(library: LibraryStore, model: str | None) -> Path:
    """Return the folder of the model that a rebuild uses.

    Raises:
        LibraryError: See `rebuild`.
    """
    if model == SHIPPED:
        return library.models.put_shipped()
    if model == LAST:
        last = library.models.last_good()
        if last is None:
            raise LibraryError(
                "this library has no other model that was in use; --model shipped puts in the one "
                "that ships"
            )
        return last
    folder = library.model_folder
    try:
        library.models.load(folder)
    except LibraryError:
        log.debug("could not load the model in %s", folder, exc_info=True)
        return library.models.put_shipped()
    if not library.models.is_known(folder):
        others = " or '--model last' for the one before it" if library.models.last_good() else ""
        raise LibraryError(
            f"the weights in {folder.name} are not those that this library was indexed with; run "
            f"'hilbert rebuild --model shipped --library {quoted(library.folder)}' for those that "
            f"ship,{others} or 'hilbert train' for new ones"
        )
    return folder


def remove(library: LibraryStore, names: Sequence[str]) -> list[Document]:
    """Remove documents by name or id; their recordings are not touched.

    One transaction removes them and makes a snapshot without them current, so that they are found
    until then and never after. On return no file of the library holds their words.

    Raises:
        LibraryError: A name fits no document or several; then nothing is removed.
    """
    with library.writing():
        chosen = list({d.id: d for d in (find_document(library, n) for n in names)}.values())
        library.commit(removed=[document.id for document in chosen])
    return chosen


def find_document(library: LibraryStore, name: str) -> Document:
    """Find a document by name, id, path, or by a beginning that fits no other.

    Raises:
        LibraryError: None or several fit.
    """
    return named_document(library.catalog.documents(), name)


def existing_recording(library: LibraryStore, document: str) -> Path | None:
    """Return the path of a document's recording, or of a copy of it; None where both are gone."""
    known = library.catalog.document(document)
    if known is None or known.recording is None:
        return None
    paths = (known.recording, *library.catalog.paths_of(document))
    return next((Path(path) for path in paths if Path(path).is_file()), None)
