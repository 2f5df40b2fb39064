"""The folders that a library follows: which they are, and how to follow one no more."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.base.errors import LibraryError
from indexer.base.names import folded
from indexer.base.presence import is_within, look_for, unreachable_folder
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from indexer.store.remembered import FollowedFolder

# More single files of one folder than these are told by their number.
_FILES_LISTED = 3


@dataclass(frozen=True)
class FolderState:
    """A followed folder as it is now.

    Attributes:
        folder: The folder, or a single file.
        documents: How many documents lie in it.
        unreachable: Why it cannot be reached, None where it can.
    """

    folder: FollowedFolder
    documents: int
    unreachable: str | None


def followed_folders(library: LibraryStore) -> list[FolderState]:
    """List the followed folders, by path."""
    paths = [document.path for document in library.catalog.documents()]
    return [
        FolderState(folder, sum(is_within(p, folder.path) for p in paths), _unreachable(folder))
        for folder in library.catalog.remembered.folders()
    ]


def folders_for_people(library: LibraryStore) -> list[str]:
    """List what is followed by path; many single files of a folder are counted, not listed."""
    followed = library.catalog.remembered.folders()
    n_files = Counter(os.path.dirname(folder.path) for folder in followed if folder.is_file)
    listed = {
        f"{n_files[above]} files in {above}"
        if folder.is_file and n_files[above] > _FILES_LISTED
        else folder.path: None
        for folder in followed
        for above in [os.path.dirname(folder.path)]
    }
    return list(listed)


def _unreachable(folder: FollowedFolder) -> str | None:
    if folder.is_file:
        return look_for(folder.path, os.path.dirname(folder.path)).reason or None
    return unreachable_folder(folder.path)


def comes_back(library: LibraryStore, removed: Sequence[Document]) -> list[str]:
    """Return the names of removed documents whose files lie in a followed folder."""
    followed = [folder.path for folder in library.catalog.remembered.folders()]
    return [
        document.name
        for document in removed
        if os.path.exists(document.path) and any(is_within(document.path, f) for f in followed)
    ]


def forget_folders(library: LibraryStore, folders: Sequence[str]) -> None:
    """Follow folders no more; their documents stay.

    Raises:
        LibraryError: One of them is not followed; then none is forgotten.
    """
    if not folders:
        return
    with library.writing():
        remembered = library.catalog.remembered
        known = {folded(folder.path): folder.path for folder in remembered.folders()}
        chosen = []
        for folder in folders:
            path = known.get(folded(os.path.abspath(os.path.expanduser(folder))))
            if path is None:
                raise LibraryError(
                    f"{folder} is not followed; followed are {', '.join(known.values()) or 'none'}"
                )
            chosen.append(path)
        with library.catalog.transaction():
            for path in chosen:
                remembered.forget_folder(path)
