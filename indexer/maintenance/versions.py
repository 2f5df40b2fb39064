"""Which of two libraries knows a file as it is now, where they know different things of it."""

from __future__ import annotations

import logging
import os
from enum import Enum

from indexer.base.types import RECOGNISED
from indexer.store.catalog import Catalog, Document

log = logging.getLogger(__name__)


class Change(Enum):
    """What another library knows newer of a document that both have."""

    NONE = "none"
    PLACE = "place"
    CONTENT = "content"


def change_of(mine: Catalog, other: Catalog, ours: Document, theirs: Document) -> Change:
    """Return what another catalog knows newer of a document that both have.

    Its words or values are newer where they were stored after ours were, its place where ours is
    not there any more and its is. Words that were recognised never replace those of a transcript.
    """
    has_better_words = ours.text_source == RECOGNISED and theirs.transcript_sha is not None
    if has_better_words:
        return Change.CONTENT
    if ours.transcript_sha is not None and theirs.transcript_sha is None:
        return Change.NONE
    if ours.path != theirs.path:
        moved = not os.path.lexists(ours.path) and os.path.lexists(theirs.path)
        return Change.PLACE if moved else Change.NONE
    is_later = other.stored_at(theirs.id) > mine.stored_at(ours.id)
    if is_later and mine.content_sha256(ours.id) != other.content_sha256(theirs.id):
        return Change.CONTENT
    return Change.NONE


def rivals_of(mine: Catalog, other: Catalog, document: Document) -> list[Document]:
    """List our documents that are other contents of the files of a document of another catalog."""
    found = {}
    for path, known in other.known_paths().items():
        ours = mine.known_path(path) if known.document == document.id else None
        # A transcript beside a recording is a document where it stood alone before.
        if ours and ours.document and ours.document != document.id and ours.sha256 == ours.document:
            found[ours.document] = mine.document(ours.document)
    # And a lone transcript where it stands beside a recording by now.
    beside = mine.known_path(document.path) if document.recording is None else None
    if beside and beside.document and beside.document != document.id:
        found[beside.document] = mine.document(beside.document)
    return [rival for rival in found.values() if rival]


def is_newer(mine: Catalog, ours: Document, other: Catalog, theirs: Document) -> bool:
    """Whether our document of a file is newer than another library's of the same file.

    The one whose file is there as it was read; of two recordings that are not, the one that was
    changed later. A recording with a transcript counts as newer than the transcript alone.
    """
    is_there = [_is_as_read(mine, ours), _is_as_read(other, theirs)]
    if is_there[0] != is_there[1]:
        return is_there[0]
    if (ours.recording is None) != (theirs.recording is None):
        return ours.recording is not None
    return _changed_at(mine, ours) >= _changed_at(other, theirs)


def _is_as_read(catalog: Catalog, document: Document) -> bool:
    """Whether the file of a document has the size and time that it had when it was read."""
    known = catalog.known_path(document.path)
    try:
        status = os.stat(document.path)
    except OSError:
        log.debug("could not look at %s", document.path, exc_info=True)
        return False
    return known is not None and (known.size, known.mtime_ns) == (
        status.st_size,
        status.st_mtime_ns,
    )


def _changed_at(catalog: Catalog, document: Document) -> int:
    """Time of a document's file when it was read, in nanoseconds."""
    known = catalog.known_path(document.path)
    return known.mtime_ns if known else 0
